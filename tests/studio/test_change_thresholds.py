"""The page of thresholds: look, preview, save; never the last without the one before."""

import pytest
from sqlalchemy import func, select

from moderation.audit.record import Actor
from moderation.audit.tables import Event
from moderation.comments.tables import Comment, Status
from moderation.db import db
from moderation.policy.decide import Threshold
from moderation.policy.tables import PolicyVersion
from moderation.policy.versions import current_policy, save_policy
from moderation.scoring.labels import LABELS
from moderation.studio import preview, views
from tests.page import read

URL = "/admin/policy"


def fields(response, **changed):
    """What the form of thresholds would send: an unticked box sends nothing."""
    sent = {
        e.attributes["name"]: e.attributes.get("value", "")
        for e in read(response).all("input")
        if e.attributes["type"] != "checkbox" or "checked" in e.attributes
    }
    return {k: v for k, v in {**sent, **changed}.items() if v is not None}


@pytest.fixture
def page(signed_in, admin):
    return signed_in(admin)


def change(page, **values):
    """Preview values from the page as it stands; the response."""
    return page.post(URL, data=fields(page.get(URL), preview="1", **values))


def save(page, shown, **values):
    """Save what a preview shows."""
    return page.post(URL, data=fields(shown, save="1", **values))


def versions():
    return db.session.scalar(select(func.count()).select_from(PolicyVersion))


def test_it_shows_the_policy_in_force(page):
    shown = read(page.get(URL))
    assert "Policy 1 in force" in shown.main
    for label in LABELS:
        assert shown.one("input", name=f"{label}_review").attributes["value"] == "0.5"
        assert "checked" not in shown.one("input", name=f"{label}_rejects").attributes


def test_a_previewed_change_is_saved_with_its_note_and_audited(page, admin):
    previewed = change(page, insult_review="0.4")
    assert versions() == 1
    answer = save(page, previewed, note="too mild")
    assert (answer.status_code, answer.location) == (303, URL)
    assert current_policy().thresholds["insult"] == Threshold(0.4)
    assert "Policy 2 is in force" in read(page.get(URL)).main
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.action, event.actor_id, event.note) == ("policy.changed", admin.id, "too mild")


def test_rejecting_automatically_is_off_until_its_box_is_ticked(page):
    save(page, change(page, insult_review="0.4", insult_auto_reject="0.9"))
    assert current_policy().thresholds["insult"] == Threshold(0.4)
    save(page, change(page, insult_rejects="y", insult_auto_reject="0.9"))
    assert current_policy().thresholds["insult"] == Threshold(0.4, 0.9)
    shown = read(page.get(URL))
    assert "checked" in shown.one("input", name="insult_rejects").attributes


def test_the_preview_counts_what_would_have_happened(page, scored):
    for insult in (0.35, 0.4, 0.45, 0.6):
        scored(insult=insult)
    scored(status=Status.HELD, decided=Status.REJECTED, insult=0.7)
    main = read(change(page, insult_review="0.4")).main
    assert "2 of 5 comments would have gone another way" in main
    assert "Newly held 2" in main
    assert "published 3 1" in main, "now, then"
    assert "insult: review 2 4" in main, "now, then"
    main = read(change(page, insult_review="0.8")).main
    assert "No longer held 2" in main
    assert "1 new miss:" in main
    assert "rejected by a person" in main


def test_a_hostile_comment_is_only_text_in_the_preview(page, scored):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    scored(insult=0.45, text=hostile)
    answer = change(page, insult_review="0.4")
    assert hostile in read(answer).one(cls="example-text").text
    assert b"<script>alert" not in answer.data


def test_saving_without_a_preview_shows_it_first(page):
    answer = save(page, page.get(URL), insult_review="0.4")
    assert answer.status_code == 200
    assert "Nothing is saved yet" in read(answer).main
    assert versions() == 1
    assert save(page, answer).status_code == 303
    assert versions() == 2


def test_values_changed_after_the_preview_are_previewed_again(page):
    previewed = change(page, insult_review="0.4")
    answer = save(page, previewed, insult_review="0.3")
    assert "Nothing is saved yet" in read(answer).main
    assert "insult review from 0.50 →to 0.30" in read(answer).main
    assert versions() == 1


@pytest.mark.parametrize("seal", ["", "x", "W10.abc.def", None])
def test_a_made_up_preview_saves_nothing(page, seal):
    previewed = change(page, insult_review="0.4")
    assert save(page, previewed, previewed=seal).status_code == 200
    assert versions() == 1


def test_a_preview_is_too_old_after_an_hour(page, monkeypatch):
    previewed = change(page, insult_review="0.4")
    monkeypatch.setattr(preview, "GOOD_FOR", -1)
    assert "Nothing is saved yet" in read(save(page, previewed)).main
    assert versions() == 1


def test_no_change_is_said_so_and_makes_no_version(page):
    answer = change(page)
    assert "No change." in read(answer).main
    assert not read(answer).all("button", name="save")
    assert save(page, answer).status_code == 303
    assert "has these values already" in read(page.get(URL)).main
    assert versions() == 1


def test_the_same_click_twice_saves_once(page):
    previewed = change(page, insult_review="0.4")
    assert [save(page, previewed).status_code for _ in range(2)] == [303, 303]
    assert versions() == 2


def test_whoever_saves_second_is_told_and_keeps_their_values(page):
    previewed = change(page, insult_review="0.4", threat_review="0.3")
    other = {**dict.fromkeys(LABELS, Threshold(0.5)), "toxic": Threshold(0.8)}
    save_policy(other, Actor(9, "Bo"), after=1)
    answer = save(page, previewed, note="too mild")
    assert answer.status_code == 409
    shown = read(answer)
    assert "Bo saved policy 2" in shown.main
    assert "had not been previewed" not in shown.main
    assert "toxic review from 0.80 →to 0.50" in shown.main, "what Bo changed would be undone"
    assert shown.one("input", name="insult_review").attributes["value"] == "0.4"
    assert shown.one("input", name="note").attributes["value"] == "too mild"
    assert versions() == 2
    assert save(page, answer).status_code == 303, "with both before their eyes they may go on"
    assert current_policy().version == 3


def test_a_save_between_the_look_and_the_write_is_told_too(page, monkeypatch):
    previewed = change(page, insult_review="0.4")

    def overtaken(*args, **kwargs):
        monkeypatch.undo()
        save_policy(dict.fromkeys(LABELS, Threshold(0.6)), Actor(9, "Bo"), after=1)
        return save_policy(*args, **kwargs)

    monkeypatch.setattr(views, "save_policy", overtaken)
    answer = save(page, previewed)
    assert answer.status_code == 409
    assert "Bo saved policy 2" in read(answer).main


def test_a_value_that_cannot_be_is_said_at_its_field_and_the_rest_is_kept(page):
    answer = change(page, toxic_review="0.7", insult_review="abc", insult_rejects="y")
    assert answer.status_code == 422
    shown = read(answer)
    for field in ("insult_review", "insult_auto_reject"):
        assert shown.one("input", name=field).attributes["aria-invalid"] == "true"
        assert "number from 0 to 1" in shown.one(id=f"{field}-error").text
        assert shown.one("a", href=f"#{field}")
    assert shown.one("input", name="toxic_review").attributes["value"] == "0.7"
    assert not shown.all("button", name="save")


def test_a_note_is_kept_whatever_is_in_it_unless_it_is_too_long(page):
    previewed = change(page, insult_review="0.4")
    assert save(page, previewed, note="x" * 501).status_code == 422
    assert save(page, previewed, note="<b>\0\N{PILE OF POO}").status_code == 303
    assert "<b>\N{REPLACEMENT CHARACTER}\N{PILE OF POO}" in read(page.get(URL)).main


def test_old_comments_keep_their_scores_and_the_versions_that_judged_them(page, comment):
    sent = [comment("A kind word"), comment("you idiot"), comment("damn")]
    before = [(c.status, dict(c.scores), c.policy_version, c.model_version) for c in sent]
    save(page, change(page, insult_review="0.01", insult_rejects="y", insult_auto_reject="0.02"))
    rows = db.session.scalars(
        select(Comment).order_by(Comment.id).execution_options(populate_existing=True)
    ).all()
    after = [(c.status, dict(c.scores), c.policy_version, c.model_version) for c in rows]
    assert after == before
    assert comment("A kind word").status == Status.REJECTED, "new comments follow the new policy"


def test_the_live_preview_is_the_same_part_of_the_page(page, scored):
    scored(insult=0.45)
    sent = fields(page.get(URL), insult_review="0.4")
    answer = page.post(f"{URL}/preview", data=sent)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "1</b> of 1 comments would have gone another way" in answer.text
    page.post(f"{URL}", data={**sent, **fields(answer), "save": "1"})
    assert current_policy().version == 2, "its seal is as good as that of the page"


def test_the_live_preview_tells_of_a_newer_policy_too(page):
    sent = fields(page.get(URL), insult_review="0.4")
    save_policy(dict.fromkeys(LABELS, Threshold(0.6)), Actor(9, "Bo"), after=1)
    answer = page.post(f"{URL}/preview", data=sent)
    assert "saved policy 2" in answer.text
    assert read(answer).one("input", name="base").attributes["value"] == "2"


def test_the_live_preview_of_impossible_values_cannot_be_saved(page):
    answer = page.post(f"{URL}/preview", data=fields(page.get(URL), insult_review="abc"))
    assert answer.status_code == 422
    assert not read(answer).all("button")


@pytest.mark.parametrize("path", ["/admin", URL, f"{URL}/1"])
@pytest.mark.parametrize("who", ["viewer", "moderator"])
def test_only_admins_look(request, signed_in, path, who):
    person = signed_in(request.getfixturevalue(who))
    assert person.get(path).status_code == 403


@pytest.mark.parametrize("path", [URL, f"{URL}/preview"])
@pytest.mark.parametrize("who", ["viewer", "moderator"])
def test_only_admins_change(request, signed_in, admin, path, who):
    sent = fields(change(signed_in(admin), insult_review="0.4"), save="1")
    assert signed_in(request.getfixturevalue(who)).post(path, data=sent).status_code == 403
    assert versions() == 1


@pytest.mark.parametrize("path", [URL, f"{URL}/preview"])
def test_a_stranger_is_not_heard(client, path):
    assert client.post(path, data={"insult_review": "0.4"}).status_code == 401
