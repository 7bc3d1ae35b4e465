"""Agreement between two people, and the recall that shares tell of. Pure: no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from moderation.shares import Estimate, Z


@dataclass(frozen=True)
class Kappa(Estimate):
    """Cohen's kappa within -1 and 1, and the plain share of cases in which both said the same."""

    agreed: float


def cohens_kappa(answers: Iterable[tuple[bool, bool]]) -> Kappa | None:
    """Agreement of two people beyond chance, from what each said of the same cases.

    None where there is no case, or where both always said the same one thing: then chance alone
    would agree as well. The interval uses the large-sample standard error of Fleiss, Cohen and
    Everitt, "Large sample standard errors of kappa and weighted kappa", Psychological Bulletin
    72 (1969), and is cut at -1 and 1; with few cases it is rough.
    """
    cases = list(answers)
    n = len(cases)
    if not n:
        return None
    share = {
        (a, b): sum(case == (a, b) for case in cases) / n
        for a in (False, True)
        for b in (False, True)
    }
    first = {a: share[a, False] + share[a, True] for a in (False, True)}
    second = {b: share[False, b] + share[True, b] for b in (False, True)}
    agreed = share[False, False] + share[True, True]
    by_chance = sum(first[answer] * second[answer] for answer in (False, True))
    if by_chance == 1:
        return None
    kappa = (agreed - by_chance) / (1 - by_chance)
    same = sum(
        share[answer, answer] * (1 - (first[answer] + second[answer]) * (1 - kappa)) ** 2
        for answer in (False, True)
    )
    different = (1 - kappa) ** 2 * sum(
        share[a, not a] * (second[a] + first[not a]) ** 2 for a in (False, True)
    )
    rest = (kappa - by_chance * (1 - kappa)) ** 2
    error = sqrt(max(0.0, same + different - rest) / n) / (1 - by_chance)
    return Kappa(kappa, max(-1.0, kappa - Z * error), min(1.0, kappa + Z * error), n, agreed)


def recall(caught: int, published: int, missed: Estimate) -> Estimate:
    """The share of bad comments that did not pass, from the share `missed` of those that did.

    `caught` and `published` are counted, so all uncertainty is that of `missed`. 1 where there
    was nothing bad at all.
    """

    def given(share: float) -> float:
        bad = caught + share * published
        return caught / bad if bad else 1.0

    return Estimate(given(missed.value), given(missed.high), given(missed.low), missed.n)
