"""The scorer that this process serves with, loaded once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from flask import Flask, current_app

from moderation.scoring.artefact import ArtefactError, find_artefact, load_artefact
from moderation.scoring.counted import Counted
from moderation.scoring.deadline import Deadline
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.scoring.scorer import Scorer, ScorerUnavailable, Scores
from moderation.settings import Settings

KEY = "scorer"
CARD = "scorer_card"
DEADLINE = "scorer_deadline"
_loading = threading.Lock()

log = structlog.get_logger()


class NoScorer:
    """Stands in while the artefact cannot be loaded: what comes in is held, not lost."""

    version = "none"

    def score(self, texts: Sequence[str]) -> list[Scores | None]:
        """Raise ScorerUnavailable."""
        raise ScorerUnavailable("the model could not be loaded")


def init_app(app: Flask, settings: Settings, scorer: Scorer | None) -> None:
    """Serve with `scorer`, or with the shipped artefact, loaded when first needed."""
    app.extensions[KEY] = scorer
    app.config["SCORER_FROM"] = (settings.models, settings.scorer_timeout)


def current_scorer() -> Scorer:
    """This process's scorer. Raises ArtefactError if the artefact is missing or damaged."""
    with _loading:
        if current_app.extensions[KEY] is None:
            models, timeout = current_app.config["SCORER_FROM"]
            artefact = load_artefact(find_artefact(models))
            deadline = Deadline(OnnxScorer(artefact), timeout)
            current_app.extensions[CARD] = artefact.card
            current_app.extensions[DEADLINE] = deadline
            current_app.extensions[KEY] = Counted(deadline)
        scorer: Scorer = current_app.extensions[KEY]
        return scorer


def let_scorer_go() -> None:
    """Give back the memory of a scorer that was loaded here; the next one is loaded anew."""
    with _loading:
        deadline: Deadline | None = current_app.extensions.pop(DEADLINE, None)
        if deadline is not None:
            deadline.end()
            current_app.extensions[KEY] = None


def scorer_is_stuck(app: Flask) -> bool:
    """Whether this process's scorer hangs, so that nothing is scored here any more."""
    deadline: Deadline | None = app.extensions.get(DEADLINE)
    return deadline is not None and deadline.is_stuck


def current_card() -> Mapping[str, Any] | None:
    """The card of the artefact that serves, once it is loaded; None for a scorer handed in."""
    card: Mapping[str, Any] | None = current_app.extensions.get(CARD)
    return card


def scorer_or_stand_in() -> Scorer:
    """This process's scorer; one that is never available if the artefact cannot be loaded."""
    try:
        return current_scorer()
    except ArtefactError as error:
        log.error("no_scorer", do=str(error))
        return NoScorer()
