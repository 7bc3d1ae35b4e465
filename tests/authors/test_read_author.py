"""The page of one author."""

from moderation.comments.submit import Draft, submit
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
