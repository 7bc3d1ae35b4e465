"""The score map: what it counts, what a range shows, and how all of it is decided."""

from dataclasses import replace

import pytest

from moderation.comments.tables import Comment
from moderation.db import db, writing
from moderation.policy.decide import Threshold
from moderation.policy.versions import current_policy
from moderation.review.score_map import BINS, score_map
from moderation.review.undo import last_action_of, undo
from tests.page import read


def row_of(label):
    return next(row for row in score_map(current_policy()) if row.label == label)


def test_each_held_comment_with_a_score_stands_in_one_bin_of_each_class(comment):
    comment("you idiot")  # insult 0.94
    comment("damn")  # insult 0.02
    comment("A kind word")  # published
    comment("xyzzy")  # no scores
    row = row_of("insult")
    assert {one.least: one.count for one in row.bins if one.count} == {0.0: 1, 0.9: 1}
    assert (row.total, row.over, len(row.bins)) == (2, 1, BINS)


@pytest.mark.parametrize(
    ("score", "number"), [(0.0, 0), (0.05, 1), (0.5, 10), (0.999, 19), (1.0, 19)]
)
def test_a_score_on_an_edge_belongs_above_it_and_one_to_the_last(comment, score, number):
    sent = comment("you idiot")
    with writing() as session:
        session.get_one(Comment, sent.id).insult = score
    assert [one.count for one in row_of("insult").bins] == [int(n == number) for n in range(BINS)]


@pytest.mark.parametrize(("threshold", "over"), [(0.6, 3), (0.62, 2), (0.65, 1), (1.0, 1)])
def test_a_threshold_within_a_bin_counts_what_is_over_it_and_leaves_the_bin_whole(
    comment, threshold, over
):
    sent = [comment("you idiot") for _ in range(3)]
    with writing() as session:
        for one, score in zip(sent, (0.61, 0.64, 1.0), strict=True):
            session.get_one(Comment, one.id).insult = score
    thresholds = {**current_policy().thresholds, "insult": Threshold(threshold)}
    rows = score_map(replace(current_policy(), thresholds=thresholds))
    row = next(row for row in rows if row.label == "insult")
    assert row.over == over
    assert {number: one.count for number, one in enumerate(row.bins) if one.count} == {12: 2, 19: 1}


def test_a_range_shows_what_is_in_it_and_the_way_to_all_of_it(comment, desk, moderator):
    sent = [comment(f"idiot number {n}") for n in range(12)]
    comment("damn")
    page = read(desk.get("/review/map?label=insult&least=0.9&most=1"))
    assert "insult from 0.90 to 1.00: 12 wait" in " ".join(page.main.split())
    address = next(
        link.attributes["href"] for link in page.all("a") if "Act on all 12" in link.text
    )
    chosen = [box.attributes["value"] for box in read(desk.get(address)).all("input", name="items")]
    assert len(chosen) == 12
    desk.post("/review/bulk", data={"items": chosen, "to": "rejected"})
    assert (
        "Nothing that waits scores there"
        in desk.get("/review/map?label=insult&least=0.9&most=1").text
    )
    undo(last_action_of(moderator.id).id, moderator.actor)
    db.session.rollback()
    assert {db.session.get_one(Comment, c.id).status for c in sent} == {"held"}


def test_bars_are_links_to_their_range(comment, desk):
    comment("you idiot")
    assert "label=insult&amp;least=0.9&amp;most=0.95#range" in desk.get("/review/map").text


def test_an_empty_queue_has_an_empty_map(desk):
    assert "All clear" in desk.get("/review/map").text


@pytest.mark.parametrize(
    "query",
    ["label=rude&least=0&most=1", "label=insult&least=0.9&most=0.1", "label=insult&least=x"],
)
def test_what_is_no_range_is_refused(comment, desk, query):
    comment("you idiot")
    assert desk.get(f"/review/map?{query}").status_code == 400


def test_a_viewer_looks_and_cannot_act(comment, signed_in, viewer):
    comment("you idiot")
    page = signed_in(viewer).get("/review/map?label=insult&least=0.9&most=1").text
    assert "Act on" not in page
