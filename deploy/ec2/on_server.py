"""Runs on the server, as root, with the system's Python: install, back up, restore, tell.

It comes with every release, so it needs nothing of the others but boto3 (Debian's python3-boto3).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

CURRENT = Path("/opt/evenkeel/current")
SETTINGS = Path("/etc/evenkeel/evenkeel.env")
BACKUPS = Path("/var/backups/evenkeel")
UNITS = Path("/etc/systemd/system")
SITE = ("evenkeel-web.socket", "evenkeel-web.service")  # the jobs stop and start with it
NIGHTLY = ("evenkeel-offsite.service", "evenkeel-offsite.timer")
DOOR = "/run/evenkeel/web.sock"
METRICS = "EVENKEEL_CLOUDWATCH_NAMESPACE=Evenkeel\n"


def run(*command: str | Path) -> str:
    """What the command prints. Raises CalledProcessError, its errors go to ours."""
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout  # noqa: S603


def evenkeel(*words: str | Path) -> str:
    """Evenkeel's own command, as its own user and with its settings."""
    return run("/usr/local/sbin/evenkeel", *words)


def install(config: dict[str, str], archive: Path) -> None:
    """Install or upgrade; the installer checks that it answers and else goes back by itself."""
    here = Path(__file__).parent
    command: list[str | Path] = [here.parent / "install.sh", "--release", archive]
    for option in ("domain", "mail"):
        if config[option]:
            command += [f"--{option}", config[option]]
    print(run("bash", *command))
    if METRICS not in SETTINGS.read_text():
        with SETTINGS.open("a") as settings:
            settings.write(METRICS)
        run("systemctl", "restart", "evenkeel-jobs.service")
    for unit in NIGHTLY:
        (UNITS / unit).write_text((here / unit).read_text())
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--now", NIGHTLY[1])


def backup(config: dict[str, str], s3: Any) -> dict[str, Any]:
    """Make a backup and copy it to the bucket. Returns where it is."""
    made = json.loads(evenkeel("backup", "--to", BACKUPS, "--drop-old", "--json").splitlines()[-1])
    key, digest = f"backups/{Path(made['file']).name}", made["sha256"]
    extra = {"Metadata": {"sha256": digest}}
    s3.upload_file(made["file"], config["bucket"], key, ExtraArgs=extra)
    return {"key": key, "sha256": digest, "bytes": made["bytes"], "at": _now()}


def restore(config: dict[str, str], s3: Any, key: str) -> dict[str, Any]:
    """Bring a backup from the bucket and put it in place of the data."""
    to = BACKUPS / Path(key).name
    s3.download_file(config["bucket"], key, str(to))
    stored = s3.head_object(Bucket=config["bucket"], Key=key)["Metadata"]
    if stored.get("sha256") != _sha256(to):
        to.unlink()
        sys.exit(f"{key} is damaged: its checksum is wrong. Nothing was changed.")
    run("chown", "evenkeel:evenkeel", to)
    run("systemctl", "stop", *SITE)
    try:
        evenkeel("restore", to, "--replace")
    finally:
        run("systemctl", "start", *SITE)
    return {"key": key, "at": _now()}


def status() -> dict[str, Any]:
    """The release that runs and what it says of itself."""
    ask = ("curl", "--silent", "--show-error", "--max-time", "10", "--unix-socket", DOOR)
    try:
        health: Any = json.loads(run(*ask, "http://localhost/readyz"))
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        health = {"status": "unreachable", "error": str(error)}
    return {"version": CURRENT.resolve().name, "health": health}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def main() -> None:
    """Read the command line and do it; what it returns goes out as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="/etc/evenkeel/ec2.json", type=Path)
    verbs = parser.add_subparsers(dest="verb", required=True)
    installing = verbs.add_parser("install")
    installing.add_argument("archive", type=Path)
    verbs.add_parser("backup")
    verbs.add_parser("restore").add_argument("key")
    verbs.add_parser("status")
    verbs.add_parser("prepare").add_argument("url")
    asked = parser.parse_args()
    config = json.loads(asked.config.read_text())
    if asked.verb == "install":
        install(config, asked.archive)
        return
    if asked.verb == "prepare":
        print(evenkeel("prepare", "--url", asked.url))
        return
    if asked.verb == "status":
        print(json.dumps(status()))
        return
    s3 = boto3.client("s3", region_name=config["region"])
    done = backup(config, s3) if asked.verb == "backup" else restore(config, s3, asked.key)
    print(json.dumps(done))


if __name__ == "__main__":
    main()
