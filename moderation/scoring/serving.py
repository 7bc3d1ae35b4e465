"""The scorer that this process serves with, loaded once."""

from __future__ import annotations

import threading

from flask import Flask, current_app

from moderation.scoring.artefact import find_artefact, load_artefact
from moderation.scoring.deadline import Deadline
from moderation.scoring.onnx_scorer import OnnxScorer
from moderation.scoring.scorer import Scorer
from moderation.settings import Settings

KEY = "scorer"
_loading = threading.Lock()


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
            current_app.extensions[KEY] = Deadline(OnnxScorer(artefact), timeout)
        scorer: Scorer = current_app.extensions[KEY]
        return scorer
