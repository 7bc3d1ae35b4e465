"""HateCheck: short made-up cases, each testing one thing that hate detection must get right.

Röttger, Vidgen, Nguyen, Waseem, Margetts and Pierrehumbert, "HateCheck: functional tests for hate
speech detection models", ACL 2021. A case counts as found hateful if the model would have it held:
one class at least reaches the review threshold of its card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import Scorer
from moderation.shares import share_of
from moderation.training.comments_csv import read_choice, read_rows
from moderation.training.evaluate import score_texts


@dataclass(frozen=True)
class Case:
    """One case: what it tests, and whether it is hateful."""

    functionality: str
    text: str
    hateful: bool


def read_cases(path: Path) -> list[Case]:
    """Read the columns `functionality`, `test_case` and `label_gold`; raise CsvError.

    `label_gold` is `hateful` or `non-hateful`.
    """
    values = {"hateful": True, "non-hateful": False}
    return [
        Case(
            row["functionality"],
            row["test_case"],
            read_choice(path, number, row, "label_gold", values, "hateful or non-hateful"),
        )
        for number, row in read_rows(path, ("functionality", "test_case", "label_gold"))
    ]


def hatecheck(
    scorer: Scorer, cases: Sequence[Case], thresholds: Mapping[str, float]
) -> dict[str, Any]:
    """Return the share of cases judged rightly: per functionality, and over all.

    `thresholds` are those of review, per label. A case that cannot be read is held, so it counts
    as found hateful.
    """
    scores = score_texts(scorer, [case.text for case in cases], "HateCheck")
    held = np.isnan(scores[:, 0]) | (scores >= [thresholds[label] for label in LABELS]).any(axis=1)
    right = [bool(found) == case.hateful for found, case in zip(held, cases, strict=True)]
    judged = list(zip(cases, right, strict=True))
    kinds = {case.functionality: case.hateful for case in cases}
    return {
        "thresholds": dict(thresholds),
        "all": _share(right),
        "hateful": _share([one for case, one in judged if case.hateful]),
        "non_hateful": _share([one for case, one in judged if not case.hateful]),
        "functionalities": {
            name: {
                "hateful": hateful,
                **_share([one for case, one in judged if case.functionality == name]),
            }
            for name, hateful in kinds.items()
        },
    }


def _share(right: Sequence[bool]) -> dict[str, Any]:
    estimate = share_of(sum(right), len(right))
    if estimate is None:
        return {"n": 0, "accuracy": None, "interval": None}
    interval = [estimate.low, estimate.high]
    return {"n": estimate.n, "accuracy": estimate.value, "interval": interval}
