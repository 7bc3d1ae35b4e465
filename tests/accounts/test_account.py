"""One's own name and password."""

import pytest

from tests.accounts.conftest import PASSWORD

NEW = "nine red kites in May"


@pytest.fixture
def desk(mona, client, sign_in):
    """Mona's browser, signed in through the form."""
    sign_in()
    return client


def change(desk, current=PASSWORD, password=NEW):
    return desk.post("/account/password", data={"current": current, "password": password})


def test_the_name_is_changed(desk, mona, again):
    assert desk.post("/account/name", data={"name": "  Mona   Lisa "}).status_code == 303
    assert again(mona.id).display_name == "Mona Lisa"
    assert "Mona Lisa" in desk.get("/account").text


def test_an_empty_name_is_refused(desk, mona, again):
    answer = desk.post("/account/name", data={"name": " "})
    assert answer.status_code == 422
    assert "Write a name." in answer.text
    assert again(mona.id).display_name == "Mona"


def test_the_password_is_changed_and_audited(desk, mona, app, sign_in, events):
    assert change(desk).status_code == 303
    assert sign_in(password=NEW, by=app.test_client()).status_code == 303
    assert sign_in(by=app.test_client()).status_code == 422
    assert ("user.password_set", mona.id, None, None) in events()


def test_it_needs_the_current_one(desk, mona, again):
    answer = change(desk, current="not it")
    assert answer.status_code == 422
    assert "This is not your current password." in answer.text
    assert again(mona.id).password == mona.password


def test_a_weak_one_is_refused(desk):
    answer = change(desk, password="password123")
    assert answer.status_code == 422
    assert "commonest" in answer.text


def test_guessing_the_current_one_makes_the_account_wait(desk):
    for _ in range(5):
        assert change(desk, current="not it").status_code == 422
    answer = change(desk)
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text


def test_nobody_changes_the_account_of_somebody_else(desk, ada, again):
    """The forms name nobody: what is changed is who is signed in."""
    desk.post("/account/name", data={"name": "Eve", "id": ada.id, "user_id": ada.id})
    assert again(ada.id).display_name == "Ada"
