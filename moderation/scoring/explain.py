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
from itertools import pairwise
from math import log

from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scorer, Scores

# A longer text is explained where it is worst: each word costs one scoring.
MOST_WORDS = 100
MOST_CHARACTERS = 1200
Span = tuple[int, int]
NOTHING: Scores = dict.fromkeys(LABELS, 0.0)
_TINY = 1e-4

# Letters that stand apart are read as words (text/clean.py), so they go together; else a word.
_WORD = re.compile(r"(?<!\S)\S(?:\s\S(?!\S)){2,}|\S+")


@dataclass(frozen=True)
class Word:
    """A word by its place in the text, and the six scores without it."""

    start: int
    end: int
    without: Scores


@dataclass(frozen=True)
class Explanation:
    """The words of a text, or of the passage of a long one that is scored worst.

    `scores` are those of the explained passage by the model `version`.
    """

    version: str
    scores: Scores
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
    words = _worst_passage(text, [match.span() for match in _WORD.finditer(text)], scorer)
    if not words:
        return None
    start, end = words[0][0], words[-1][1]
    passage = text[start:end]
    left_out = [passage[: a - start] + passage[b - start :] for a, b in words]
    whole, *rest = scorer.score([passage, *left_out])
    if whole is None:
        return None
    return Explanation(
        scorer.version,
        whole,
        [Word(a, b, scores or NOTHING) for (a, b), scores in zip(words, rest, strict=True)],
    )


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
    marks = [(0, 0), *((word.start, word.end) for word in explanation.words), (len(text), 0)]
    gaps = [text[before[1] : after[0]] for before, after in pairwise(marks)]
    found: list[tuple[str, Word | None, float]] = [(gaps[0], None, 0.0)]
    for word, share, gap in zip(explanation.words, shares, gaps[1:], strict=True):
        found += [(text[word.start : word.end], word, share), (gap, None, 0.0)]
    return [piece for piece in found if piece[0]]


def as_json(explanation: Explanation) -> Mapping[str, object]:
    """What `from_json` reads."""
    return {
        "version": explanation.version,
        "scores": dict(explanation.scores),
        "words": [
            [word.start, word.end, [round(word.without[label], 6) for label in LABELS]]
            for word in explanation.words
        ],
    }


def from_json(kept: Mapping[str, object]) -> Explanation:
    """The explanation that `as_json` wrote."""
    words: Sequence[tuple[int, int, Sequence[float]]] = kept["words"]  # type: ignore[assignment]
    return Explanation(
        str(kept["version"]),
        kept["scores"],  # type: ignore[arg-type]
        [Word(a, b, dict(zip(LABELS, without, strict=True))) for a, b, without in words],
    )


def _log_odds(probability: float) -> float:
    kept = min(max(probability, _TINY), 1 - _TINY)
    return log(kept / (1 - kept))
