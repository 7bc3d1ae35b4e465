"""The first page of an admin: what runs here, and what is wrong with it."""

from datetime import timedelta

import pytest

from moderation import create_app
from moderation.comments.submit import MAX_TRIES, Draft, rescore, submit
from moderation.db import db, now
from moderation.studio.overview import headline
from tests.page import read


@pytest.fixture
def page(signed_in, admin):
    return signed_in(admin)


def hour_ago():
    return now() - timedelta(hours=1)


def test_it_leads_to_every_setting(page):
    links = {e.attributes["href"] for e in read(page.get("/admin")).all("a")}
    assert {"/admin/policy", "/admin/people", "/audit"} <= links


def test_it_counts_comments_by_status(page, comment):
    comment("A kind word")
    comment("Another")
    comment("you idiot")
    assert "Held 1 Published 2 Rejected 0 Removed 0" in read(page.get("/admin")).main


def test_it_names_the_site_the_model_the_policy_and_the_database(page, settings):
    main = read(page.get("/admin")).main
    assert "Evenkeel" in main
    assert "fixed.1" in main
    assert "Policy1 since" in main
    assert ("PostgreSQL 1" if settings.database_url else "SQLite 3") in main


def test_comments_left_without_scores_are_a_warning_with_what_to_do(page, app, scorer):
    assert "without scores" not in read(page.get("/admin")).main
    scorer.down = True
    submit(Draft("home", "Tess", "A kind word"), scorer, at=hour_ago())
    shown = read(page.get("/admin"))
    assert "1 comment waits without scores" in shown.main
    assert "flask worker" in shown.main
    assert shown.all("a", href="/review?state=unscored")


def test_a_comment_that_is_just_being_scored_is_no_warning(page, comment, scorer):
    scorer.down = True
    comment()
    assert "without scores" not in read(page.get("/admin")).main


def test_quarantined_comments_are_named(page, app, scorer):
    scorer.chokes_on = "poison"
    submit(Draft("home", "Tess", "poison"), scorer, at=hour_ago())
    for _ in range(MAX_TRIES):
        rescore(scorer)
    assert "1 quarantined" in read(page.get("/admin")).main


def test_a_model_that_cannot_be_loaded_is_said_so(app, admin, settings):
    broken = create_app(settings, None)
    broken.config["SCORER_FROM"] = (settings.instance / "nowhere", 1.0)
    person = broken.test_client()
    with person.session_transaction() as session:
        session["_user_id"], session["_fresh"] = admin.fs_uniquifier, True
    main = read(person.get("/admin")).main
    with broken.app_context():
        db.engine.dispose()
    assert "The model cannot be loaded" in main
    assert "holds no model" in main


def report(mean_auc, n, version="2.0"):
    return {"mean_auc": mean_auc, "n": n, "version": version}


# (metrics of the card, the figure that is shown)
CARDS = [
    ({}, None),
    ({"validation": report(None, 3)}, None),
    ({"validation": report(0.97, 300)}, (0.97, 300, "validation data")),
    ({"validation": report(0.97, 300), "tests": []}, (0.97, 300, "validation data")),
    (
        {"validation": report(0.97, 300), "tests": [report(0.95, 9), report(0.96, 10)]},
        (0.96, 10, "test data"),
    ),
    (
        {"validation": report(0.97, 300), "tests": [report(None, 9)]},
        (0.97, 300, "validation data"),
    ),
    (
        {"validation": report(0.97, 300), "tests": [report(0.95, 9, version="1.0")]},
        (0.97, 300, "validation data"),
    ),
]


@pytest.mark.parametrize(("metrics", "shown"), CARDS)
def test_the_headline_is_the_newest_figure_of_this_version_on_test_data(metrics, shown):
    found = headline({"version": "2.0", "metrics": metrics})
    assert (found and (found.mean_auc, found.n, found.data)) == shown


def test_without_a_card_there_is_no_headline():
    assert headline(None) is None
