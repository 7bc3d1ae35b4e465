"""`script/try-install`: each step prints what was seen; one that is not as it must be ends it."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from deploy.trial import releases
from deploy.trial.machine import Machine
from deploy.trial.visitors import Crowd, Visitor, answer_to

NAME = "comments.example.org"
LOOK = """python3 - <<'LOOK'
import json, sqlite3
database = sqlite3.connect("file:/var/lib/evenkeel/evenkeel.sqlite?mode=ro", uri=True)
texts = [text for (text,) in database.execute("SELECT text FROM comments")]
[(revision,)] = database.execute("SELECT version_num FROM alembic_version")
[(found,)] = database.execute("PRAGMA integrity_check")
print(json.dumps({"texts": texts, "revision": revision, "found": found}))
LOOK"""

BUDGET = 400  # MB, for all of the site's processes
MEMORY = """python3 - <<'MEMORY'
import json, pathlib, re
found = {}
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        group, shares = [(process / name).read_text() for name in ("cgroup", "smaps_rollup")]
    except OSError:
        continue
    unit = re.search(r"/(evenkeel-web|evenkeel-jobs|nginx)[.]service", group)
    share = re.search(r"^Pss:\\s+(\\d+)", shares, re.M)
    if unit and share:
        found.setdefault(unit[1], []).append(round(int(share[1]) * 1024 / 1e6, 1))
print(json.dumps(found))
MEMORY"""


class Trial:
    """One system, from its first boot to its last."""

    def __init__(self, suite: str, folder: Path, made: Path) -> None:
        self.machine = Machine(suite, folder)
        self.first = made
        self.work = made.parent
        self.acknowledged: list[str] = []
        self.seen: list[dict[str, Any]] = []

    def see(self, step: str, said: str, good: bool = True) -> None:
        """Note what was seen. Raises SystemExit where it is not as it must be."""
        self.seen.append({"suite": self.machine.suite, "step": step, "seen": said, "good": good})
        mark = "ok  " if good else "NOT "
        print(f"{mark} {self.machine.suite:<9} {step}: {said}", file=sys.stderr, flush=True)
        if not good:
            raise SystemExit(1)

    def bring(self, release: Path) -> str:
        """Copy a release into the system; returns its installer."""
        to = self.machine.root / "root" / release.name
        if not to.exists():
            shutil.copytree(release, to)
        return f"/root/{release.name}/deploy/install.sh"

    def install(self, release: Path, *, check: bool = True) -> str:
        """Install it by hand, as docs/deploy.md says."""
        return self.machine.run(self.bring(release), check=check)

    def version(self) -> str:
        """The release that `current` names."""
        return (self.machine.root / "opt/evenkeel/current").readlink().name

    def look(self, step: str, *, release: Path) -> None:
        """The site answers, with this release, its tables, and every comment acknowledged."""
        status = 0
        until = time.monotonic() + 120
        while status != 200 and time.monotonic() < until:
            try:
                status, _ = Visitor().ask("/readyz")
            except OSError:
                status = 0
            time.sleep(0.5)
        self.see(step, f"/readyz answers {status}", status == 200)
        wanted = release.name.removeprefix("evenkeel-")
        inside = json.loads(self.machine.run(LOOK))
        newest = max((release / "migrations/versions").glob("[0-9]*.py")).name.split("_")[0]
        lost = set(self.acknowledged) - set(inside["texts"])
        jobs = self.machine.run("systemctl is-active evenkeel-jobs", check=False).strip()
        self.see(
            step,
            f"{self.version()} with tables of {inside['revision']}, database {inside['found']},"
            f" worker {jobs}, {len(lost)} of {len(self.acknowledged)} comments lost",
            (self.version(), inside["revision"], inside["found"], jobs, lost)
            == (wanted, newest, "ok", "active", set()),
        )

    def under_load(self, step: str, do: Any) -> None:
        """Do it while a crowd visits; no request may fail."""
        with Crowd() as crowd:
            time.sleep(2)
            do()
            time.sleep(2)
        self.acknowledged += crowd.sent
        self.see(step, crowd.told(), not crowd.failed)

    def run(self, kills: int) -> None:
        """Everything, in the order of a server's life."""
        self.machine.make()
        self.machine.boot()
        self.first_day()
        self.backed_up_and_restored()
        second = releases.variant(self.first, "trial-2")
        self.under_load("upgraded under load", lambda: self.install(second))
        self.look("after the upgrade", release=second)
        broken = releases.variant(second, "trial-3-never-ready", ready=False)
        self.under_load("a release that is never ready, under load", lambda: self.refuse(broken))
        self.look("after it was taken back", release=second)
        serving = self.killed(second, kills)
        self.under_load("a minute of visits", lambda: time.sleep(60))
        self.memory()
        self.machine.shut_down()
        self.machine.boot()
        self.look("after a shut-down and a boot", release=serving)
        self.by_name_from_a_checkout()

    def first_day(self) -> None:
        """Installed, the first admin made, a comment sent, reloaded and restarted."""
        begun = time.monotonic()
        self.install(self.first)
        self.see("installed", f"in {time.monotonic() - begun:.0f} s, {self.python()}")
        self.see("nginx -t", self.machine.run("nginx -t").strip().splitlines()[-1])
        for unit in ("web", "jobs"):
            analysed = self.machine.run(f"systemd-analyze security evenkeel-{unit} --no-pager")
            self.see("walls", analysed.strip().splitlines()[-1].strip("→ "))
        self.make_admin()
        self.figures_and_files()
        visitor = Visitor()
        text = "The first remark, over HTTPS."
        status, page = visitor.send("/p/home", name="Ana", email="", text=text)
        self.acknowledged.append(text)
        self.see("a comment", f"status {status}, {_heading(page)}", status < 400)
        # The crowd comes from one address, which may send ten a minute.
        limit = "echo 'EVENKEEL_COMMENT_LIMIT=100000 per minute' >>/etc/evenkeel/evenkeel.env"
        self.machine.run(f"{limit}; systemctl restart evenkeel-web")
        self.look("after the first day", release=self.first)
        for verb in ("reload", "restart"):
            self.under_load(
                f"three times systemctl {verb}, under load", lambda v=verb: self.thrice(v)
            )

    def figures_and_files(self) -> None:
        """Prometheus' token is made; a file is kept under the hash that it has, and no other."""
        token = self.machine.run("cat /etc/evenkeel/metrics_token").strip()
        shown = {"with": f"Bearer {token}", "without": ""}
        got = {how: answer_to("/metrics", Authorization=word).status for how, word in shown.items()}
        self.see("/metrics with the token, and without", f"{got}", [*got.values()] == [200, 403])
        _, page = Visitor().ask("/")
        link = re.search(r"(/static/[\w./-]+\?v=)(\w{12})", page)
        kept = [
            answer_to(f"{link[1]}{version}" if link else "").headers["Cache-Control"]
            for version in (link[2] if link else "", "0" * 12)
        ]
        good = kept == ["public, max-age=31536000, immutable", "no-cache"]
        self.see("a static file under its hash, and another", " / ".join(kept), good)

    def backed_up_and_restored(self) -> None:
        """As `script/ec2 backup` and `restore` do on the server, but for the bucket."""
        said = self.machine.run("evenkeel backup --to /var/backups/evenkeel --json")
        made = json.loads(said.splitlines()[-1])
        self.see("a backup", f"{made['bytes']} bytes")
        site = "evenkeel-web.socket evenkeel-web.service"
        self.machine.run(f"systemctl stop {site}")
        self.machine.run(f"evenkeel restore {made['file']} --replace")
        self.machine.run(f"systemctl start {site}")
        self.look("after it was restored", release=self.first)

    def thrice(self, verb: str) -> None:
        """Three times, with some seconds between."""
        for _ in range(3):
            self.machine.run(f"systemctl {verb} evenkeel-web")
            time.sleep(4)

    def make_admin(self) -> None:
        """By the link that the installer tells to ask for."""
        said = self.machine.run("evenkeel prepare --url https://127.0.0.1")
        link = re.search(r"https://127\.0\.0\.1(/setup/\S+)", said)
        self.see("the link for the first admin", "printed" if link else said, bool(link))
        admin = Visitor()
        given = {"name": "Ada", "email": "ada@example.org", "password": "correct horse 9 battery"}
        status, page = admin.send(link[1] if link else "", **given)
        self.see("the first admin", f"status {status}, {_heading(page)}", status < 400)
        status, page = admin.ask("/admin/policy")
        self.see("signed in", f"/admin/policy answers {status}", status == 200)

    def memory(self) -> None:
        """What the processes take, each with its share of what several have (PSS)."""
        found = json.loads(self.machine.run(MEMORY))
        total = sum(map(sum, found.values()))
        self.see("memory after that", f"{total:.0f} MB of {BUDGET}: {found}", total < BUDGET)

    def by_name_from_a_checkout(self) -> None:
        """From somebody's git clone, under a name for which nobody can give a certificate here."""
        clone = self.machine.root / "root/checkout"
        source = f"file://{releases.ROOT}"
        subprocess.run(["git", "clone", "--quiet", "--depth=1", source, str(clone)], check=True)
        self.machine.run("apt-get update -qq; apt-get install -y -qq --no-install-recommends git")
        self.machine.run("chown -R nobody /root/checkout")
        said = self.machine.run(f"/root/checkout/deploy/install.sh --domain {NAME} --json")
        wanted = self.first.name.removeprefix("evenkeel-")
        self.see("installed from a checkout", self.version(), self.version() == wanted)
        told = "There is no certificate yet" in said and f'"url": "https://{NAME}"' in said
        self.see("a name, and no certificate for it", " / ".join(said.splitlines()[-2:]), told)
        status = answer_to("/", Host=NAME).status
        self.see("asked under its name", f"status {status}", status == 200)
        try:
            other = f"status {answer_to('/', Host='other.example.org').status}"
        except (OSError, http.client.HTTPException):
            other = "closed"
        self.see("asked under another", other, other == "closed")
        lost = set(self.acknowledged) - set(json.loads(self.machine.run(LOOK))["texts"])
        self.see("afterwards", f"{len(lost)} of {len(self.acknowledged)} comments lost", not lost)

    def refuse(self, release: Path) -> None:
        """Install a release that cannot serve; the installer has to say so."""
        said = self.install(release, check=False)
        taken_back = "does not serve" in said and "serves on" in said
        self.see("the installer says", " / ".join(said.splitlines()[-2:]), taken_back)

    def killed(self, serving: Path, kills: int) -> Path:
        """Cut upgrades off at random moments, each repaired by the next; returns what serves."""
        chance = random.Random(20261125)
        for number in range(kills):
            new = releases.variant(serving, f"trial-kill-{number}")
            how = ("the installer", "the switch", "the power")[number % 3]
            log = f"/root/{new.name}.log"
            self.machine.start("try-install", self.bring(new), log)
            self.wait_for("Switching" if number % 2 else "Installing", log)
            after = chance.uniform(0, 20)
            time.sleep(after)
            self.kill(how)
            said = f"{how} killed {after:.1f} s after " + (
                "the switch began" * (number % 2) or "it began"
            )
            self.see("killed", said)
            self.settled(said)
            found = new if self.version() == new.name.removeprefix("evenkeel-") else serving
            self.look(f"by itself, after {said}", release=found)
            self.install(new)
            self.look("after the next run", release=new)
            serving = new
        return serving

    def kill(self, how: str) -> None:
        """Kill -9 of the installer and its children, of the switch in systemd's hands, of all."""
        if how == "the power":
            self.machine.cut_the_power()
            self.machine.boot()
            return
        self.machine.run("systemctl kill --signal=KILL try-install", check=False)
        if how == "the switch":
            self.machine.run("pkill -KILL -f 'switch.py settle'", check=False)

    def settled(self, step: str) -> None:
        """Wait until no switch is under way that was begun; one not begun waits for a start."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            path = self.machine.root / "opt/evenkeel/switch.json"
            state = self.machine.run("systemctl is-active evenkeel-web", check=False).strip()
            tried = path.exists() and json.loads(path.read_text())["tried"]
            if state == "active" and not tried:
                break
            time.sleep(1)
        else:
            self.see(step, "it never settled", False)
        if path.exists():  # a switch that was begun and waits for the next start
            self.machine.run("systemctl restart evenkeel-web")

    def wait_for(self, word: str, log: str) -> None:
        """Wait until the installer says it."""
        path = self.machine.root / log.removeprefix("/")
        until = time.monotonic() + 600
        while not (path.exists() and word in path.read_text()):
            if time.monotonic() > until:
                self.see(word, "the installer never came to it", False)
            time.sleep(0.2)

    def python(self) -> str:
        """The system's Python and nginx."""
        said = self.machine.run("python3 --version; nginx -v").split("\n")
        return " and ".join(line.strip() for line in said if line)


def _heading(page: str) -> str:
    """The page's first heading, as text."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).strip() if found else "no heading"


def main() -> None:
    """Read the command line, try, and print."""
    parser = argparse.ArgumentParser(prog="script/try-install")
    parser.add_argument("--suite", action="append", choices=["bookworm", "trixie"])
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/evenkeel-trial"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("Run it as root: it boots a system of its own.")
    asked.folder.mkdir(parents=True, exist_ok=True)
    seen: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as work:
        made = releases.make(Path(work))
        for suite in asked.suite or ["bookworm", "trixie"]:
            trial = Trial(suite, asked.folder, made)
            seen_of_it = trial.seen
            try:
                trial.run(asked.kills)
            finally:
                trial.machine.destroy()
                seen += seen_of_it
            for left in Path(work).glob("evenkeel-trial-*"):
                shutil.rmtree(left)
    if asked.json:
        machine = f"{os.cpu_count()} cores, {platform.machine()}"
        print(json.dumps({"release": made.name, "machine": machine, "seen": seen}))


if __name__ == "__main__":
    main()
