"""The scorer that serves: ONNX Runtime on one verified artefact."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT, Artefact
from moderation.scoring.labels import LABELS
from moderation.scoring.scorer import ScorerUnavailable, Scores
from moderation.text.language import foreign_language
from moderation.text.tokens import windows


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
        # The worst window counts, so that abuse at the end of a long comment is not averaged away.
        # Windows go one by one: ONNX Runtime's LSTM gains nothing from a batch, and nothing is
        # padded, so a comment's score cannot depend on its neighbours.
        worst = np.max([self._run(window) for window in windows(ids)], axis=0)
        return dict(zip(LABELS, worst.tolist(), strict=True))

    def _run(self, window: Sequence[int]) -> npt.NDArray[np.float32]:
        batch = {NETWORK_INPUT: np.asarray([window], dtype=np.int32)}
        (scores,) = self._artefact.network.run([NETWORK_OUTPUT], batch)
        return np.asarray(scores[0], dtype=np.float32)
