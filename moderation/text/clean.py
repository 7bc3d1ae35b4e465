"""Turn what people type into the plain text that the model reads.

`clean` is a list of small steps. Training and serving both call it, so a comment cannot look
different to the two. Which steps are here was decided by measurement: the figures stand in the
model's card, and `benchmarks/cleaning.py` makes them again.

What comes out holds printable ASCII, single spaces, and `FOREIGN` for each letter of a script that
the model does not read. Any string may come in: lone surrogates, NUL, a megabyte of one letter.
"""

import re
import unicodedata
from collections.abc import Callable

import ftfy

from moderation.text.lexicon import LEXICON, LONGEST_WORD

Step = Callable[[str], str]

FOREIGN = "\N{REPLACEMENT CHARACTER}"
LONGEST_TOKEN = 100  # word-piece models give up on longer words

# Cyrillic and Greek letters that are drawn like Latin ones.
_LOOKALIKES = str.maketrans(
    "авеікмнорстухјѕһԁԛԝґАВЕІКМНОРСТУХЈЅαβεικνορτυχωηγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeikmhopctyxjshdqwrABEIKMHOPCTYXJSabeikvoptuxwnyABEZHIKMNOPTYX",
)
_WORD = re.compile(r"\w+")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_REPEATED_SYMBOL = re.compile(r"([^\w\s\x00-\x7f])\1+")
_LATIN_NAME = re.compile(
    r"LATIN (?:SMALL LETTER|CAPITAL LETTER|LETTER SMALL CAPITAL) ([A-Z]{1,2})(?: WITH .*)?"
)
_BOXED_LETTER_NAME = re.compile(r".*(?:LATIN CAPITAL|SYMBOL) LETTER ([A-Z])")
_WHITE_SPACE = re.compile(r"[\x00-\x20\x7f]+")
_ASCII_WORD = re.compile(r"[a-z]+")
_STRETCHED_LETTER = re.compile(r"([a-z])\1{2,}")
_STRETCHED_SIGN = re.compile(rf"([^a-z\s{FOREIGN}])\1{{3,}}")
_LINK = re.compile(r"\b(?:https?://|ftp://|ww\.)\S+")
# What is cut off has four letters at least, or it could be taken for a spaced letter.
_LONG_TOKEN = re.compile(rf"([a-z0-9{FOREIGN}]{{{LONGEST_TOKEN - 3}}})(?=[a-z0-9{FOREIGN}]{{4}})")
_SPACED_LETTERS = re.compile(r"(?<![a-z0-9])[a-z]([ .,_*|/~+-]{1,3})[a-z](?:\1[a-z])+(?![a-z0-9])")
_NO_LETTER = re.compile(r"[^a-z]")


def clean(text: str) -> str:
    """Return `text` as the model reads it; cleaning twice changes nothing more."""
    for step in STEPS:
        text = step(text)
    return text


def pair_surrogates(text: str) -> str:
    """Join surrogates that make a pair and drop those that stand alone."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def repair_encoding(text: str) -> str:
    """Undo text that was decoded with the wrong character set (`donâ€™t`)."""
    return text if _is_plain(text) else ftfy.fix_encoding(text)


def decompose(text: str) -> str:
    """Reduce full-width, styled and accented letters to their base letters and marks."""
    return text if text.isascii() else unicodedata.normalize("NFKD", text)


def strip_invisible(text: str) -> str:
    """Drop accents, zero-width characters, bidi controls, and what has no meaning of its own."""
    return text if _is_plain(text) else text.translate(_VISIBLE)


def squeeze_symbols(text: str) -> str:
    """Keep one of each run of the same emoji or symbol."""
    return text if _is_plain(text) else _REPEATED_SYMBOL.sub(r"\1", text)


def fold_lookalikes(text: str) -> str:
    """Read Cyrillic and Greek lookalikes as Latin in words that also hold Latin letters."""
    return text if _is_plain(text) else _WORD.sub(_fold_word, text)


def spell_in_ascii(text: str) -> str:
    """Write emoji as their Unicode names, signs in ASCII, and foreign letters as `FOREIGN`."""
    return text if _is_plain(text) else text.translate(_SPELLING)


def lower_case(text: str) -> str:
    """Lower the case."""
    return text.lower()


def squeeze_white_space(text: str) -> str:
    """Turn line breaks, control characters and runs of white space into single spaces."""
    return _WHITE_SPACE.sub(" ", text).strip()


def squeeze_repeats(text: str) -> str:
    """Shorten stretched words (`stuuupid`) and runs of signs (`!!!!!!`)."""
    if not _STRETCHED_LETTER.search(text) and not _STRETCHED_SIGN.search(text):
        return text
    return _STRETCHED_SIGN.sub(r"\1\1\1", _ASCII_WORD.sub(_shorten_word, text))


def replace_links(text: str) -> str:
    """Read every web address as the word `link`."""
    return _LINK.sub(" link ", text)


def break_long_words(text: str) -> str:
    """Split words that are too long for the tokeniser, which would otherwise read none of them."""
    return _LONG_TOKEN.sub(r"\1 ", text)


def join_spaced_letters(text: str) -> str:
    """Join letters that stand apart: known words if they fall into such (`y o u f o o l`).

    Other runs become one word, which word pieces read better than single letters.
    """
    while (joined := _SPACED_LETTERS.sub(_join_run, text)) != text:
        text = joined  # a letter that is left over may now stand beside others
    return text


STEPS: tuple[Step, ...] = (
    pair_surrogates,
    repair_encoding,
    decompose,
    strip_invisible,
    squeeze_symbols,
    fold_lookalikes,
    spell_in_ascii,
    lower_case,
    squeeze_white_space,
    squeeze_repeats,
    join_spaced_letters,
    squeeze_repeats,
    replace_links,
    break_long_words,
    squeeze_white_space,
)


def _is_plain(text: str) -> bool:
    """Whether only the ASCII steps have work on this text (the common case, and much faster)."""
    return text.isascii() or text.replace(FOREIGN, "").isascii()


class _CharacterTable(dict[int, str]):
    """A table for `str.translate` that is filled as characters are met."""

    def __init__(self, spell: Callable[[str], str]) -> None:
        self._spell = spell

    def __missing__(self, code: int) -> str:
        self[code] = spelling = self._spell(chr(code))
        return spelling


def _visible(char: str) -> str:
    invisible = unicodedata.category(char) in {"Mn", "Me", "Cf", "Cs", "Co", "Cn"}
    return "" if invisible and not char.isascii() else char


def _ascii_spelling(char: str) -> str:
    """The ASCII spelling of one character, by what Unicode says of it."""
    if char.isascii() or char == FOREIGN:
        return char
    category = unicodedata.category(char)
    name = unicodedata.name(char, "")
    if category.startswith("L"):
        latin = _LATIN_NAME.fullmatch(name)
        return latin[1].lower() if latin else _LATIN_BY_HAND.get(char, FOREIGN)
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


def _fold_word(match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii() or not _LATIN_LETTER.search(word):
        return word
    return word.translate(_LOOKALIKES)


def _shorten_word(match: re.Match[str]) -> str:
    """`coool` is `cool` but `fuuuck` is `fuck`: one letter stays where that is a known word."""
    word = match[0]
    twice = _STRETCHED_LETTER.sub(r"\1\1", word)
    if twice == word or twice in LEXICON:
        return twice
    once = _STRETCHED_LETTER.sub(r"\1", word)
    return once if once in LEXICON else twice


def _join_run(match: re.Match[str]) -> str:
    letters = _NO_LETTER.sub("", match[0])
    if words := _split_into_words(letters):
        return " ".join(words)
    return letters


def _split_into_words(letters: str) -> list[str]:
    """Split letters into known words with none left over, longest first; empty if that fails."""
    end_of_word_at: dict[int, int] = {}
    splittable = {len(letters)}
    for start in range(len(letters) - 1, -1, -1):
        for end in range(min(len(letters), start + LONGEST_WORD), start, -1):
            if end in splittable and letters[start:end] in LEXICON:
                splittable.add(start)
                end_of_word_at[start] = end
                break
    words: list[str] = []
    start = 0
    while start in end_of_word_at:
        words.append(letters[start : end_of_word_at[start]])
        start = end_of_word_at[start]
    return words


_LATIN_BY_HAND = {"ß": "ss", "ı": "i", "þ": "th", "ð": "d", "ŋ": "n", "ə": "e", "ƒ": "f"}
_VISIBLE = _CharacterTable(_visible)
_SPELLING = _CharacterTable(_ascii_spelling)
