"""Authors that send comments without a pause, and remember what they were told."""

from __future__ import annotations

import http.client
import re
import secrets
import threading
import time
from collections import Counter
from contextlib import closing
from urllib.parse import urlencode

PATIENCE = 90  # seconds for which one comment is sent again and again


class Authors:
    """Some threads, each an author with a browser. What failed is sent again, unchanged."""

    def __init__(self, port: int, count: int, pause: float) -> None:
        self.port, self.pause = port, pause
        self.acknowledged: set[str] = set()
        self.unanswered: set[str] = set()
        self.phase = "start"
        self.taken: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.how: Counter[str] = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(count)]

    def start(self) -> None:
        """Let them write."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each finish the comment that it has in hand."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(PATIENCE + 30)

    def can_write(self) -> bool:
        """Whether the form is there."""
        try:
            return bool(self._open())
        except (OSError, http.client.HTTPException):
            return False

    def _write(self, number: int) -> None:
        form = None
        while not self._stop.is_set():
            text = f"A kind word about bridges, {secrets.token_hex(8)}"
            key, until = secrets.token_urlsafe(16), time.monotonic() + PATIENCE
            while time.monotonic() < until:
                try:
                    form = form or self._open()
                    status = self._send(form, f"Author {number}", text, key)
                except (OSError, http.client.HTTPException) as error:
                    status, form = type(error).__name__, None
                if status == 303:
                    self.acknowledged.add(text)
                    self.taken[self.phase] += 1
                    break
                self.failed[self.phase] += 1
                self.how[f"{self.phase}: {status}"] += 1
                form = None if status == 400 else form
                time.sleep(0.3)
            else:
                self.unanswered.add(text)
            time.sleep(self.pause)

    def _open(self) -> tuple[str, str]:
        """The form's token and the cookie that belongs to it."""
        status, cookie, page = self._ask("GET", None, {})
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if status != 200 or found is None:
            raise http.client.HTTPException(f"no form: {status}")
        return found.group(1), cookie

    def _send(self, form: tuple[str, str], name: str, text: str, key: str) -> int:
        token, cookie = form
        fields = {"csrf_token": token, "name": name, "text": text, "submission_key": key}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        return self._ask("POST", urlencode(fields), kind)[0]

    def _ask(self, verb: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, str]:
        """The answer's status, its cookie and its text."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)) as connection:
            connection.request(verb, "/", body, headers)
            answer = connection.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
            return answer.status, cookie, answer.read().decode()
