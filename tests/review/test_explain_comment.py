"""The desk says which words weigh; what it said is kept."""

from sqlalchemy import select, text

from moderation.db import db, writing
from moderation.review.tables import KeptExplanation
from tests.page import read


def test_the_words_are_marked_for_the_class_that_was_crossed(comment, desk):
    sent = comment("you <b>silly</b> idiot")
    page = read(desk.get(f"/review/{sent.id}/words"))
    assert "idiot 100 %" in " ".join(page.main.split())
    assert "without it 0.96 → 0.02" in page.main
    assert "<b>silly</b>" not in desk.get(f"/review/{sent.id}/words").text, "still hostile input"
    assert f'data-words="/review/{sent.id}/words/part' in desk.get(f"/review/{sent.id}").text


def test_another_class_can_be_chosen_and_no_other(comment, desk):
    sent = comment("damn you idiot")
    assert "idiot" in desk.get(f"/review/{sent.id}/words/part?label=insult").text
    assert "speaks for <b>obscene" in desk.get(f"/review/{sent.id}/words/part?label=obscene").text
    assert "Nothing in it speaks" in desk.get(f"/review/{sent.id}/words/part?label=threat").text
    assert desk.get(f"/review/{sent.id}/words?label=rude").status_code == 400
    assert desk.get("/review/999/words").status_code == 404


def test_it_is_made_once_and_anew_for_another_model(comment, desk, scorer):
    sent = comment("you idiot")
    desk.get(f"/review/{sent.id}/words/part")
    calls = scorer.calls
    desk.get(f"/review/{sent.id}/words/part?label=toxic")
    assert scorer.calls == calls
    with writing() as session:
        session.execute(text("UPDATE explanations SET model_version = 'older'"))
    desk.get(f"/review/{sent.id}/words/part")
    assert scorer.calls > calls
    assert db.session.scalars(select(KeptExplanation.model_version)).all() == [scorer.version]


def test_without_a_scorer_or_a_word_it_says_so(comment, desk, scorer):
    unread, held = comment("xyzzy"), comment("you idiot")
    assert "cannot read" in desk.get(f"/review/{unread.id}/words").text
    assert "Which words weigh" not in desk.get(f"/review/{unread.id}").text
    scorer.down = True
    assert "away" in desk.get(f"/review/{held.id}/words").text


def test_a_masked_text_stays_masked(comment, desk):
    sent = comment("you idiot")
    form = read(desk.get("/review/preferences")).fields()
    desk.post("/review/preferences", data=form | {"masking": "all"})
    part = desk.get(f"/review/{sent.id}/words/part").text
    assert 'class="case-text is-masked"' in part
    assert "words-heaviest" not in part
