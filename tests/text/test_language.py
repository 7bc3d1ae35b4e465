"""What is surely in another language, and that English never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.text.language import foreign_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Das ist doch völliger Unsinn, du hast keine Ahnung davon.", "de"),
        ("Je ne comprends pas pourquoi cette page est si mal écrite.", "fr"),
        ("No entiendo por qué este artículo está tan mal escrito.", "es"),
        ("Я не понимаю, почему эта статья так плохо написана.", "ru"),
        ("この記事はとても読みやすくて、勉強になりました。ありがとうございます。", "ja"),
    ],
)
def test_a_sentence_in_another_language_is_known_for_what_it_is(text, code):
    assert foreign_language(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "", "😀😀😀", "Danke schön!", "Merci beaucoup, mon ami", "C'est la vie", "lol",
        "I walked past the harbour this morning and met Señor Núñez de la Peña.",
        "u r such a dum azz lmaoooo wtf dude srsly",
        "y0u 4r3 4n 1d10t 4nd 3v3ryb0dy kn0w5 1t",
        "f u c k y o u a l l",
        "QWERTY asdfgh zxcvbn qwerty asdfgh zxcvbn qwerty",
    ],
)  # fmt: skip
def test_english_and_what_is_too_short_or_strange_to_tell_is_never_refused(text):
    assert foreign_language(text) is None


@given(st.text(st.characters(), max_size=300))
def test_no_text_breaks_it(text):
    code = foreign_language(text)
    assert code is None or (len(code) >= 2 and code not in ("en", "un"))


def test_control_characters_and_lone_surrogates_do_not_hide_a_language():
    assert (
        foreign_language("Das ist\x00 doch \ud800 völliger\x07 Unsinn, du hast keine Ahnung")
        == "de"
    )
