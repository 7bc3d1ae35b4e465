#!/usr/bin/env python3
"""Go over to a release that lies installed, and back to the old one where it does not serve.

  switch.py to VERSION    what deploy/install.sh calls, as root
  switch.py settle        what systemd calls before each start of the site

`to` writes down what is wanted, points `current` to it and restarts the site. The work is done by
`settle` while the site starts: systemd holds the door open meanwhile, so whoever knocks waits, and
nobody gets an answer from a release that may be taken back. Because it happens at the start, a
switch that was cut off half-way, by a kill or by a power failure, is taken back at the next one.
With the system's own Python and nothing else. Example: switch.py to 0.2.0+20261125.1a2b3c4
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HOME = Path("/opt/evenkeel")
RELEASES = HOME / "releases"
CURRENT = HOME / "current"
UNDER_WAY = HOME / "switch.json"  # there while a switch is not settled
LAST = HOME / "last-switch.json"  # how the last one ended
BACKUPS = Path("/var/backups/evenkeel")
SITE, TRIAL = Path("/run/evenkeel/web.sock"), Path("/run/evenkeel/check.sock")
PATIENCE = 60.0  # seconds for /readyz to answer at all
SECOND_THOUGHTS = 5.0  # seconds for a no to become a yes: visitors are waiting
STARTS = 5  # of the site, until a switch must be settled


class Failed(Exception):
    """The release cannot serve; the message says why."""


def to(version: str) -> None:
    """Switch to an installed release. Exits with 1, the old one serving, where it cannot serve."""
    if not (RELEASES / version / ".installed").exists():
        sys.exit(f"{version} is not installed under {RELEASES}.")
    LAST.unlink(missing_ok=True)
    if (_under_way() or {}).get("tried"):
        print("An earlier switch was cut off half-way: it is taken back first.", flush=True)
        _point_to(version)  # so that it is our code that does it
        _restart()
        _until_settled()
    before = (_under_way() or {"from": _current()})["from"]
    if before == version:
        UNDER_WAY.unlink(missing_ok=True)  # one to another release, cut off before it was tried
    else:
        _write(UNDER_WAY, {"from": before, "to": version, "tried": False, "backup": None})
    _point_to(version)
    _restart()
    _until_settled()
    if _current() != version:
        sys.exit(f"{version} does not serve: {_read(LAST)['why']}\n{_current()} serves on.")
    try:
        _wait_until_ready(SITE, "evenkeel-web.service")
    except Failed as failed:
        sys.exit(f"{version} was switched to, but {failed}")


def settle() -> None:
    """Finish what `to` began, or take back what was cut off. Without either: nothing."""
    switch = _under_way()
    if switch is None:
        return
    if switch["to"] != _current():  # cut off before anything was done
        _end(switch, "not begun", "it was cut off")
        return
    if switch["tried"]:
        _go_back(switch, "it was cut off half-way")
        return
    try:
        if _changes_the_database(switch):
            switch["backup"] = _back_up(switch["from"])
        switch["tried"] = True
        _write(UNDER_WAY, switch)  # from here on there may be something to take back
        _try()
    except Failed as failed:
        _go_back(switch, str(failed))
    else:
        _end(switch, "switched", None)


def _go_back(switch: dict[str, Any], why: str) -> None:
    """The old database and the old release again. May be cut off and repeated at any point."""
    print(f"{switch['to']} is taken back: {why}", flush=True)
    if switch["from"] is None:  # there is nothing to go back to: the next start tries again
        _write(UNDER_WAY, switch | {"tried": False})
        _write(LAST, switch | {"outcome": "failed", "why": why})
        sys.exit(1)
    if switch["backup"]:
        said = _flask(switch["from"], "restore", switch["backup"], "--replace", "--json")
        kept = json.loads(said.splitlines()[-1])["kept"]
        if kept:  # what the new release made of it; no visitor has been there
            Path(kept).unlink(missing_ok=True)
    _point_to(switch["from"])
    _end(switch, "went back", why)


def _end(switch: dict[str, Any], outcome: str, why: str | None) -> None:
    _write(LAST, switch | {"outcome": outcome, "why": why, "at": int(time.time())})
    UNDER_WAY.unlink()
    print(f"{switch['to']}: {outcome}", flush=True)


def _changes_the_database(switch: dict[str, Any]) -> bool:
    """Whether the new release has other migrations, on a database that is this machine's alone.

    On PostgreSQL other nodes may be writing: putting an old state back would lose what they took.
    There only the code goes back, to a release that works on newer tables too.
    """
    if switch["from"] is None or os.environ.get("DATABASE_URL"):
        return False
    old, new = (RELEASES / switch[side] / "migrations/versions" for side in ("from", "to"))
    return {path.name for path in old.glob("*.py")} != {path.name for path in new.glob("*.py")}


def _back_up(version: str) -> str:
    """A backup of the database that nobody writes to now, by the release that wrote it."""
    said = _flask(version, "backup", "--to", str(BACKUPS), "--json")
    return str(json.loads(said.splitlines()[-1])["file"])


def _flask(version: str, *words: str) -> str:
    """A command of that release, as its own user. Raises Failed with what it said last."""
    release = RELEASES / version
    command = [str(release / ".venv/bin/python"), "-m", "flask", "--app", "wsgi", *words]
    if os.geteuid() == 0:
        as_user = ["setpriv", "--reuid=evenkeel", "--regid=evenkeel", "--init-groups"]
        command = [*as_user, "--no-new-privs", *command]
    done = subprocess.run(command, cwd=release, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Failed(f"`flask {words[0]}` failed: {last}")
    return done.stdout


def _try() -> None:
    """Start the new release behind a door that only we know, and ask it whether it is ready."""
    try:
        if _systemctl("start", "evenkeel-check.service"):
            raise Failed("it does not start. More: journalctl -u evenkeel-check")
        _wait_until_ready(TRIAL, "evenkeel-check.service")
    finally:
        _systemctl("stop", "evenkeel-check.socket", "evenkeel-check.service")


def _wait_until_ready(door: Path, service: str) -> None:
    """Ask /readyz until it says yes. Raises Failed with what it said last."""
    until = time.monotonic() + PATIENCE
    while True:
        status, said = _ask(door)
        if status == 200:
            return
        if status:
            until = min(until, time.monotonic() + SECOND_THOUGHTS)
        if time.monotonic() > until or _systemctl("is-active", "--quiet", service):
            raise Failed(f"/readyz says: {said}. More: journalctl -u {service}")
        time.sleep(0.5)


def _ask(door: Path) -> tuple[int, str]:
    """With which status /readyz behind this door answers, and what; 0 where nobody answers."""
    connection = http.client.HTTPConnection("localhost", timeout=10)
    try:
        with socket.socket(socket.AF_UNIX) as connection.sock:
            connection.sock.settimeout(10)
            connection.sock.connect(str(door))
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return 0, f"no answer ({error})"


def _restart() -> None:
    """Restart the site. Its failure is no end: systemd starts it again, and so it settles."""
    _systemctl("daemon-reload")
    _systemctl("restart", "evenkeel-web.service")


def _until_settled() -> None:
    """Wait for `settle`, which systemd runs; stop and tell of a first release that cannot serve."""
    for _ in range(STARTS):
        switch = _under_way()
        if switch is None:
            return
        if LAST.exists() and _read(LAST)["outcome"] == "failed":
            _systemctl("stop", "evenkeel-web.socket", "evenkeel-web.service")
            sys.exit(f"{switch['to']} does not serve: {_read(LAST)['why']}")
        _systemctl("start", "evenkeel-web.service")  # waits for the start that is under way
    sys.exit("The switch does not settle. More: journalctl -u evenkeel-web")


def _systemctl(*words: str) -> int:
    return subprocess.run(["systemctl", *words], check=False).returncode  # noqa: S603, S607


def _current() -> str | None:
    return CURRENT.readlink().name if CURRENT.is_symlink() else None


def _point_to(version: str) -> None:
    """Let `current` name that release, in one step."""
    new = CURRENT.with_name("current.new")
    new.unlink(missing_ok=True)
    new.symlink_to(Path("releases") / version)
    new.replace(CURRENT)
    _sync(HOME)


def _under_way() -> dict[str, Any] | None:
    return _read(UNDER_WAY) if UNDER_WAY.exists() else None


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text())
    return value


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write it so that after a power failure there is the old or the new, never a half."""
    new = path.with_suffix(".new")
    with new.open("w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _drop_old() -> None:
    """Delete every release but the one that serves and the one before it."""
    kept = {_current(), _read(LAST)["from"] if LAST.exists() else None}
    for release in RELEASES.iterdir():
        if release.name not in kept:
            shutil.rmtree(release)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("to").add_argument("version")
    verbs.add_parser("settle")
    asked = parser.parse_args()
    try:
        if asked.verb == "settle":
            settle()
        else:
            to(asked.version)
            _drop_old()
    except Failed as failed:
        sys.exit(f"The old state could not be brought back: {failed}")


if __name__ == "__main__":
    main()
