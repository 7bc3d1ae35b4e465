"""Memory that was taken for a while is given back."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.soak.stack import MASTER
from moderation.settings import ROOT

SCORE_OFTEN = """
import json, re, threading
from datetime import timedelta
from pathlib import Path
from moderation.comments.submit import Draft, store
from moderation.db import now
from moderation.jobs import rescore_if_able
from wsgi import app

def held():
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"Anonymous: +(\\d+)", rollup)[1]) // 1024

after = []
with app.app_context():
    for _ in range(20):
        for times in (10, 40, 70, 100, 130):
            text = "good morning " * times
            store(Draft("home", "Tess", text), at=now() - timedelta(minutes=2))
        assert rescore_if_able() == 5
        for thread in threading.enumerate():
            if thread.name == "scorer":
                thread.join(10)
        after.append(held())
print(json.dumps(after))
"""


def test_the_job_worker_gives_the_network_back_each_time(stack):
    """In the environment of the units. Without it what was let go stays, some 35 MiB."""
    done = subprocess.run(
        [sys.executable, "-c", SCORE_OFTEN],
        cwd=ROOT,
        env=stack("wsgi:app").environ,
        capture_output=True,
        check=True,
    )
    after = json.loads(done.stdout)
    assert max(after) - after[0] < 15, f"MiB after each time: {after}"


def test_what_the_network_needs_of_numpy_is_loaded_before_the_fork(stack):
    site = stack()
    site.tend(jobs=False)
    site.wait_until_ready()
    [master] = site.pids()[MASTER]
    assert "/numpy/" in Path(f"/proc/{master}/maps").read_text()
