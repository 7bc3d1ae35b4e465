"""Tell a text in another language from English, slowly enough to be sure.

The model learned English alone: in other languages its scores are guesses that look like scores.
Only what is surely foreign is refused: disguised and misspelt English must never be.
"""

from __future__ import annotations

import re

from moderation.text.characters import FOREIGN
from moderation.text.clean import clean
from moderation.text.lexicon import LEXICON

FEWEST_WORDS = 6
"""a shorter text is never called foreign"""
MOST_WORDS = 300
"""as much of a long text is looked at"""
ENGLISH_SHARE = 0.25
"""share of common English words from which a text is English without a further look"""
FOREIGN_PERCENT = 80
"""percent of the text that must be in the one foreign language"""

_WORD = re.compile(r"[^\W\d_]+")
_CLEANED_WORD = re.compile(rf"[a-z{FOREIGN}]+")


def foreign_language(text: str) -> str | None:
    """The ISO 639 code of the language `text` is surely in, None where that may be English.

    A reliable answer of CLD2 for nearly all of the text, and hardly a common English word.
    """
    words = _WORD.findall(text)[:MOST_WORDS]
    if not _long_enough(words) or _is_english(words):
        return None
    if _is_english(_CLEANED_WORD.findall(clean(text))[:MOST_WORDS]):  # it was disguised
        return None
    # Letters alone: the library refuses control characters and what is no UTF-8.
    is_reliable, code, percent = _detect(" ".join(words))
    is_foreign = is_reliable and code not in ("en", "un") and percent >= FOREIGN_PERCENT
    return code if is_foreign else None


def _long_enough(words: list[str]) -> bool:
    """Six words, or as many letters where a script sets no spaces."""
    return (
        len(words) >= FEWEST_WORDS
        or sum(len(word) for word in words if not word.isascii()) >= 3 * FEWEST_WORDS
    )


def _is_english(words: list[str]) -> bool:
    common = sum(word.lower() in LEXICON for word in words)
    return common > 0 and common >= ENGLISH_SHARE * len(words)


def _detect(text: str) -> tuple[bool, str, int]:
    """Whether the answer is reliable, the likeliest language, and the percent of `text` in it."""
    import pycld2  # not before a text needs it

    is_reliable, _, ((_, code, percent, _), *_) = pycld2.detect(text, isPlainText=True)
    return bool(is_reliable), str(code), int(percent)
