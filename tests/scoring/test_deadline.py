"""A late scorer holds up nobody for longer than its deadline."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from moderation.scoring.deadline import Deadline, ScorerTimeout
from moderation.scoring.scorer import ScorerUnavailable


class Waiting:
    """Waits for a sign when told to score "wait"."""

    version = "waiting-1"

    def __init__(self):
        self.sign = threading.Event()

    def score(self, texts):
        if texts == ["wait"]:
            self.sign.wait(10)
        if texts == ["brief"]:
            time.sleep(0.02)
        if texts == ["fail"]:
            raise ScorerUnavailable("broken")
        return [None for _ in texts]


@pytest.fixture
def inside():
    scorer = Waiting()
    yield scorer
    scorer.sign.set()


def test_an_answer_in_time_is_passed_on(inside):
    deadline = Deadline(inside, 5)
    assert deadline.version == "waiting-1"
    assert deadline.score(["a", "b"]) == [None, None]


def test_an_error_is_passed_on(inside):
    with pytest.raises(ScorerUnavailable, match="broken"):
        Deadline(inside, 5).score(["fail"])


def test_a_late_answer_is_not_waited_for(inside):
    start = time.monotonic()
    with pytest.raises(ScorerTimeout):
        Deadline(inside, 0.05).score(["wait"])
    assert time.monotonic() - start < 2


def test_the_next_call_fails_at_once_while_the_worker_is_stuck(inside):
    deadline = Deadline(inside, 0.2)
    with pytest.raises(ScorerTimeout):
        deadline.score(["wait"])
    start = time.monotonic()
    with pytest.raises(ScorerTimeout, match="busy"):
        deadline.score(["a"])
    assert time.monotonic() - start < 0.1


def test_scoring_goes_on_once_the_worker_is_back(inside):
    deadline = Deadline(inside, 0.2)
    with pytest.raises(ScorerTimeout):
        deadline.score(["wait"])
    inside.sign.set()
    assert wait_for(lambda: deadline.score(["a"])) == [None]


def test_calls_at_the_same_time_queue_and_all_are_answered(inside):
    deadline = Deadline(inside, 5)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(deadline.score, [["brief"]] * 8)) == [[None]] * 8


def wait_for(call):
    for _ in range(100):
        try:
            return call()
        except ScorerTimeout:
            time.sleep(0.02)
    raise AssertionError("the scorer did not come back")
