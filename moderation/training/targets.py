"""What a comment may be known to be: the six labels, and what other schemes say of it.

The others share the network and are never served: they teach it words of other places without
pretending that one scheme's "offensive" is another's "toxic" (Caruana, "Multitask Learning", 1997).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from moderation.scoring.labels import LABELS

OTHERS = ("tweet_hate", "tweet_offensive", "group_harm", "offensiveness")
"""The shares of annotators who called a tweet hate, and hate or offensive (Davidson and others,
2017); the harm of a statement on a group (ToxiGen, 1-5 as 0-1); the offensiveness of a Reddit
comment (Ruddit, -1-1 as 0-1).
"""

TARGETS = LABELS + OTHERS

Floats = npt.NDArray[np.floating[Any]]


def only_labels(labels: Floats) -> npt.NDArray[np.float32]:
    """The six labels (rows, 6) as targets (rows, len(TARGETS)), of which nothing else is known."""
    return np.pad(
        labels.astype(np.float32), ((0, 0), (0, len(OTHERS))), constant_values=np.float32(np.nan)
    )


def only_others(**known: Any) -> npt.NDArray[np.float32]:
    """What other schemes say, each named with its values (rows,), as targets."""
    rows = len(next(iter(known.values())))
    targets = np.full((rows, len(TARGETS)), np.nan, np.float32)
    for name, values in known.items():
        targets[:, TARGETS.index(name)] = values
    return targets
