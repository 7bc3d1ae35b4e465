"""A view of the queue kept under a name, by one person."""

import pytest

from moderation.review.saved import MOST
from moderation.web.permissions import Role
from tests.page import read

ADDRESS = "/review/views?state=published&order=newest"


def chips(browser):
    return [
        (chip.text.strip(), chip.attributes["href"])
        for chip in read(browser.get("/review")).all("a", cls="chip")
    ]


def test_a_view_stands_above_the_list_under_its_name(desk):
    assert "state" in read(desk.get(ADDRESS)).main
    answer = desk.post(ADDRESS, data={"name": "Fresh and public"})
    assert answer.location == "/review?state=published&order=newest"
    assert ("Fresh and public", "/review?state=published&order=newest") in chips(desk)


def test_the_same_name_again_means_the_new_view(desk):
    for address in (ADDRESS, "/review/views?state=all"):
        desk.post(address, data={"name": "Mine"})
    assert [href for name, href in chips(desk) if name == "Mine"] == ["/review?state=all"]


def test_nobody_else_sees_or_forgets_it(desk, signed_in, make_user):
    desk.post(ADDRESS, data={"name": "Mine"})
    paul = signed_in(make_user("Paul", Role.MODERATOR))
    assert "Mine" not in dict(chips(paul))
    paul.post("/review/views/1/forget")
    assert "Mine" in dict(chips(desk))
    desk.post("/review/views/1/forget")
    assert "Mine" not in dict(chips(desk))


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_name_is_needed_and_short(desk, name):
    assert desk.post(ADDRESS, data={"name": name}).status_code == 422


def test_there_is_room_for_so_many(desk):
    for n in range(MOST):
        desk.post(ADDRESS, data={"name": f"View {n}"})
    answer = desk.post(ADDRESS, data={"name": "One more"})
    assert answer.status_code == 422
    assert "forget one of them first" in answer.text
