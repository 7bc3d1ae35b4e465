"""Two machines before one PostgreSQL and one Redis, and everything that may happen to them.

    script/try-cluster [--port 8220] [--json]

Needs nginx, postgresql and redis-server. Takes some minutes, ends by itself, leaves nothing behind.
While authors send comments without a pause: a machine is killed, both are upgraded one after the
other, Redis goes away, PostgreSQL is restarted. Then every comment that was acknowledged must be
there, none twice, none unscored. Ends with 1 if anything of that does not hold.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from deploy.cluster.authors import Authors
from deploy.cluster.machines import Machine, Services, wait_for

JOB = re.compile(r'LPUSH.*?name[\\": ]+([a-z_.]+)')


class Trial:
    """The machines, the authors, and what was found."""

    def __init__(self, folder: Path, port: int) -> None:
        self.services = Services(folder, port)
        environ = os.environ | {
            "DATABASE_URL": self.services.database,
            "REDIS_URL": self.services.redis_url,
            "SECRET_KEY": "one-for-all-machines-" * 2,
            "EVENKEEL_COMMENT_LIMIT": "1000000 per hour",
            "EVENKEEL_TRUSTED_PROXIES": "1",
            "WEB_CONCURRENCY": "1",
        }
        self.machines = [Machine(f"machine-{n}", port + n, folder, environ) for n in (1, 2)]
        self.authors = Authors(port, count=3, pause=0.1)
        self.found: dict[str, object] = {}
        self.faults: list[str] = []
        self.jobs: Counter[tuple[str, str]] = Counter()

    def run(self) -> None:
        """Everything, one after the other."""
        self.services.start_postgresql()
        self.services.start_redis()
        for machine in self.machines:  # at once, on an empty database
            machine.start()
        self.found["seconds until both were ready"] = round(self._wait_ready(), 1)
        threading.Thread(target=self._watch_jobs, daemon=True).start()
        self.services.balance(self.machines)
        wait_for("the first answer", self.authors.can_write)
        self.authors.start()
        self._phase("both serve", lambda: time.sleep(15))
        self._phase("one is killed and started again", self._kill_one)
        self._phase("both are upgraded, one after the other", self._roll)
        self._phase("Redis goes and comes back", self._lose_redis)
        self._phase("PostgreSQL is restarted", self._restart_postgresql)
        self._phase("both serve again", lambda: time.sleep(5))
        self.authors.stop()
        self._compare()

    def _phase(self, name: str, happens: Callable[[], object]) -> None:
        print(f"{datetime.now(UTC):%H:%M:%S} {name}", file=sys.stderr)
        self.authors.phase = name
        time.sleep(1)
        happens()

    def _wait_ready(self) -> float:
        return wait_for("both ready", lambda: all(m.is_ready() for m in self.machines))

    def _kill_one(self) -> None:
        self.machines[0].kill()
        time.sleep(8)
        self.machines[0].start()
        self._wait_ready()

    def _roll(self) -> None:
        """The way to upgrade: ask for no more, take out, end, start, bring back."""
        for machine in self.machines:
            (machine.instance / "drain").touch()
            wait_for("it says that it drains", lambda m=machine: m.ready().get("ready") is False)
            self.services.balance(self.machines, without=machine)
            machine.end_web()
            machine.start()
            wait_for("it is back", machine.is_ready)
            self.services.balance(self.machines)
            time.sleep(3)

    def _lose_redis(self) -> None:
        self.services.redis.kill()
        self.services.redis.wait()
        wait_for("both say so", lambda: all(m.ready().get("degraded") for m in self.machines))
        time.sleep(3)
        self.services.start_redis()
        back = lambda: all(m.ready().get("degraded") is False for m in self.machines)  # noqa: E731
        self.found["seconds until Redis was used again"] = round(wait_for("all well", back), 1)

    def _restart_postgresql(self) -> None:
        self.services.restart_postgresql()
        self.found["seconds until both were ready after PostgreSQL"] = round(self._wait_ready(), 1)
        time.sleep(3)

    def _watch_jobs(self) -> None:
        """Count what is put into the queue, until Redis goes away."""
        try:
            with Redis.from_url(self.services.redis_url).monitor() as monitor:
                for seen in monitor.listen():
                    if job := JOB.search(seen["command"]):
                        self.jobs[job.group(1), time.strftime("%H:%M")] += 1
        except RedisError:
            return

    def _compare(self) -> None:
        told = self.authors
        with psycopg.connect(self.services.database) as connection:
            unscored = "SELECT count(*) FROM comments WHERE hold_reason = 'unscored'"
            none_left = lambda: not connection.execute(unscored).fetchone()[0]  # noqa: E731
            self.found["seconds until nothing was unscored"] = round(wait_for("scored", none_left))
            stored = Counter(text for (text,) in connection.execute("SELECT text FROM comments"))
            policies = connection.execute("SELECT count(*) FROM policy_versions").fetchone()[0]
        lost = told.acknowledged - set(stored)
        twice = [text for text, count in stored.items() if count > 1]
        self.found |= {
            "comments acknowledged": len(told.acknowledged),
            "of them lost": len(lost),
            "stored twice": len(twice),
            "never answered": len(told.unanswered),
            "policies stored by two first starts": policies,
            "jobs brought in, and of them more than once in a minute": [
                sum(self.jobs.values()), sum(n > 1 for n in self.jobs.values())
            ],
        }  # fmt: skip
        mistakes = [line for m in self.machines for line in m.mistakes()]
        print("\n".join(mistakes), file=sys.stderr)
        rolled = "both are upgraded, one after the other"
        gone = "Redis goes and comes back"
        for wrong, said in (
            (lost, "acknowledged comments are lost"),
            (twice, "comments are stored twice"),
            (told.unanswered, "comments were never taken"),
            (told.failed[rolled], "requests failed while both were upgraded"),
            (told.failed[gone], "requests failed while Redis was away"),
            (told.failed["both serve"], "requests failed while both served"),
            (policies != 1, "two first starts made two policies"),
            (any(n > 1 for n in self.jobs.values()), "a job ran twice in a minute"),
            (not self.jobs, "no job was seen"),
            (mistakes, "an error of ours was met: see above"),
        ):
            if wrong:
                self.faults.append(said)

    def end(self) -> None:
        """Stop everything."""
        self.authors.stop()
        for machine in self.machines:
            machine.kill()
        self.services.stop()


def main() -> int:
    """Try it and say what was found."""
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--port", type=int, default=8220, help="the first of seven ports")
    words.add_argument("--json", action="store_true", help="say what was found as JSON")
    given = words.parse_args()
    with TemporaryDirectory(prefix="evenkeel-cluster-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        trial = Trial(folder, given.port)
        try:
            trial.run()
        finally:
            trial.end()
    phases = {
        phase: {"taken": trial.authors.taken[phase], "tried in vain": trial.authors.failed[phase]}
        for phase in trial.authors.taken
    }
    told = {"at": datetime.now(UTC).isoformat(timespec="minutes"), "phases": phases, **trial.found}
    told |= {"how": dict(trial.authors.how), "faults": trial.faults}
    if given.json:
        print(json.dumps(told, indent=1))
    else:
        print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
        for phase, counts in phases.items():
            print(f"{phase:42} {counts['taken']:5} taken, {counts['tried in vain']} tried in vain")
        for what, value in trial.found.items():
            print(f"{what:60} {value}")
        print("\n".join(f"{n} x {what}" for what, n in trial.authors.how.items()))
        print("Everything held." if not trial.faults else "FAILED: " + "; ".join(trial.faults))
    return 1 if trial.faults else 0


if __name__ == "__main__":
    sys.exit(main())
