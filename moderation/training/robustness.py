"""What does disguised spelling cost? Measured on pairs made by hand and on the attack suite.

The loss is AUC on the comments as written less AUC on the same comments disguised; its interval is
that of paired bootstrap samples.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moderation.scoring.scorer import Scorer
from moderation.training.attacks import BLIND_SHARE, FAMILIES, HELD_OUT, disguise, telling_words
from moderation.training.comments_csv import LabelledComments, read_choice, read_rows
from moderation.training.evaluate import score_texts
from moderation.training.intervals import interval
from moderation.training.metrics import Floats, mean_auc

SEED = 20261125
ATTACKED = 3000
"""Comments of a larger file that are drawn for the attacks: each is scored 19 times."""


@dataclass(frozen=True)
class Pairs:
    """Comments as written, the same fuzzed by hand, and whether each is toxic (rows, 1)."""

    plain: list[str]
    fuzzed: list[str]
    toxic: Floats


def read_pairs(path: Path) -> Pairs:
    """Read the columns `comment_text`, `comment_fuzzed` and `toxic` (0 or 1); raise CsvError."""
    plain, fuzzed, toxic = [], [], []
    for number, row in read_rows(path, ("comment_text", "comment_fuzzed", "toxic")):
        plain.append(row["comment_text"])
        fuzzed.append(row["comment_fuzzed"])
        toxic.append(read_choice(path, number, row, "toxic", {"0": 0.0, "1": 1.0}, "0 or 1"))
    return Pairs(plain, fuzzed, np.array(toxic)[:, None])


def fuzzed_pairs(scorer: Scorer, pairs: Pairs) -> dict[str, Any]:
    """Return the AUC of `toxic` on both sides of the pairs, and the loss.

    Pairs of which one side cannot be read are left out of both, and counted.
    """
    plain = score_texts(scorer, pairs.plain, "As written")[:, :1]
    fuzzed = score_texts(scorer, pairs.fuzzed, "Fuzzed")[:, :1]
    return _compare(pairs.toxic, plain, fuzzed, np.ones(len(plain)))


def withstand_attacks(
    scorer: Scorer, comments: LabelledComments, rows: int = ATTACKED
) -> dict[str, Any]:
    """Return the loss of mean AUC under each family of attacks, in both ways to choose words.

    Of more than `rows` comments so many are drawn, always the same ones; the telling words are
    those of all.
    """
    telling = telling_words(comments.texts, (comments.labels[:, 0] == 1).tolist())
    comments = _draw(comments, rows)
    plain = score_texts(scorer, comments.texts, "As written")
    families = {
        family: {
            way: _attacked(scorer, comments, plain, family, words)
            for way, words in (("telling", telling), ("blind", None))
        }
        for family in FAMILIES
    }
    return {
        "n": len(comments.texts),
        "telling_words": len(telling),
        "blind_share": BLIND_SHARE,
        "held_out": HELD_OUT,
        "families": families,
    }


def _attacked(
    scorer: Scorer,
    comments: LabelledComments,
    plain: Floats,
    family: str,
    words: frozenset[str] | None,
) -> dict[str, Any]:
    disguised = [
        disguise(text, FAMILIES[family], SEED + row, words)
        for row, text in enumerate(comments.texts)
    ]
    changed = sum(a != b for a, b in zip(comments.texts, disguised, strict=True))
    scores = score_texts(scorer, disguised, f"Attack: {family}")
    return {"changed": changed, **_compare(comments.labels, plain, scores, comments.weights)}


def _compare(labels: Floats, plain: Floats, disguised: Floats, weights: Floats) -> dict[str, Any]:
    """Mean AUC over the columns before and after, and the loss; of rows that both can be read."""
    kept = ~np.isnan(plain[:, 0]) & ~np.isnan(disguised[:, 0])
    labels, weights = labels[kept], weights[kept]

    def before(drawn: Floats) -> Floats:
        return mean_auc(labels, plain[kept], drawn)

    def after(drawn: Floats) -> Floats:
        return mean_auc(labels, disguised[kept], drawn)

    def loss(drawn: Floats) -> Floats:
        return before(drawn) - after(drawn)

    figures: dict[str, Any] = {"n": int(kept.sum()), "unreadable": int(np.sum(~kept))}
    for name, figure in (("plain_auc", before), ("disguised_auc", after), ("loss", loss)):
        value = float(figure(weights))
        figures[name] = None if np.isnan(value) else value
        figures[f"{name}_interval"] = interval(figure, weights)
    return figures


def _draw(comments: LabelledComments, rows: int) -> LabelledComments:
    if len(comments.texts) <= rows:
        return comments
    drawn = np.random.default_rng(SEED).permutation(len(comments.texts))[:rows]
    return LabelledComments(
        [comments.texts[row] for row in drawn], comments.labels[drawn], comments.weights[drawn]
    )
