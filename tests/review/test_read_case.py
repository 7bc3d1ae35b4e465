"""Read a case: everything a person needs to decide, shown safely."""

import re
from datetime import timedelta

import pytest

from moderation.audit.record import SYSTEM
from moderation.comments.author_rules import end_rule, make_rule
from moderation.comments.submit import MAX_TRIES, Draft, judge, store, submit
from moderation.comments.tables import Comment, RuleKind
from moderation.db import db, now, writing
from moderation.policy.decide import Threshold
from moderation.policy.versions import save_policy
from moderation.scoring.labels import LABELS
from tests.fixed_scorer import FixedScorer


def words(answer):
    """The page as one line without tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def test_it_says_why_the_comment_is_held_in_a_sentence(comment, desk):
    page = words(desk.get(f"/review/{comment('you idiot').id}"))
    assert "Held because toxic 0.96 is over 0.50 and insult 0.94 is over 0.50." in page
    assert "policy 1 · model fixed.1" in page


def test_it_explains_by_the_policy_that_judged_it_not_by_todays(comment, desk):
    sent = comment("you idiot")
    save_policy(dict.fromkeys(LABELS, Threshold(0.99)), SYSTEM, after=1)
    page = words(desk.get(f"/review/{sent.id}"))
    assert "toxic 0.96 is over 0.50" in page
    assert "policy 1" in page


def test_what_the_policy_rejected_by_itself_says_by_which_threshold(app, comment, desk):
    save_policy(dict.fromkeys(LABELS, Threshold(0.5, 0.95)), SYSTEM, after=1)
    page = words(desk.get(f"/review/{comment('you idiot').id}"))
    assert "Rejected by the policy because toxic 0.96 is over 0.95" in page


def test_a_score_at_its_threshold_reaches_it(app, comment, desk):
    save_policy(dict.fromkeys(LABELS, Threshold(0.96)), SYSTEM, after=1)
    assert "toxic 0.96 reaches 0.96" in words(desk.get(f"/review/{comment('you idiot').id}"))


def test_the_six_scores_stand_with_their_thresholds(comment, desk):
    page = words(desk.get(f"/review/{comment('you idiot').id}"))
    scores = page.partition("Review at")[2].partition("Author")[0]
    assert re.findall(r"\d\.\d\d", scores) == [
        "0.96", "0.50", "0.02", "0.50", "0.02", "0.50",
        "0.02", "0.50", "0.94", "0.50", "0.02", "0.50",
    ]  # fmt: skip


def test_an_unscored_one_says_what_happens_next(comment, scorer, desk):
    scorer.down = True
    page = words(desk.get(f"/review/{comment().id}"))
    assert "It is scored as soon as the scorer answers" in page


def test_an_unreadable_one_says_that_it_waits_for_a_person(comment, desk):
    page = words(desk.get(f"/review/{comment('xyzzy').id}"))
    assert "the model knows nothing in this text" in page


def test_one_in_another_language_says_that_the_model_learned_english_only(comment, desk):
    page = words(
        desk.get(f"/review/{comment('xyzzy: dieser Text ist auf Deutsch geschrieben').id}")
    )
    assert "Held for its unsupported language" in page


def test_a_quarantined_one_says_that_it_is_not_tried_again(app, desk):
    scorer = FixedScorer()
    scorer.chokes_on = "poison"
    number, _ = store(Draft("home", "Tess", "poison"))
    for _ in range(MAX_TRIES):
        judge(number, scorer)
    assert "scoring it failed 3 times" in words(desk.get(f"/review/{number}"))


def test_the_authors_other_comments_and_their_fate(comment, decide, desk):
    first = comment("you idiot")
    decide(first, "rejected")
    comment("somebody else entirely", author="Oskar")
    page = words(desk.get(f"/review/{comment('damn').id}"))
    assert "2 comments: 1 held · 1 rejected" in page
    assert "you idiot" in page
    assert "somebody else" not in page.partition("Author")[2]


def test_at_most_five_of_the_others_are_listed(comment, desk):
    sent = [comment(f"kind word number {n}") for n in range(8)]
    page = desk.get(f"/review/{sent[-1].id}?state=held").text
    assert [n for n in range(8) if f"kind word number {n}<" in page] == [2, 3, 4, 5, 6, 7]


def test_only_those_who_decide_see_the_e_mail_address(app, scorer, desk, signed_in, viewer):
    draft = Draft("home", "Tess", "you idiot", author_email="tess@example.org")
    sent = submit(draft, scorer)
    assert "tess@example.org" in desk.get(f"/review/{sent.id}").text
    assert "tess@example.org" not in signed_in(viewer).get(f"/review/{sent.id}").text


def test_its_own_story_is_told_and_no_others(comment, decide, desk):
    other, sent = comment("you idiot"), comment("damn")
    decide(other, "rejected", note="about the other")
    decide(sent, "rejected", note="about this")
    page = words(desk.get(f"/review/{sent.id}"))
    assert "The system held it for a score over its threshold" in page
    assert "Mona rejected it" in page
    assert "about this" in page
    assert "about the other" not in page


HOSTILE = [
    "<script>alert('idiot')</script>",
    "<img src=x onerror=alert(1)> idiot",
    '"><svg onload=alert(1)> idiot',
    "{{ 4099 * 3 }} idiot {% raw %}",
    "javascript:alert('idiot')",
    "idiot \u202e gnp.exe \u2066",
    "idiot " + "Z\u0351\u036b\u0343" * 400,
    "\U0001f600" * 3000 + " idiot",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12].encode("unicode_escape"))
def test_hostile_text_stays_text(comment, desk, text):
    sent = comment(text, author=text[:80])
    for address in ("/review", f"/review/{sent.id}", "/audit"):
        page = desk.get(address)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<svg onload" not in page.text
        assert "12297" not in words(page).partition("idiot")[0]


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999999", "-1", "x"])
def test_a_comment_that_is_not_there_is_not_found(app, desk, number):
    assert desk.get(f"/review/{number}").status_code == 404


def test_a_first_line_is_found_under_blank_ones(comment, desk):
    comment("\n   \n  idiot here\nand more")
    assert '<bdi class="user-line" dir="auto">idiot here</bdi>' in desk.get("/review").text


def test_a_case_whose_scores_are_gone_still_opens(comment, decide, desk, scorer):
    scorer.down = True
    sent = comment("approved before it was scored")
    decide(sent, "published")
    assert "It was decided without scores." in desk.get(f"/review/{sent.id}").text
    with writing():
        db.session.get_one(Comment, sent.id).page = "moved"
    assert desk.get(f"/review/{sent.id}").status_code == 200


def test_it_names_the_rule_about_its_author_that_holds_it(comment, desk, moderator):
    first = comment(author="Tess")
    rule = make_rule(
        first.author_key,
        RuleKind.REVIEW,
        reason="Too many quarrels",
        until=now() + timedelta(days=3),
        by=moderator.actor,
        about=first.id,
    )
    held = comment("Another kind word", author="Tess")
    page = words(desk.get(f"/review/{held.id}"))
    assert f"by this author first, until {rule.until:%Y-%m-%d}: “Too many quarrels”" in page
    end_rule(rule.id, by=moderator.actor, about=first.id)
    assert "The rule has ended since" in words(desk.get(f"/review/{held.id}"))
