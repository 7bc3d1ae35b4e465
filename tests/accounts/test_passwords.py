"""Which new passwords will do."""

import pytest

from moderation.accounts.passwords import weakness


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least 10 characters; this has 5"),
        ("", "at least 10"),
        ("1234567890", "commonest"),
        ("Password123", "commonest"),
        ("aaaaaaaaaaaaaa", "different characters"),
        ("ababababababab", "different characters"),
        ("mona.lisa-2026", "e-mail address"),
        ("my MONA.LISA secret", "e-mail address"),
        ("x" * 501, "at most 500"),
    ],
)
def test_a_weak_password_is_named(password, says):
    assert says in weakness(password, "mona.lisa@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "three small boats at noon",
        "Zq8!kf0-vW",
        "пароль из слов",
        "正しい馬の電池と留め金",
        "🦆🐸🦊🐻🐼🦁🐯🐨🐷🐮",
    ],
)
def test_a_good_one_passes_in_any_script(password):
    assert weakness(password, "mona.lisa@example.org") is None
