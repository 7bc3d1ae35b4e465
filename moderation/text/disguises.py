"""Words that somebody spelled so that a filter should miss them, and how to read them.

All of this works on lower-case ASCII, and towards words of the lexicon. What fits none of them
stays as it is written, but for the few cases that say otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from moderation.text.lexicon import ABUSE, LEXICON, LONGEST_WORD, MISSPELT

_WORD = re.compile(r"[a-z]+")
_NO_LETTER = re.compile(r"[^a-z]")
_STRETCHED = re.compile(r"([a-z])\1\1+")
_SPACED = re.compile(r"(?<![a-z0-9])[a-z]([ .,_*|/~+-]{1,3})[a-z](?:\1[a-z])+(?![a-z0-9])")
_MASK = "*#%&_-"
# No word without such a sign is ever tried twice: the groups give nothing back.
_MASKED = re.compile(rf"(?<![a-z0-9{_MASK}])[a-z]++[{_MASK}]++[a-z{_MASK}]*+")
_LEET = re.compile(r"(?<![a-z0-9@$!|(+])[a-z]*+[0-9@$!|(+]++[a-z0-9@$!|(+]*+")
_PUNCTUATION = "!|(+"
# Figures and signs that stand for one letter; l is read as i, so that 1 may be both.
_SKELETON = str.maketrans("1!|l0@4358$7+9(2", "iiiioaaesbsttgcz")
_FIGURES_AMONG_LETTERS = re.compile(r"(?<=[a-z])[013457]{1,2}(?=[a-z])")
_LIKELY_LETTERS = str.maketrans("013457", "oieast")

_ABUSE = frozenset(ABUSE)
_ABUSE_BY_SHAPE: dict[tuple[str, int], list[str]] = defaultdict(list)
for _word in ABUSE:
    _ABUSE_BY_SHAPE[_word[0], len(_word)].append(_word)
# One letter of a word left out: two words one slip apart meet in such a form.
_SHORTENED: dict[str, list[str]] = defaultdict(list)
for _word in sorted(MISSPELT):
    for _place in range(1, len(_word)):
        _SHORTENED[_word[:_place] + _word[_place + 1 :]].append(_word)
_BY_SKELETON = {word.translate(_SKELETON): word for word in sorted(LEXICON - _ABUSE)} | {
    word.translate(_SKELETON): word for word in reversed(ABUSE)
}


def shorten_stretched(text: str) -> str:
    """Read `coool` as `cool` but `fuuuck` as `fuck`: one letter stays where that is known."""
    return _WORD.sub(_shorten, text) if _STRETCHED.search(text) else text


def join_spaced(text: str) -> str:
    """Join letters that stand apart: known words if they fall into such (`y o u f o o l`).

    Other runs become one word, which word pieces read better than single letters.
    """
    while (joined := _SPACED.sub(_join_run, text)) != text:
        text = joined  # a letter that is left over may now stand beside others
    return text


def unmask(text: str) -> str:
    """Read `f*ck`, `sh**` and `dumb-ass` as the word of abuse that fits the letters left."""
    return _MASKED.sub(_unmask_word, text)


def read_leet(text: str) -> str:
    """Read figures and signs as the letters of a known word (`1d10t`, `a$$`).

    One or two figures between letters are read so in any word that has more letters (`gr33n`).
    """
    return _LEET.sub(_read_leet_word, text)


def mend_slips(text: str) -> str:
    """Read plain insults through one slip: letters swapped, one lost, doubled or mistyped."""
    mended = {
        word: better for word in set(_WORD.findall(text)) if (better := _mended(word)) != word
    }
    return _WORD.sub(lambda word: mended.get(word[0], word[0]), text) if mended else text


def split_into_words(letters: str) -> list[str]:
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


def _shorten(match: re.Match[str]) -> str:
    word = match[0]
    twice = _STRETCHED.sub(r"\1\1", word)
    if twice == word or twice in LEXICON:
        return twice
    once = _STRETCHED.sub(r"\1", word)
    return once if once in LEXICON else twice


def _join_run(match: re.Match[str]) -> str:
    letters = _NO_LETTER.sub("", match[0])
    if words := split_into_words(letters):
        return " ".join(words)
    return letters


def _unmask_word(match: re.Match[str]) -> str:
    written = match[0]
    joined = _NO_LETTER.sub("", written)
    if joined in _ABUSE:  # the sign stands between letters
        return joined
    core = written.rstrip("-_&%")
    if len(core) < (3 if "*" in core else 4):
        return written
    for word in _ABUSE_BY_SHAPE.get((core[0], len(core)), ()):
        if all(sign in (letter, *_MASK) for sign, letter in zip(core, word, strict=True)):
            return word + written[len(core) :]
    return written


def _read_leet_word(match: re.Match[str]) -> str:
    """A sign at either end may be a letter (`(unt`) or a sign (`(can`, `moron!`)."""
    written = match[0]
    core = written.strip(_PUNCTUATION)
    if core in LEXICON:
        return written
    for part in (core, written, written.lstrip(_PUNCTUATION), written.rstrip(_PUNCTUATION)):
        word = _BY_SKELETON.get(part.translate(_SKELETON)) if len(part) > 2 else None
        letters = len(_NO_LETTER.sub("", part))
        sure = word in _ABUSE or (part is core and letters * 2 > len(part))
        if word and 0 < letters < len(part) and sure:
            return written.replace(part, word, 1)
    if len(_NO_LETTER.sub("", core)) > max(2, len(core) / 2):
        return _FIGURES_AMONG_LETTERS.sub(
            lambda figures: figures[0].translate(_LIKELY_LETTERS), written
        )
    return written


@lru_cache(maxsize=20_000)  # comments share most of their words
def _mended(written: str) -> str:
    if written in LEXICON or not 3 <= len(written) <= LONGEST_WORD + 1:
        return written
    for word in _SHORTENED.get(written, ()):
        return word
    for place in range(1, len(written)):
        shorter = written[:place] + written[place + 1 :]
        if shorter in MISSPELT:
            return shorter
        for word in _SHORTENED.get(shorter, ()):
            if _one_slip(written, word):
                return word
    return written


def _one_slip(written: str, word: str) -> bool:
    """Whether words of one length differ by one letter, or by two neighbours swapped."""
    if len(written) != len(word):
        return False
    apart = [place for place in range(len(word)) if written[place] != word[place]]
    if len(apart) == 1:
        return True
    one, *rest = apart
    return rest == [one + 1] and written[one : one + 2] == word[one + 1] + word[one]
