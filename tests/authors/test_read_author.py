"""The page of one author."""

from moderation.comments.submit import Draft, submit
from moderation.comments.tables import Status
from moderation.review.decide import Judgement, decide
from moderation.review.guidelines import guidelines, start_with_some
from tests.page import read


def test_it_counts_what_became_of_their_comments_and_the_rates_per_class(
    signed_in, moderator, comment
):
    for text in ("A kind word", "you idiot", "what an idiot", "Another kind word"):
        last = comment(text, author="Tess")
    comment("you idiot", author="Tom")
    page = read(signed_in(moderator).get(f"/review/{last.id}/author"))
    assert "2 of 4" in page.main
    assert "50 %" in page.main
    assert len(page.all("td", **{"data-label": "Stands"})) == 4


def test_it_names_all_names_of_one_address_and_hides_the_address_from_viewers(
    app, scorer, signed_in, moderator, viewer
):
    for name in ("Tess", "Tessa"):
        draft = Draft(page="home", author_name=name, author_email="t@example.org", text="Kind")
        last = submit(draft, scorer)
    address = f"/review/{last.id}/author"
    shown = signed_in(moderator).get(address).text
    assert "Tessa" in shown
    assert ">Tess<" in shown
    assert "t@example.org" in shown
    assert "t@example.org" not in signed_in(viewer).get(address).text


def test_there_is_no_page_for_a_comment_that_is_not_there(signed_in, moderator):
    assert signed_in(moderator).get("/review/999/author").status_code == 404


def test_a_broken_cursor_is_a_bad_request(signed_in, moderator, comment):
    answer = signed_in(moderator).get(f"/review/{comment().id}/author?after=x")
    assert answer.status_code == 400


def test_it_says_who_decided_what_and_by_which_guideline(signed_in, moderator, comment):
    start_with_some(moderator.actor)
    sent = [comment(text, author="Tess") for text in ("A kind word", "you idiot", "what an idiot")]
    judgement = Judgement(Status.REJECTED, guideline_id=guidelines()[0].id)
    decide(sent[1].id, judgement, moderator.actor, seen=Status.HELD)
    cells = read(signed_in(moderator).get(f"/review/{sent[0].id}/author")).all(
        "td", **{"data-label": "Decided by"}
    )
    said = [" ".join(cell.text.split()) for cell in cells]
    assert said == ["nobody yet", "Mona, just nowBe kind", "the model"]
