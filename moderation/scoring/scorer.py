"""What the rest of the house knows of a scorer."""

from collections.abc import Mapping, Sequence
from typing import Protocol

Scores = Mapping[str, float]


class Scorer(Protocol):
    """Scores comments on the six classes."""

    @property
    def version(self) -> str:
        """The version of the model, stored beside every score."""
        ...

    def score(self, texts: Sequence[str]) -> list[Scores | None]:
        """Return, for each text, a probability per label, or None where the model cannot read it.

        None is never a low score: such a comment is for a human.
        Raises ScorerUnavailable when no scores could be made.
        """
        ...


class ScorerUnavailable(Exception):
    """No scores could be made now; the comments are to be held and tried again."""
