"""How long the server needs for a page of the queue, by order and filter.

    python -m benchmarks.review_queue [--comments 20000] [--rounds 40]

Fills a temporary SQLite file, a twentieth of it held, and asks the real views as a signed-in
moderator. Prints milliseconds of server time: median and 95th percentile.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import flask_migrate
from flask.testing import FlaskClient
from sqlalchemy import insert

from moderation import create_app
from moderation.accounts.tables import User
from moderation.comments.tables import Comment, HoldReason, Status
from moderation.db import db, now, writing
from moderation.policy.versions import ensure_first_policy
from moderation.scoring.labels import LABELS
from moderation.settings import Settings
from moderation.web.permissions import Role

ADDRESSES = {
    "worst first": "/review",
    "oldest": "/review?order=oldest",
    "newest": "/review?order=newest",
    "one class": "/review?label=insult",
    "one class over 0.8, oldest": "/review?label=insult&least=0.8&order=oldest",
    "unscored": "/review?state=unscored",
    "published, newest": "/review?state=published&order=newest",
    "everything, worst first": "/review?state=all",
    "everything, worst of a class": "/review?state=all&label=threat",
    "one page": "/review?page=page-7",
    "one author, everything": "/review?author_of=1&state=all&order=newest",
    "part of a name": "/review?author=writer%2077",
    "a word in the text": "/review?text=harbour",
    "a word that nobody wrote": "/review?text=zyzzyva",
}
WORDS = re.findall(
    r"\w+", "the harbour bridge opens late and nobody on the council asked who pays for it"
)


def made_up(number: int, chance: random.Random) -> dict[str, object]:
    """One comment: nine in ten published, one in twenty held, some of those without scores."""
    status = chance.choices([*Status], [5, 90, 4, 1])[0]
    reason = None
    if status is Status.HELD:
        reason = chance.choices([HoldReason.SCORE, *HoldReason], [94, 2, 0, 3, 1])[0]
    scored = reason in (None, HoldReason.SCORE)
    scores = {label: chance.betavariate(0.4, 1.6) if scored else None for label in LABELS}
    writer = chance.randrange(5000)
    return {
        "page": f"page-{chance.randrange(50)}",
        "author_name": f"Writer {writer}",
        "author_key": f"name:writer {writer}",
        "text": " ".join(chance.choices(WORDS, k=chance.randrange(5, 80))),
        "created_at": now() - timedelta(seconds=chance.randrange(90 * 86400)),
        "status_token": f"token-{number}",
        "status": status,
        "hold_reason": reason,
        "urgency": max(filter(None, scores.values())) if scored else 1.0,
        "published_by_hand": False,
        "tries": 1,
        "model_version": "benchmark" if scored else None,
        "policy_version": 1 if scored else None,
        **scores,
    }


def measure(client: FlaskClient, address: str, rounds: int) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, answer.text
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1]


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--comments", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder), secret_key="x" * 40, log_level="WARNING"))
        client = app.test_client()
        with app.app_context():
            flask_migrate.upgrade()
            ensure_first_policy(dict.fromkeys(LABELS, 0.6), "benchmark")
            chance = random.Random(20)
            with writing() as session:
                mona = User(email="m@example.org", display_name="Mona", role=Role.MODERATOR)
                session.add(mona)
                for start in range(0, asked.comments, 5000):
                    numbers = range(start, min(start + 5000, asked.comments))
                    session.execute(
                        insert(Comment.__table__), [made_up(n, chance) for n in numbers]
                    )
            with client.session_transaction() as cookie:
                cookie["_user_id"] = mona.fs_uniquifier
                cookie["_fresh"] = True
            db.session.remove()
        print(f"{asked.comments:,} comments, {asked.rounds} rounds  {'median':>12} {'p95':>9}")
        for name, address in ADDRESSES.items():
            median, slow = measure(client, address, asked.rounds)
            print(f"{name:34} {median:9.1f} ms {slow:6.1f} ms")


if __name__ == "__main__":
    main()
