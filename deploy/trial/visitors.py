"""Visitors over HTTPS: one by one, and a crowd that counts what failed."""

from __future__ import annotations

import html
import http.client
import re
import ssl
import threading
import time
import urllib.parse
from typing import Any

UNCHECKED = ssl.create_default_context()  # the certificate is self-signed
UNCHECKED.check_hostname = False
UNCHECKED.verify_mode = ssl.CERT_NONE


class Visitor:
    """Somebody with a browser's cookies."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.connection: http.client.HTTPSConnection | None = None

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """The status and the page. Raises OSError or HTTPException where there is no answer."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                "127.0.0.1", timeout=90, context=UNCHECKED
            )
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = urllib.parse.urlencode(form) if form else None
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            headers |= {"Referer": "https://127.0.0.1/"}
        try:
            self.connection.request("POST" if form else "GET", path, body, headers)
            answer = self.connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, page

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        """Fill in the page's form and send it."""
        status, page = self.ask(path)
        if status != 200:
            return status, page
        hidden = {
            match[1]: html.unescape(match[2])
            for match in re.finditer(r'name="([^"]+)" type="hidden" value="([^"]*)"', page)
        }
        return self.ask(path, hidden | fields)


def answer_to(path: str, **headers: str) -> http.client.HTTPResponse:
    """What a program gets that sends these headers: read already."""
    connection = http.client.HTTPSConnection("127.0.0.1", timeout=90, context=UNCHECKED)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


class Crowd:
    """Some visitors at once, who look and write until they are told to stop."""

    def __init__(self, people: int = 4) -> None:
        self.failed: list[str] = []
        self.answered = 0
        self.sent: list[str] = []  # each comment that was acknowledged
        self.slowest = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._visit, args=(n,)) for n in range(people)]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _visit(self, number: int) -> None:
        visitor, count = Visitor(), 0
        while not self._stop.wait(0.1):
            count += 1
            text = f"A plain remark, number {count} of visitor {number} at {time.time_ns()}."
            begun = time.monotonic()
            try:
                if count % 2:
                    status, _ = visitor.ask("/p/home")
                else:
                    status, _ = visitor.send("/p/home", name="Ana", email="", text=text)
                failed = f"status {status}" if status >= 400 else ""
            except (OSError, http.client.HTTPException) as error:
                failed = repr(error)
            with self._lock:
                self.answered += 1
                self.slowest = max(self.slowest, time.monotonic() - begun)
                if failed:
                    self.failed.append(f"{failed} at {time.strftime('%H:%M:%S')}")
                elif not count % 2:
                    self.sent.append(text)

    def told(self) -> str:
        """What it saw, in a line."""
        failed = f", among them {self.failed[0]}" if self.failed else ""
        return (
            f"{self.answered} requests, {len(self.failed)} failed{failed};"
            f" {len(self.sent)} comments; the slowest took {self.slowest:.1f} s"
        )
