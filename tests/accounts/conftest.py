"""People with passwords, and the way through the sign-in form."""

import pytest
from sqlalchemy import select

from moderation.accounts.passwords import hashed
from moderation.accounts.tables import User
from moderation.audit.tables import Event
from moderation.db import db
from moderation.web.permissions import Role

PASSWORD = "three small boats at noon"


@pytest.fixture
def mona(make_user):
    """Mona, a moderator who has set a password."""
    return make_user("Mona", Role.MODERATOR, password=hashed(PASSWORD))


@pytest.fixture
def ada(make_user):
    """Ada, an admin who has set a password."""
    return make_user("Ada", Role.ADMIN, password=hashed(PASSWORD))


@pytest.fixture
def sign_in(client):
    """Fill in the sign-in form; the answer is not followed."""

    def send(email="mona@example.org", password=PASSWORD, next=None, by=None):
        query = {} if next is None else {"next": next}
        fields = {"email": email, "password": password}
        return (by or client).post("/login", query_string=query, data=fields)

    return send


@pytest.fixture
def events(app):
    """The audit trail so far: (action, subject number, before, after) of each event."""

    def read():
        db.session.rollback()
        found = db.session.scalars(
            select(Event).where(Event.subject_type == "user").order_by(Event.id)
        )
        return [(e.action, int(e.subject_id), e.before, e.after) for e in found]

    return read


@pytest.fixture
def again(app):
    """A person as the database has them now."""

    def read(user_id):
        db.session.rollback()
        return db.session.get_one(User, user_id)

    return read
