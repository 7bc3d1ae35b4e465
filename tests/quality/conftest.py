"""What the tests of quality share: three who decide, and a draw that takes everything at once."""

import pytest

from moderation.policy.options import save_options
from moderation.quality import draw
from moderation.web.permissions import Role


@pytest.fixture
def mona(moderator):
    return moderator.actor


@pytest.fixture
def paul(make_user):
    return make_user("Paul", Role.MODERATOR)


@pytest.fixture
def everything(app, admin, monkeypatch):
    """Draw all decisions and all published comments, at once."""
    monkeypatch.setattr(draw, "SETTLES", draw.timedelta(0))
    save_options(
        {"second_looks_percent": 100, "samples_per_10000": 10_000, "golden_every": 1}, admin.actor
    )
