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

from moderation.text.characters import (
    FOREIGN,
    CharacterTable,
    ascii_spelling,
    looks_like,
    visible,
)
from moderation.text.disguises import (
    join_spaced,
    mend_slips,
    read_leet,
    shorten_stretched,
    unmask,
)
from moderation.text.lexicon import LEXICON

Step = Callable[[str], str]

LONGEST_TOKEN = 100  # word-piece models give up on longer words

_WORD = re.compile(r"\w+")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_REPEATED_SYMBOL = re.compile(r"([^\w\s\x00-\x7f])\1+")
_OVER_SYMBOLS = re.compile(r"[A-Za-z]++(?:[\u2190-\u2bff\U0001f000-\U0001faff]++[A-Za-z]++)+")
_SYMBOLS = re.compile(r"[^A-Za-z]+")
_CONTROLS = str.maketrans(dict.fromkeys([*map(chr, range(0x20)), "\x7f"], " "))
_STRETCHED_SIGN = re.compile(rf"([^a-z\s{FOREIGN}])\1{{3,}}")
_LINK = re.compile(r"\b(?:https?://|ftp://|ww\.)\S+")
# What is cut off has four letters at least, or it could be taken for a spaced letter.
_LONG_TOKEN = re.compile(rf"([a-z0-9{FOREIGN}]{{{LONGEST_TOKEN - 3}}})(?=[a-z0-9{FOREIGN}]{{4}})")


def clean(text: str) -> str:
    """Return `text` as the model reads it; cleaning twice changes nothing more."""
    for step in CHARACTER_STEPS:
        text = step(text)
    # What one disguise hides may be another; most texts hide nothing and are read once.
    while (read := _read_words(text)) != text:
        text = read
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
    """Read letters drawn like Latin ones as such: beside Latin letters, and in known words.

    A word of lookalikes alone is read so where most of the text is Latin.
    """
    if _is_plain(text):
        return text
    latin = len(_LATIN_LETTER.findall(text))
    mostly_latin = latin > sum(map(str.isalpha, text)) / 2
    return _WORD.sub(lambda word: _fold_word(word[0], mostly_latin), text)


def join_over_symbols(text: str) -> str:
    """Join a word that emoji or symbols cut up (`id😀iot`); two known words stay two."""
    return text if _is_plain(text) else _OVER_SYMBOLS.sub(_join_pieces, text)


def spell_in_ascii(text: str) -> str:
    """Write emoji as their Unicode names, signs in ASCII, and foreign letters as `FOREIGN`."""
    return text if _is_plain(text) else text.translate(_SPELLING)


def lower_case(text: str) -> str:
    """Lower the case."""
    return text.lower()


def squeeze_white_space(text: str) -> str:
    """Turn line breaks, control characters and runs of white space into single spaces."""
    return " ".join(text.translate(_CONTROLS).split())


def squeeze_signs(text: str) -> str:
    """Shorten runs of a sign (`!!!!!!`) to three."""
    return _STRETCHED_SIGN.sub(r"\1\1\1", text)


def replace_links(text: str) -> str:
    """Read every web address as the word `link`."""
    return _LINK.sub(" link ", text)


def break_long_words(text: str) -> str:
    """Split words that are too long for the tokeniser, which would otherwise read none of them."""
    return _LONG_TOKEN.sub(r"\1 ", text)


CHARACTER_STEPS: tuple[Step, ...] = (
    pair_surrogates,
    repair_encoding,
    decompose,
    strip_invisible,
    squeeze_symbols,
    fold_lookalikes,
    join_over_symbols,
    spell_in_ascii,
    lower_case,
    squeeze_white_space,
)
WORD_STEPS: tuple[Step, ...] = (
    squeeze_signs,
    shorten_stretched,
    join_spaced,
    shorten_stretched,
    replace_links,
    unmask,
    read_leet,
    mend_slips,
    break_long_words,
    squeeze_white_space,
)


def _read_words(text: str) -> str:
    for step in WORD_STEPS:
        text = step(text)
    return text


def _is_plain(text: str) -> bool:
    """Whether only the ASCII steps have work on this text (the common case, and much faster)."""
    return text.isascii() or text.replace(FOREIGN, "").isascii()


def _fold_word(word: str, mostly_latin: bool) -> str:
    if word.isascii():
        return word
    folded = "".join(map(looks_like, word))
    if _LATIN_LETTER.search(word) or folded.lower() in LEXICON:
        return folded
    return folded if mostly_latin and folded.isascii() else word


def _join_pieces(match: re.Match[str]) -> str:
    pieces = _SYMBOLS.split(match[0].lower())
    are_words = max(map(len, pieces)) > 1 and all(piece in LEXICON for piece in pieces)
    return match[0] if are_words else "".join(pieces)


_VISIBLE = CharacterTable(visible)
_SPELLING = CharacterTable(ascii_spelling)
