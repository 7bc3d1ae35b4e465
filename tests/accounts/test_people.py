"""Invite, change roles, disable: what an admin may do, and what is refused."""

import re
import threading

import pytest
from sqlalchemy import select

from moderation.accounts.passwords import hashed
from moderation.accounts.people import Refused, change_role, disable, everyone
from moderation.accounts.tables import User
from moderation.audit.record import SYSTEM
from moderation.db import db
from moderation.web.permissions import Role
from tests.accounts.conftest import PASSWORD


@pytest.fixture
def desk(ada, signed_in):
    """Ada's browser."""
    return signed_in(ada)


def shown_link(page):
    found = re.search(r'value="(http://localhost/welcome/[^"]+)"', page.text)
    return found and found[1]


def test_an_invitation_stores_the_person_and_shows_the_link_once(desk, app, events):
    answer = desk.post(
        "/admin/people", data={"name": "Ida", "email": "IDA@example.org", "role": "viewer"}
    )
    assert answer.status_code == 303
    page = desk.get(answer.location)
    link = shown_link(page)
    assert app.test_client().get(link).status_code == 200
    assert shown_link(desk.get(answer.location)) is None, "a second look shows it no more"
    ida = db.session.scalars(select(User).where(User.email == "ida@example.org")).one()
    assert (ida.display_name, ida.role, ida.state, ida.password) == (
        "Ida",
        "viewer",
        "invited",
        None,
    )
    assert ("user.invited", ida.id, None, "viewer") in events()
    assert ("user.link_made", ida.id, None, None) in events()


def test_a_link_is_not_shown_on_the_page_of_somebody_else(desk, mona):
    desk.post("/admin/people", data={"name": "Ida", "email": "ida@example.org", "role": "viewer"})
    assert shown_link(desk.get(f"/admin/people/{mona.id}")) is None


def test_a_wrong_invitation_is_named_and_stays_filled(desk, mona):
    for wrong, says in [
        ({"email": "mona@example.org"}, "has this address already"),
        ({"email": "MONA@example.org "}, "has this address already"),
        ({"email": "nonsense"}, "such as ana@example.org"),
        ({"name": ""}, "Write a name."),
        ({"role": "owner"}, "Invalid Choice"),
    ]:
        fields = {"name": "Ida Blue", "email": "ida@example.org", "role": "viewer", **wrong}
        answer = desk.post("/admin/people", data=fields)
        assert answer.status_code == 422
        assert says in answer.text
        assert fields["name"] in answer.text
    assert len(everyone()) == 2


def test_the_list_names_everybody_with_role_and_state(desk, mona, make_user):
    make_user("Ida", Role.VIEWER)
    disable(mona.id, SYSTEM)
    text = re.sub(r"<[^>]+>|\s+", " ", desk.get("/admin/people").text)
    for row in (
        r"Ada +you +ada@example.org +admin +active",
        r"Ida +ida@example.org +viewer +invited",
        r"Mona +mona@example.org +moderator +disabled",
    ):
        assert re.search(row.replace(" ", r"\s"), text), row


def test_a_hostile_name_is_only_text(desk, make_user):
    hostile = make_user("<script>alert(1)</script>", Role.VIEWER)
    for page in ("/admin/people", f"/admin/people/{hostile.id}"):
        assert "<script>alert" not in desk.get(page).text


def test_a_role_is_changed_and_audited_once(desk, mona, again, events):
    for _ in range(2):
        answer = desk.post(f"/admin/people/{mona.id}/role", data={"role": "admin"})
        assert answer.status_code == 303
    assert again(mona.id).role == "admin"
    assert events() == [("user.role_changed", mona.id, "moderator", "admin")]


def test_an_unknown_role_is_refused(desk, mona, again):
    assert desk.post(f"/admin/people/{mona.id}/role", data={"role": "owner"}).status_code == 422
    assert again(mona.id).role == "moderator"


def test_disable_and_enable_are_audited_once(desk, mona, again, events):
    for verb in ("disable", "disable", "enable", "enable"):
        assert desk.post(f"/admin/people/{mona.id}/{verb}").status_code == 303
    assert again(mona.id).state == "active"
    assert events() == [
        ("user.disabled", mona.id, None, None),
        ("user.enabled", mona.id, None, None),
    ]


def test_a_reset_link_is_shown_once_and_audited(desk, mona, events):
    answer = desk.post(f"/admin/people/{mona.id}/link")
    assert shown_link(desk.get(answer.location))
    assert events() == [("user.link_made", mona.id, None, None)]


def test_there_is_no_link_for_the_disabled(desk, mona):
    disable(mona.id, SYSTEM)
    answer = desk.post(f"/admin/people/{mona.id}/link")
    assert answer.status_code == 409
    assert "Enable them first" in answer.text


def test_no_admin_disables_or_demotes_themselves(desk, ada, again, make_user, events):
    make_user("Bea", Role.ADMIN, password=hashed(PASSWORD))
    for path, fields in (("disable", {}), ("role", {"role": "viewer"})):
        answer = desk.post(f"/admin/people/{ada.id}/{path}", data=fields)
        assert answer.status_code == 409
        assert "Ask another admin" in answer.text
    assert (again(ada.id).role, again(ada.id).state) == ("admin", "active")
    assert events() == []


def test_the_last_admin_who_can_sign_in_stays(ada, make_user, again):
    make_user("Ida", Role.ADMIN)  # invited: she cannot sign in yet
    make_user("Gone", Role.ADMIN, password=hashed(PASSWORD), active=False)
    for change in (
        lambda: disable(ada.id, SYSTEM),
        lambda: change_role(ada.id, Role.VIEWER, SYSTEM),
    ):
        with pytest.raises(Refused, match="the last admin who can sign in"):
            change()
    assert (again(ada.id).role, again(ada.id).state) == ("admin", "active")


def test_two_admins_who_disable_each_other_at_once_leave_one(app, ada, make_user):
    bea = make_user("Bea", Role.ADMIN, password=hashed(PASSWORD))
    pairs = [(ada.id, bea.actor), (bea.id, ada.actor)]
    refused, start = [], threading.Barrier(2)

    def shut_out(user_id, by):
        with app.app_context():
            start.wait()
            try:
                disable(user_id, by)
            except Refused:
                refused.append(user_id)

    threads = [threading.Thread(target=shut_out, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert len(refused) == 1
    assert [user.state for user in everyone()].count("active") == 1


def test_nobody_is_nobody(desk):
    assert desk.get("/admin/people/999").status_code == 404
    assert desk.get(f"/admin/people/{2**63}").status_code == 404
    for path in ("role", "disable", "enable", "link"):
        assert desk.post(f"/admin/people/999/{path}", data={"role": "viewer"}).status_code == 404
