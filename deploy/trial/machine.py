"""A Debian of its own, booted by systemd-nspawn: with systemd, apt and nginx as on a server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,procps,iproute2,python3"
ENVIRON = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


class Machine:
    """One root, booted and shut down. It shares this machine's network, with ports 80 and 443."""

    def __init__(self, suite: str, folder: Path) -> None:
        self.suite = suite
        self.base = folder / f"base-{suite}"
        self.root = folder / f"run-{suite}"
        self.nspawn: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """A fresh root; the system itself is fetched once and copied from then on."""
        if not (self.base / ".done").exists():
            shutil.rmtree(self.base, ignore_errors=True)
            packages = f"--include={PACKAGES}"
            what = ["--variant=minbase", packages, self.suite, str(self.base), MIRROR]
            subprocess.run(["debootstrap", *what], check=True, stdout=subprocess.DEVNULL)
            (self.base / ".done").touch()
        self.destroy()
        subprocess.run(["cp", "-a", "--reflink=auto", self.base, self.root], check=True)
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", self.root / "etc/this-machines-ca.crt")

    def boot(self) -> None:
        """Boot it and wait until systemd is up."""
        command = [
            "systemd-nspawn",
            "-q",
            "-b",
            "--register=no",
            "--keep-unit",
            "-D",
            str(self.root),
        ]
        command += ["--console=read-only", "--resolv-conf=replace-host"]
        null = subprocess.DEVNULL
        self.nspawn = subprocess.Popen(
            command, stdin=null, stdout=null, stderr=null, start_new_session=True
        )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            time.sleep(0.5)
            state = self._enter("systemctl is-system-running").stdout.strip()
            if state in ("running", "degraded"):
                return
        raise RuntimeError(f"{self.suite} does not boot")

    def run(self, command: str, *, unit: str = "", check: bool = True) -> str:
        """Run it as root in a unit of its own; returns what it printed, both ways together."""
        named = f"--unit={unit}" if unit else ""
        done = self._enter(f"systemd-run --pipe --wait --quiet --collect {named} {PIP}", command)
        if check and done.returncode:
            raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def start(self, unit: str, command: str, log: str) -> None:
        """Start it in the background, its output in a file of the root."""
        output = f"-p StandardOutput=file:{log} -p StandardError=file:{log}"
        self._enter(f"systemd-run --quiet --collect --unit={unit} {output} {PIP}", command)

    def _enter(self, how: str, command: str = "") -> subprocess.CompletedProcess[str]:
        words = how.split() + (["/bin/bash", "-c", command] if command else [])
        enter = ["nsenter", "--target", str(self._init()), "-m", "-u", "-i", "-p", "-n", "--"]
        return subprocess.run(
            [*enter, *words], env=ENVIRON, check=False, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def _init(self) -> int:
        """Its process 1, as this machine numbers it."""
        assert self.nspawn is not None
        number = self.nspawn.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        return int(children[0]) if children else number

    def shut_down(self) -> None:
        """As an operator would."""
        self._end(signal.SIGRTMIN + 4)

    def cut_the_power(self) -> None:
        """As a power failure would, but that what was written is on the disk."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self.nspawn is not None and self.nspawn.poll() is None:
            os.kill(self._init(), number)
            self.nspawn.wait(timeout=120)

    def destroy(self) -> None:
        """End it and delete its root."""
        self._end(signal.SIGKILL)
        shutil.rmtree(self.root, ignore_errors=True)


# pip's way to its index is this machine's; what it fetched once stays in the system's copy.
PIP = " ".join(
    f"-E {name}={value}"
    for name, value in {
        "PIP_CERT": "/etc/this-machines-ca.crt",
        "PIP_INDEX_URL": os.environ.get("PIP_INDEX_URL", ""),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }.items()
    if value
)
