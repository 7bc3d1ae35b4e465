"""Authors who send comments, send again what was not answered, and remember what they were told."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

KIND = "Thank you for what you wrote about the harbour, it was a pleasure to read"
RUDE = "You are a stupid idiot and your text is rubbish"
_FIELD = re.compile(r'name="(csrf_token|submission_key)"[^>]*value="([^"]+)"')


@dataclass
class Told:
    """What the authors know: marks of texts, the address each was answered with, and counts."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    resets: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


class Author(threading.Thread):
    """Sends one comment after the other until told to stop; a try that fails is made again."""

    def __init__(
        self, number: int, port: int, told: Told, *, seed: int, pause: float, page: str = "home"
    ) -> None:
        super().__init__(name=f"author {number}", daemon=True)
        self._number, self._port, self._told, self._pause = number, port, told, pause
        self._dice = random.Random(seed * 1000 + number)
        self._path = f"/p/{page}"
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Finish the comment at hand, then end."""
        self._stopping.set()

    def run(self) -> None:
        """Send until stopped."""
        sent = 0
        while not self._stopping.is_set():
            sent += 1
            self.send(f"mark-{self._number}-{sent}-{self._dice.getrandbits(32):08x}")
            self._stopping.wait(self._dice.uniform(0.5, 1.5) * self._pause)

    def send(self, mark: str, patience: float = 300) -> None:
        """Send one comment until it is answered, always the same form: it must not come twice.

        Gives up after so many seconds."""
        text = f"{RUDE if self._dice.random() < 0.2 else KIND} {mark}"
        form: dict[str, str] = {}
        cookie = ""
        self._told.unanswered.add(mark)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                if not form:
                    form, cookie = self._open_form()
                started = time.monotonic()
                status, where = self._post(form | {"name": f"Author {self._number}", "text": text},
                                           cookie)  # fmt: skip
            except (OSError, http.client.HTTPException):
                self._told.resets += 1
                time.sleep(0.25)
                continue
            if status == 303:
                self._told.seconds.append(time.monotonic() - started)
                self._told.unanswered.discard(mark)
                self._told.acknowledged[mark] = where
                return
            self._told.refused[status] = self._told.refused.get(status, 0) + 1
            if status == 400:  # the token's time: a page opened anew, the form's own key kept
                token, cookie = self._open_form()
                form["csrf_token"] = token["csrf_token"]
            time.sleep(0.5)

    def _open_form(self) -> tuple[dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("GET", self._path)
            answer = connection.getresponse()
            page = answer.read().decode()
            if answer.status != 200:
                raise http.client.HTTPException(str(answer.status))
            cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
            return dict(_FIELD.findall(page)), cookie
        finally:
            connection.close()

    def _post(self, form: dict[str, str], cookie: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            connection.request("POST", self._path, urlencode(form), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location") or ""
        finally:
            connection.close()


def authors(count: int, port: int, told: Told, *, seed: int, pause: float) -> list[Author]:
    """So many authors, already sending."""
    found = [Author(n, port, told, seed=seed, pause=pause) for n in range(count)]
    for author in found:
        author.start()
    return found


def end(found: list[Author]) -> None:
    """Let each finish its comment."""
    for author in found:
        author.stop()
    for author in found:
        author.join(330)
