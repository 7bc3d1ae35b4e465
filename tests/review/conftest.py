"""What the tests of the desk share."""

import re

import pytest

from moderation.comments.tables import Comment
from moderation.db import db


@pytest.fixture
def desk(signed_in, moderator):
    """Mona's browser."""
    return signed_in(moderator)


@pytest.fixture
def decide(desk):
    """Press one of Mona's buttons on a comment; the answer is not followed."""

    def press(comment, to, seen="held", query="", **fields):
        return desk.post(
            f"/review/{comment.id}/decide{query}", data={"to": to, "seen": seen, **fields}
        )

    return press


@pytest.fixture
def status_of(app):
    """A comment's status as the database has it now."""

    def read(comment_id):
        db.session.rollback()
        return db.session.get_one(Comment, comment_id).status

    return read


@pytest.fixture
def listed(desk):
    """The numbers of the comments that an address lists, in its order."""

    def read(address="/review"):
        answer = desk.get(address)
        assert answer.status_code == 200, answer.text
        rows = answer.text.partition('<ol class="rows">')[2].partition("</ol>")[0]
        return [int(number) for number in re.findall(r'href="/review/(\d+)', rows)]

    return read
