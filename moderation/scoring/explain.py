"""Which words a score comes from: leave out one after the other, and score what is left.

Occlusion, because ONNX Runtime has no gradients. A word's weight is by how much the log-odds of a
class fall without it, and its share is that part of all falls (Robnik-Šikonja and Kononenko,
"Explaining classifications for individual instances", IEEE TKDE 20 (2008), 5, with deletion in the
place of their average over values). Log-odds, because a probability near 1 hardly moves when one of
two insults goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scorer, Scores

# A longer text is explained where it is worst: each word costs one scoring.
MOST_WORDS = 100
MOST_CHARACTERS = 1200
Span = tuple[int, int]
NOTHING: Scores = dict.fromkeys(LABELS, 0.0)
_TINY = 1e-4

# Letters that stand apart are read as words (text/clean.py), so they go together; else a word.
_SIGNS = re.compile(r"^\W+|\W+$")
_WORD = re.compile(r"(?<!\S)\S(?:\s\S(?!\S)){2,}|\S+")


@dataclass(frozen=True)
class Word:
    """A word by each of its places in the text, and the six scores without it."""

    places: Sequence[Span]
    without: Scores


@dataclass(frozen=True)
class Explanation:
    """The words of a text, or of the passage of a long one that is scored worst.

    `scores` are those of the explained passage by the model `version`.
    """

    version: str
    scores: Scores
    passage: Span
    words: Sequence[Word]

    def shares(self, label: str) -> Sequence[float]:
        """Of each word its share (0-1) of what speaks for `label`; zeros where none does."""
        whole = _log_odds(self.scores[label])
        falls = [max(0.0, whole - _log_odds(word.without[label])) for word in self.words]
        total = sum(falls)
        return [fall / total if total else 0.0 for fall in falls]


def explain(text: str, scorer: Scorer) -> Explanation | None:
    """Score `text` without each of its words; None where the model cannot read it.

    Raises ScorerUnavailable.
    """
    places = _worst_passage(text, [match.span() for match in _WORD.finditer(text)], scorer)
    if not places:
        return None
    passage = (places[0][0], places[-1][1])
    words = _by_word(text, places)
    left_out = [_without(text, passage, of_word) for of_word in words]
    whole, *rest = scorer.score([text[slice(*passage)], *left_out])
    if whole is None:
        return None
    found = [Word(at, scores or NOTHING) for at, scores in zip(words, rest, strict=True)]
    return Explanation(scorer.version, whole, passage, found)


def _by_word(text: str, places: Sequence[Span]) -> Sequence[Sequence[Span]]:
    """The places of each word, whatever its case and the signs around it.

    They go together: where an insult stands three times, nothing falls without one of them.
    """
    found: dict[str, list[Span]] = {}
    for place in places:
        word = text[slice(*place)]
        found.setdefault(_SIGNS.sub("", word).casefold() or word, []).append(place)
    return list(found.values())


def _without(text: str, passage: Span, left_out: Sequence[Span]) -> str:
    """The passage without these places."""
    edges = [passage[0], *(edge for place in left_out for edge in place), passage[1]]
    return "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))


def _worst_passage(text: str, words: Sequence[Span], scorer: Scorer) -> Sequence[Span]:
    """The words of the passage whose highest score is highest; all words of a short text."""
    passages = list(_passages(words))
    if len(passages) <= 1:
        return words
    scores = scorer.score([text[passage[0][0] : passage[-1][1]] for passage in passages])
    worst = [max(found.values()) if found else -1.0 for found in scores]
    return passages[worst.index(max(worst))]


def _passages(words: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """The words in passages that are short enough; each begins in the middle of the one before."""
    start = end = 0
    while end < len(words):
        end = start + 1
        while (
            end < len(words)
            and end - start < MOST_WORDS
            and words[end][1] - words[start][0] <= MOST_CHARACTERS
        ):
            end += 1
        yield words[start:end]
        start = (start + end + 1) // 2


def pieces(
    text: str, explanation: Explanation, label: str
) -> Sequence[tuple[str, Word | None, float]]:
    """The whole text in order: each explained word with its share, and what lies between."""
    shares = explanation.shares(label)
    places = sorted(
        (place, word, share)
        for word, share in zip(explanation.words, shares, strict=True)
        for place in word.places
    )
    found: list[tuple[str, Word | None, float]] = []
    end = 0
    for place, word, share in places:
        found += [(text[end : place[0]], None, 0.0), (text[slice(*place)], word, share)]
        end = place[1]
    return [piece for piece in [*found, (text[end:], None, 0.0)] if piece[0]]


def as_json(explanation: Explanation) -> Mapping[str, Any]:
    """What `from_json` reads."""
    return {
        "version": explanation.version,
        "scores": dict(explanation.scores),
        "passage": list(explanation.passage),
        "words": [
            [list(map(list, word.places)), [round(word.without[label], 6) for label in LABELS]]
            for word in explanation.words
        ],
    }


def from_json(kept: Mapping[str, Any]) -> Explanation:
    """The explanation that `as_json` wrote."""
    start, end = kept["passage"]
    words = [
        Word([(a, b) for a, b in places], dict(zip(LABELS, without, strict=True)))
        for places, without in kept["words"]
    ]
    return Explanation(kept["version"], kept["scores"], (start, end), words)


def _log_odds(probability: float) -> float:
    kept = min(max(probability, _TINY), 1 - _TINY)
    return log(kept / (1 - kept))
