"""What a reader can see, and names on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.text.visible import one_line, shows_something


@pytest.mark.parametrize(
    "text", ["a", "7", "?", "👩‍🚀", "佐", "ع", "e\u0301", "$", "\u0378", "\ue000"]
)
def test_what_is_drawn_is_seen(text):
    assert shows_something(text)
    assert shows_something(f"\u200b {text}\n")


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t", "\u00a0", "\u200b\u200d\u2060\ufeff", "\u202e", "\u3164", "\u115f\u1160",
     "\u2800", "\uffa0", "\ufe0f", "\u0301\u0302", "\U000e0041", "\u2065", "\u180e", "\x07\x1b"],
)  # fmt: skip
def test_what_is_drawn_as_nothing_is_not(text):
    assert not shows_something(text)


@given(st.text())
def test_a_name_is_one_line_and_stays_so(text):
    once = one_line(text)
    assert len(once.splitlines()) <= 1
    assert once == once.strip() == one_line(once)
