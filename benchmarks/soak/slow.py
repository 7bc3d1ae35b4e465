"""Slow and oversized requests, at nginx with our limits and at gunicorn alone."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.soak.stack import Stack
from moderation.serve import READ_WITHIN
from moderation.settings import ROOT

SLOW_CLIENTS = 200
FROM = "127.0.0.2"  # not this machine itself, which nginx's limits leave out
HEAD = b"POST /p/home HTTP/1.1\r\nHost: localhost\r\n"


def send_slowly(
    stack: Stack, nginx_port: int, *, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Many clients that send a byte a second, and requests that are too large."""
    stack.tend(jobs=False)
    stack.wait_until_ready()
    wrong: list[str] = []
    found: dict[str, Any] = {"gunicorn_alone": _at_gunicorn(stack, wrong)}
    if shutil.which("nginx"):
        nginx = subprocess.Popen(["nginx", "-c", _configured(stack, nginx_port)])
        try:
            time.sleep(2)
            found["nginx"] = _at_nginx(nginx_port, wrong)
        finally:
            nginx.terminate()
            nginx.wait(30)
    else:
        say("nginx is not installed: left out")
    return {**found, "wrong": wrong}


def status_of_oversized(port: int, request: bytes) -> int | None:
    """What a too large request is answered with; None if the connection is closed without."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        with suppress(OSError):  # it may be closed as we send
            client.sendall(request)
        with suppress(OSError):
            line = client.recv(200)
            return int(line.split()[1]) if line else None
    return None


def oversized(port: int) -> dict[str, int | None]:
    """Too long a line, too long a header, too many headers, too large a body."""
    body = 2 * 2**20
    return {
        "line": status_of_oversized(port, b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"),
        "header": status_of_oversized(port, HEAD + b"X: " + b"a" * 70_000 + b"\r\n\r\n"),
        "headers": status_of_oversized(port, HEAD + b"X: a\r\n" * 20_000 + b"\r\n"),
        "body": status_of_oversized(
            port,
            HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\ntext=" % body + b"a" * (body - 5),
        ),
    }


def _at_gunicorn(stack: Stack, wrong: list[str]) -> dict[str, Any]:
    slow = [_slow_client(stack.port, "127.0.0.1") for _ in range(16)]
    began = time.monotonic()
    answered = _until_answered(stack.port, slow)
    if answered is None or answered > READ_WITHIN * 3:
        wrong.append(f"gunicorn alone answered after {answered} s of 16 slow clients")
    sizes = oversized(stack.port)
    if any(status not in (400, 413, 414, 431, None) for status in sizes.values()):
        wrong.append(f"gunicorn answers oversized requests with {sizes}")
    for client in slow:
        client.close()
    return {
        "slow_clients": 16,
        "answered_after_seconds": answered and round(answered, 1),
        "seconds": round(time.monotonic() - began),
        "oversized": sizes,
    }


def _at_nginx(port: int, wrong: list[str]) -> dict[str, Any]:
    slow = [_slow_client(port, FROM) for _ in range(SLOW_CLIENTS)]
    times = []
    for _ in range(15):
        began = time.monotonic()
        _trickle(slow)
        with suppress(OSError):
            times.append((_get(port), time.monotonic() - began))
        time.sleep(1)
    bad = [status for status, _ in times if status != 200]
    if bad or len(times) < 15:
        wrong.append(f"behind nginx {len(times)} of 15 pages were answered, not well: {bad}")
    still = _trickle(slow)
    if still > SLOW_CLIENTS // 10:
        wrong.append(f"nginx still holds {still} slow clients after 15 s")
    sizes = oversized(port)
    if any(status not in (400, 413, 414, 431, None) for status in sizes.values()):
        wrong.append(f"nginx answers oversized requests with {sizes}")
    for client in slow:
        client.close()
    return {
        "slow_clients": SLOW_CLIENTS,
        "still_held": still,
        "page_ms_slowest": round(1000 * max(taken for _, taken in times)) if times else None,
        "oversized": sizes,
    }


def _slow_client(port: int, source: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), 10, source_address=(source, 0))
    client.sendall(HEAD)
    client.setblocking(False)
    return client


def _trickle(clients: list[socket.socket]) -> int:
    """Send a little more from each; how many are still listened to."""
    open_still = 0
    for client in clients:
        with suppress(OSError):
            if _is_closed(client):
                continue
            client.send(b"X-A: b\r\n")
            open_still += 1
    return open_still


def _is_closed(client: socket.socket) -> bool:
    with suppress(BlockingIOError):
        return client.recv(4096, socket.MSG_PEEK) is not None  # an end, or an answer before it
    return False


def _until_answered(port: int, slow: list[socket.socket]) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < 120:
        _trickle(slow)
        with suppress(OSError):
            if _get(port, timeout=2) == 200:
                return time.monotonic() - began
    return None


def _get(port: int, timeout: float = 30) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/p/home")
        return connection.getresponse().status
    finally:
        connection.close()


def _configured(stack: Stack, port: int) -> Path:
    """Our configuration for nginx with its limits as they are: another port, and no TLS."""
    site = (ROOT / "deploy/nginx/evenkeel.conf").read_text()
    site = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", site, count=1, flags=re.S)
    site = re.sub(r"(?m)^ *(ssl_|listen |@IPV6|@HTTP2_ON|@ONLY|@BROTLI|access_log).*\n", "", site)
    site = site.replace("server_name @NAME@;", f"listen 127.0.0.1:{port};")
    site = site.replace("unix:@SOCKET@", f"127.0.0.1:{stack.port}").replace("@ROOT@", str(ROOT))
    site = re.sub(r"error_log .*;", "error_log stderr crit;", site)
    whole = stack.instance / "nginx.conf"
    temporary = "".join(
        f"  {kind}_temp_path {stack.instance}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"daemon off;\npid {stack.instance}/nginx.pid;\nworker_processes 1;\n"
        f"error_log stderr crit;\nevents {{ worker_connections 1024; }}\n"
        f"http {{\n  access_log off;\n{temporary}{site}\n}}\n"
    )
    return whole
