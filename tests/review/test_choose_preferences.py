"""Each person's own desk: keys, masked text, pace; off until chosen, and seen by nobody else."""

import pytest

from moderation.db import db, writing
from moderation.review.preferences import (
    ACTS,
    SHIPPED,
    DeskPreferences,
    KeyProblem,
    Masking,
    check_keys,
    preferences_of,
    save_preferences,
)
from moderation.review.tables import Preferences

PAGE = "/review/preferences"
FIELDS = {f"key_{name}": key for name, key in SHIPPED.items()} | {"masking": "off"}


@pytest.fixture
def chosen(moderator):
    """What Mona's preferences are now."""

    def read():
        db.session.rollback()
        return preferences_of(moderator.id)

    return read


def test_who_never_chose_has_everything_off(desk, chosen):
    assert chosen() == DeskPreferences()
    assert desk.get(PAGE).status_code == 200


def test_what_is_chosen_is_kept_and_shown(desk, chosen):
    fields = FIELDS | {
        "masking": "severe",
        "left_out": ["threat", "identity_hate"],
        "severe_in_row": "5",
        "break_minutes": "45",
        "counter": "y",
        "digest": "y",
        "key_approve": "p",
    }
    assert desk.post(PAGE, data=fields).status_code == 303
    assert chosen() == DeskPreferences(
        keys={**SHIPPED, "approve": "p"},
        masking=Masking.SEVERE,
        left_out=("threat", "identity_hate"),
        severe_in_row=5,
        break_minutes=45,
        counter=True,
        digest=True,
    )
    page = desk.get(PAGE).text
    assert 'value="p"' in page
    assert 'data-break-minutes="45"' in desk.get("/review").text


def test_nobody_else_gets_them(desk, signed_in, admin):
    desk.post(PAGE, data=FIELDS | {"masking": "all"})
    assert preferences_of(admin.id) == DeskPreferences()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("r", "“r” is already the key for: approve, keep"),
        ("", "One letter or sign."),
        ("ab", "One letter or sign."),
        ("3", "The digits tick the six classes."),
        ("P", "A small letter"),
        ("\N{ZERO WIDTH SPACE}", "One letter or sign."),
    ],
)
def test_a_key_that_cannot_be_is_refused_in_words_at_its_field(desk, chosen, key, said):
    fields = FIELDS | {"key_reject": key}
    if key == "r":
        fields |= {"key_approve": "r"}
    answer = desk.post(PAGE, data=fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert chosen() == DeskPreferences(), "and nothing is kept"


def test_the_shipped_keys_are_possible_keys_and_come_back_at_a_click(desk, chosen):
    check_keys(SHIPPED)
    desk.post(PAGE, data=FIELDS | {"key_approve": "p", "masking": "all"})
    assert desk.post(f"{PAGE}/keys").status_code == 303
    assert chosen() == DeskPreferences(masking=Masking.ALL)


def test_two_actions_never_share_a_key():
    for name in ACTS:
        with pytest.raises(KeyProblem):
            check_keys({**SHIPPED, name: SHIPPED["keys" if name != "keys" else "undo"]})


def test_what_is_stored_and_makes_no_sense_counts_as_not_chosen(moderator, chosen):
    stored = {"keys": {"approve": "r", "dance": "d"}, "left_out": ["rude"], "colour": "red"}
    with writing() as session:
        session.add(Preferences(user_id=moderator.id, chosen=stored))
    assert chosen() == DeskPreferences()


def test_a_masked_text_is_blurred_in_the_list_and_in_the_case(comment, desk, moderator):
    severe, mild = comment("i will kill you"), comment("damn", author="Ben")
    for masking, expected in ((Masking.OFF, 0), (Masking.SEVERE, 1), (Masking.ALL, 2)):
        save_preferences(moderator.id, DeskPreferences(masking=masking))
        page = desk.get(f"/review/{severe.id}").text
        assert page.count('"user-line is-masked"') == expected
        assert ("data-mask" in page) == (masking is not Masking.OFF)
        calm = desk.get(f"/review/{mild.id}/pane").text
        assert ("data-mask" in calm) == (masking is Masking.ALL)
