"""A scorer that answers in time or says that it cannot."""

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout

from moderation.scoring.scorer import Scorer, ScorerUnavailable, Scores

_Job = tuple[Sequence[str], "Future[list[Scores | None]]"]
STUCK_SECONDS = 60  # a scorer that is late for so long is not expected back


class ScorerTimeout(ScorerUnavailable):
    """The scorer did not answer within the deadline."""


class Deadline:
    """Runs another scorer in one worker thread and waits for it no longer than `seconds`.

    A thread cannot be stopped. While the worker is stuck in a call that missed its deadline, later
    calls fail at once rather than wait behind it; once it comes back, scoring goes on.
    """

    def __init__(self, scorer: Scorer, seconds: float) -> None:
        self._scorer = scorer
        self._seconds = seconds
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._late: Future[list[Scores | None]] | None = None
        self._late_since = 0.0
        self._worker: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def version(self) -> str:
        """The version of the scorer inside."""
        return self._scorer.version

    @property
    def is_stuck(self) -> bool:
        """Whether the worker has been in one call for so long that only a new process helps."""
        late = self._late is not None and not self._late.done()
        return late and time.monotonic() - self._late_since > STUCK_SECONDS

    def end(self) -> None:
        """Let the worker's thread go, and what it holds; one that is stuck stays."""
        self._jobs.put(None)

    def score(self, texts: Sequence[str]) -> list[Scores | None]:
        """Score `texts`; raise ScorerTimeout when that takes longer than the deadline."""
        if self._late is not None and not self._late.done():
            raise ScorerTimeout("the scorer is still busy with a comment that missed its deadline")
        answer: Future[list[Scores | None]] = Future()
        self._ensure_worker()
        self._jobs.put((texts, answer))
        try:
            return answer.result(timeout=self._seconds)
        except FutureTimeout:
            if not answer.cancel():
                self._late, self._late_since = answer, time.monotonic()
            raise ScorerTimeout(f"no scores within {self._seconds:g} seconds") from None

    def _ensure_worker(self) -> None:
        # Started at the first call: a thread would not survive the fork of a web server's workers.
        with self._starting:
            if self._worker is None or not self._worker.is_alive():
                self._worker = threading.Thread(target=self._work, name="scorer", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            texts, answer = job
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(self._scorer.score(texts))
            except BaseException as error:  # handed to the caller, who waits for it
                answer.set_exception(error)
