"""The scorer that serves: ONNX Runtime on one verified artefact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT, Artefact
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import ScorerUnavailable, Scores
from moderation.text.language import foreign_language

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import onnxruntime

TOGETHER = 4
"""windows in one run of the network: each takes a quarter less time than alone"""


class OnnxScorer:
    """Scores comments with the network of one artefact."""

    def __init__(self, artefact: Artefact) -> None:
        self._artefact = artefact

    @property
    def version(self) -> str:
        """The artefact's version."""
        return self._artefact.version

    def score(self, texts: Sequence[str]) -> list[Scores | None]:
        """Score each text by itself; None where it cannot be read or is not in English.

        Raises ScorerUnavailable when the runtime fails.
        """
        try:
            read = [self._read(text) for text in texts]
            found = score_ids(self._artefact.network, [ids for ids in read if ids]).tolist()
        except Exception as error:  # whatever the runtime raises, the comment must be held
            raise ScorerUnavailable(f"the network failed: {type(error).__name__}") from error
        scores = (dict(zip(LABELS, of_text, strict=True)) for of_text in found)
        return [next(scores) if ids else None for ids in read]

    def _read(self, text: str) -> Sequence[int] | None:
        ids = self._artefact.tokeniser.read(text)
        return None if ids is None or foreign_language(text) else ids


def score_ids(
    network: onnxruntime.InferenceSession, texts: Sequence[Sequence[int]]
) -> npt.NDArray[np.float32]:
    """Return the scores (texts, 6) of tokenised texts, as `batches.score_windows` says."""
    # Not above, for numpy: the job worker seldom scores.
    from moderation.scoring.batches import score_windows

    return score_windows(
        texts, lambda ids: network.run([NETWORK_OUTPUT], {NETWORK_INPUT: ids})[0], TOGETHER
    )
