"""Old versions of the policy: read, and used again."""

import pytest

from moderation.audit.record import Actor
from moderation.policy.decide import Threshold
from moderation.policy.versions import current_policy, save_policy
from moderation.scoring.labels import LABELS
from tests.page import read
from tests.studio.test_change_thresholds import save

URL = "/admin/policy"


@pytest.fixture
def page(signed_in, admin):
    thresholds = {**dict.fromkeys(LABELS, Threshold(0.5)), "insult": Threshold(0.4, 0.9)}
    save_policy(thresholds, Actor(1, "Ada"), after=1, note="too <b>mild</b>")
    return signed_in(admin)


def test_the_history_says_who_what_and_why(page):
    main = read(page.get(URL)).main
    assert "insult review from 0.50 →to 0.40" in main
    assert "insult reject from off →to 0.90" in main
    assert "too <b>mild</b>" in main


def test_a_version_has_a_page_of_its_own(page):
    main = read(page.get(f"{URL}/2")).main
    assert "Policy 2" in main
    assert "insult 0.40 0.90" in main
    assert "toxic 0.50 off" in main
    assert "in force" in main
    assert "Nothing: it is the first" in read(page.get(f"{URL}/1")).main


def test_the_values_of_an_old_version_are_previewed_and_saved_as_a_new_one(page):
    shown = page.get(f"{URL}?use=1")
    assert "values of policy 1" in read(shown).main
    assert "insult review from 0.40 →to 0.50" in read(shown).main
    assert save(page, shown).status_code == 303
    assert current_policy().version == 3
    assert current_policy().thresholds["insult"] == Threshold(0.5)


@pytest.mark.parametrize(
    "path", ["/0", "/3", "/99999999999999999999", "?use=3", "?use=x", "?use=0"]
)
def test_a_version_that_never_was_is_not_found(page, path):
    assert page.get(URL + path).status_code == 404


@pytest.mark.parametrize("query", ["?after=x", "?before=W10"])
def test_a_damaged_page_address_is_said_so(page, query):
    assert page.get(URL + query).status_code == 400
