"""The scorer that serves: ONNX Runtime on one verified artefact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT, Artefact
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import ScorerUnavailable, Scores
from moderation.text.language import foreign_language
from moderation.text.tokens import windows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import onnxruntime


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
            return [self._score_one(text) for text in texts]
        except Exception as error:  # whatever the runtime raises, the comment must be held
            raise ScorerUnavailable(f"the network failed: {type(error).__name__}") from error

    def _score_one(self, text: str) -> Scores | None:
        ids = self._artefact.tokeniser.read(text)
        if ids is None or foreign_language(text):
            return None
        return dict(zip(LABELS, score_ids(self._artefact.network, ids).tolist(), strict=True))


def score_ids(network: onnxruntime.InferenceSession, ids: Sequence[int]) -> npt.NDArray[np.float32]:
    """Return the six scores of one tokenised text, of each class that of the worst window.

    So abuse at the end of a long comment is not averaged away. Windows go one by one: nothing is
    padded, and int8 scales its numbers by what stands in one run, so a comment's score cannot
    depend on its neighbours.
    """
    import numpy as np  # not above: the job worker seldom scores

    batches = [np.asarray([window], dtype=np.int32) for window in windows(ids)]
    found = [network.run([NETWORK_OUTPUT], {NETWORK_INPUT: batch})[0][0] for batch in batches]
    return np.asarray(np.max(found, axis=0), dtype=np.float32)
