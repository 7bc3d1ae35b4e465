"""Words that are harmless in most texts, made harmless more often in short ones.

Nearly every short comment that says "gay" is an insult, as nearly every one that says "kill" is a
threat, and a network learns that the word is one. Dixon and others (see identity.py) add harmless
text until no term stands in more toxic texts than others of their length do. For the names of
groups that text is made as Garg and others make theirs ("Counterfactual fairness in text
classification through robustness", AIES 2019): one group's name stands in place of another's. For
other words it is the sentences of longer harmless comments, and one toxic text in two is left.
"""

import re
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS
from moderation.training.attacks import telling_words, words_of
from moderation.training.config import TrainingConfig
from moderation.training.dataset import Floats, Rows
from moderation.training.identity import TERM, rows_per_term

LENGTHS = (10, 20, 50, 100)
"""Words: the bounds between comments that are compared."""
SHORT, LONG = 2, 4
"""Below the second of these bounds a comment is short, from the fourth on it is long."""
TELLING = 0.5
"""the share of comments with a word that are toxic, from which on it tells"""
HARMLESS = 0.05
"""A text is harmless if no class is as likely, by its labels (nought or one) or by its teachers."""

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def even_out(rows: Rows, config: TrainingConfig) -> Rows:
    """Return the rows, and harmless ones for what is toxic too often in short comments."""
    if config.even_terms:
        rows = even_out_terms(rows, config.seed)
    if config.even_words:
        rows = even_out_words(rows, config.seed)
    return rows


def even_out_terms(rows: Rows, seed: int) -> Rows:
    """Return the rows and, for each term that is toxic too often, harmless ones that name it.

    Compared are comments as they were written, or fragments of such that teachers have answered
    for. A harmless one is used once for a term at most, so where few speak of anybody the share of
    toxic ones stays higher.
    """
    toxic, comments, harmless = _known(rows)
    length = _lengths(rows.texts)
    standing = rows_per_term(rows.texts)
    names_some = np.any([*standing.values()], axis=0)
    dice = np.random.default_rng(seed)
    made, origins = [], []
    for alike in (comments & (length == each) for each in range(len(LENGTHS) + 1)):
        rate = np.sum(toxic[alike]) / max(1, np.sum(alike))
        for term, naming in standing.items():
            givers = np.flatnonzero(alike & harmless & names_some & ~naming)
            missing = _missing(toxic[alike & naming], rate)
            chosen = dice.choice(givers, min(missing, len(givers)), replace=False)
            made += [_exchanged(rows.texts[row], term, dice) for row in chosen.tolist()]
            origins += chosen.tolist()
    return rows.with_more(made, rows.labels[origins], "exchanged")


def even_out_words(rows: Rows, seed: int) -> Rows:
    """Return the rows and, for each word that tells in short comments alone, harmless short ones.

    Such a word (`telling_words`) is toxic more often than not where a comment is short, and less
    often where it is long. Harmless texts are added until it is toxic as often as not and tells no
    more: sentences of longer comments no label of which applies, as long as the short comments and
    without a word that tells in long ones too. Each is used once at most.
    """
    toxic, comments, harmless = _known(rows)
    length = _lengths(rows.texts)

    def telling(some: npt.NDArray[np.bool_]) -> frozenset[str]:
        places = np.flatnonzero(comments & some)
        texts = [rows.texts[row] for row in places]
        return telling_words(texts, (toxic[places] == 1).tolist(), rate=TELLING)

    everywhere = telling(length >= LONG)
    words = telling(length < SHORT)
    origin_of = {
        sentence.strip(): row
        for row in np.flatnonzero(comments & harmless & (length >= SHORT)).tolist()
        for sentence in _SENTENCE_END.split(rows.texts[row])
        if not words_of(sentence) & everywhere
    }
    sentences, origins = list(origin_of), np.array([*origin_of.values()], int)
    sentence_length = _lengths(sentences)
    dice = np.random.default_rng(seed)
    chosen: set[int] = set()
    for each in range(SHORT):
        alike = np.flatnonzero(comments & (length == each))
        naming = _holding(words, [rows.texts[row] for row in alike])
        answers = np.flatnonzero(sentence_length == each)
        answering = _holding(words, [sentences[place] for place in answers])
        for word in sorted(words):
            there = set(answers[answering[word]].tolist())
            free = sorted(there - chosen)
            missing = _missing(toxic[alike[naming[word]]], TELLING) - len(there & chosen)
            taking = min(max(0, missing), len(free))
            chosen.update(dice.choice(free, taking, replace=False).tolist())
    taken = sorted(chosen)
    return rows.with_more(
        [sentences[place] for place in taken], rows.labels[origins[taken]], "sentence"
    )


def _holding(words: Collection[str], texts: Sequence[str]) -> dict[str, list[int]]:
    """Of each of these words, in which texts it stands."""
    places: dict[str, list[int]] = {word: [] for word in words}
    for place, text in enumerate(texts):
        for word in words_of(text) & places.keys():
            places[word].append(place)
    return places


def _known(rows: Rows) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """How toxic each row is, which are comments as written of which that is known, which harmless.

    Each of shape (rows,).
    """
    toxic = rows.labels[:, 0]
    comments = np.isin(rows.forms, ["raw", "lower", "fragment"]) & ~np.isnan(toxic)
    harmless = np.all(rows.labels[:, : len(LABELS)] < HARMLESS, axis=1)
    return toxic, comments, np.asarray(harmless)


def _lengths(texts: list[str]) -> npt.NDArray[np.intp]:
    return np.digitize([len(text.split()) for text in texts], LENGTHS)


def _missing(toxic: Floats, rate: float) -> int:
    """How many harmless texts make those of one word, so toxic, no more often toxic than `rate`."""
    return max(0, round(np.sum(toxic) / rate - len(toxic))) if np.any(toxic) else 0


def _exchanged(text: str, term: str, dice: np.random.Generator) -> str:
    places = [match.span() for match in TERM.finditer(text)]
    start, end = places[dice.integers(len(places))]
    return text[:start] + term + text[end:]
