"""Comments that name groups of people, as often harmless as any others of their length.

Nearly every short comment that says "gay" is an insult, and a network learns that the word is one.
Dixon and others (see identity.py) add harmless text until no term stands in more toxic texts than
others of their length do. That text is made as Garg and others make theirs ("Counterfactual
fairness in text classification through robustness", AIES 2019): one group's name stands in place of
another's.
"""

import numpy as np

from moderation.scoring.labels import LABELS
from moderation.training.dataset import Rows
from moderation.training.identity import TERM, rows_per_term

LENGTHS = (10, 20, 50, 100)
"""Words: the bounds between comments that are compared."""


def even_out_terms(rows: Rows, seed: int) -> Rows:
    """Return the rows and, for each term that is toxic too often, harmless ones that name it.

    Compared are comments as they were written. A harmless one is used once for a term at most, so
    where few speak of anybody the share of toxic ones stays higher.
    """
    toxic = rows.labels[:, 0]
    comments = np.isin(rows.forms, ["raw", "lower"]) & ~np.isnan(toxic)
    harmless = (rows.labels[:, : len(LABELS)] == 0).all(axis=1)
    length = np.digitize([len(text.split()) for text in rows.texts], LENGTHS)
    standing = rows_per_term(rows.texts)
    names_some = np.any([*standing.values()], axis=0)
    dice = np.random.default_rng(seed)
    made, origins = [], []
    for alike in (comments & (length == each) for each in range(len(LENGTHS) + 1)):
        rate = np.sum(toxic[alike]) / max(1, np.sum(alike))
        for term, naming in standing.items():
            its = alike & naming
            missing = round(np.sum(toxic[its]) / rate - np.sum(its)) if rate else 0
            givers = np.flatnonzero(alike & harmless & names_some & ~naming)
            chosen = dice.choice(givers, min(max(0, missing), len(givers)), replace=False)
            made += [_exchanged(rows.texts[row], term, dice) for row in chosen.tolist()]
            origins += chosen.tolist()
    return rows.with_more(made, rows.labels[origins], "exchanged")


def _exchanged(text: str, term: str, dice: np.random.Generator) -> str:
    places = [match.span() for match in TERM.finditer(text)]
    start, end = places[dice.integers(len(places))]
    return text[:start] + term + text[end:]
