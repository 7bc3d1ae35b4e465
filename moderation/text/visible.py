"""Tell whether a text shows anything, and bring a name onto one line."""

from __future__ import annotations

import re
import unicodedata

# Drawn as nothing, though Unicode calls some of them letters, symbols or unassigned:
# Hangul fillers, the empty braille cell, and code points set aside to be ignored.
_BLANK = re.compile("[\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]")
_INVISIBLE_KINDS = {"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me", "Mc"}


def shows_something(text: str) -> bool:
    """Whether a reader would see anything at all: a letter, a figure, a sign, an emoji."""
    return any(
        unicodedata.category(char) not in _INVISIBLE_KINDS and not _BLANK.match(char)
        for char in text
    )


def one_line(text: str) -> str:
    """`text` on one line: white space and control characters become single spaces."""
    spaced = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return " ".join(spaced.split())
