"""A full disk: everything can be read, nothing is half stored, and it ends by itself."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.soak import audit
from benchmarks.soak.load import Author, Told
from benchmarks.soak.stack import Stack

SIZE_MIB = 120
BANNER = b"Read-only for now."


def fill_the_disk(
    stack: Stack, *, seed: int, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Put the site on a small disk, fill it under its feet, free it again. Needs root."""
    if os.geteuid() != 0:
        say("left out: only root can mount a small disk")
        return {"left_out": "not root", "wrong": []}
    disk = stack.instance / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", disk], check=True)
    small = Stack(disk, stack.port)
    try:
        small.prepare()
        return _fill(small, seed)
    finally:
        small.stop()
        subprocess.run(["umount", disk], check=True)


def _fill(stack: Stack, seed: int) -> dict[str, Any]:
    stack.tend()
    stack.wait_until_ready()
    told, wrong = Told(), []
    author = Author(0, stack.port, told, seed=seed, pause=0)
    for n in range(20):
        author.send(f"mark-before-{n}")
    filler = stack.instance / "filler"
    _fill_up(filler)
    free = shutil.disk_usage(stack.instance).free
    status, page = _page(stack)
    if status != 200 or BANNER not in page:
        wrong.append(f"while full the page answers {status}, banner: {BANNER in page}")
    if b"mark-before-19" not in page:
        wrong.append("while full the comments are not shown")
    author.send("mark-while-full", patience=2)
    if told.acknowledged.get("mark-while-full") or not told.refused.get(503):
        wrong.append(f"while full a comment was not refused with 503: {told.refused}")
    ready = stack.status_of("/readyz")
    if ready != 503:
        wrong.append(f"/readyz says {ready} on a full disk")
    filler.unlink()
    began = time.monotonic()
    author.send("mark-while-full")
    recovered = time.monotonic() - began
    if "mark-while-full" not in told.acknowledged:
        wrong.append("it did not recover once there was room")
    if BANNER in _page(stack)[1]:
        wrong.append("the banner stayed")
    return {
        "disk_mib": SIZE_MIB,
        "free_bytes_while_full": free,
        "acknowledged": len(told.acknowledged),
        "refused": told.refused,
        "recovered_after_seconds": round(recovered, 1),
        "wrong": wrong + audit.differences(stack.database, told),
    }


def _fill_up(filler: Path) -> None:
    """To the last byte: not only below what the site wants to have free."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(2**16))


def _page(stack: Stack) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=20)
    try:
        connection.request("GET", "/p/home")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
