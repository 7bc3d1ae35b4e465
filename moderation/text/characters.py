"""What one character is to a reader of English: nothing, an ASCII letter or sign, or foreign."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

FOREIGN = "\N{REPLACEMENT CHARACTER}"
"""stands for each letter of a script that the model does not read"""

_LATIN_NAME = re.compile(
    r"LATIN (?:SMALL LETTER|CAPITAL LETTER|LETTER SMALL CAPITAL) ([A-Z]{1,2})(?: WITH .*)?"
)
_BOXED_LETTER_NAME = re.compile(r".*(?:LATIN CAPITAL|SYMBOL) LETTER ([A-Z])")


class CharacterTable(dict[int, str]):
    """A table for `str.translate` that is filled as characters are met."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        self._spell = spell

    def __missing__(self, code: int) -> str:
        self[code] = spelling = self._spell(chr(code))
        return spelling


def visible(char: str) -> str:
    """Nothing for an accent, a zero-width character or a bidi control; else the character."""
    invisible = unicodedata.category(char) in {"Mn", "Me", "Cf", "Cs", "Co", "Cn"}
    return "" if invisible and not char.isascii() else char


def looks_like(char: str) -> str:
    """The Latin letter that a letter of another script is drawn like, or the character itself."""
    return _lookalikes().get(char, char)


def ascii_spelling(char: str) -> str:
    """The ASCII spelling of one character, by what Unicode says of it."""
    if char.isascii() or char == FOREIGN:
        return char
    category = unicodedata.category(char)
    name = unicodedata.name(char, "")
    if category.startswith("L"):
        return _latin_spelling(char, name)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category in {"Pi", "Pf"}:
        return "'" if "SINGLE" in name else '"'
    if category == "Pd":
        return "-"
    if boxed := _BOXED_LETTER_NAME.fullmatch(name):
        return boxed[1].lower()
    if category == "Sk":  # skin tones and stray accents
        return ""
    if category in {"So", "Sc"}:
        return f" {name.lower().replace('-', ' ')} "
    return " "


def _latin_spelling(char: str, name: str) -> str:
    """A Latin letter by its name (`LATIN SMALL LETTER O WITH STROKE`) or its look, else FOREIGN."""
    if latin := _LATIN_NAME.fullmatch(name):
        return latin[1].lower()
    alike = _lookalikes().get(char, FOREIGN) if name.startswith("LATIN") else FOREIGN
    return _LATIN_BY_HAND.get(char, alike)


@cache
def _lookalikes() -> Mapping[str, str]:
    """Unicode's own table of confusable characters, for letters that look like a Latin letter.

    It lists what cannot be told apart; what is drawn only much alike is added by hand.
    """
    source = files("confusable_homoglyphs").joinpath("confusables.json")
    confusables: Mapping[str, list[Mapping[str, str]]] = json.loads(source.read_text("utf-8"))
    listed = {
        char: alike["c"].lower()
        for char, all_alike in confusables.items()
        for alike in all_alike
        if len(char) == 1 and char.isalpha() and not char.isascii()
        if len(alike["c"]) == 1 and alike["c"].isascii() and alike["c"].isalpha()
    }
    return listed | _ALIKE_BY_HAND


_LATIN_BY_HAND = {"ß": "ss", "ı": "i", "þ": "th", "ð": "d", "ŋ": "n", "ə": "e", "ƒ": "f"}
_ALIKE_BY_HAND = dict(
    zip(
        "вкмнтгԝєпуςβγηκμτχωᴦӏӀΙІ",
        "bkmhtrwenycbynkutxwrllii",
        strict=True,
    )
)
