"""The card: what the model is, in one JSON file. `card_page` tells the same to people."""

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moderation.scoring.artefact import CARD, HASHED_FILES, file_hash, sealed, verified_card
from moderation.scoring.labels import LABELS
from moderation.training.card_page import render
from moderation.training.section import Section

MODEL_CARD = "MODEL_CARD.md"
CLEANING_TRIALS = Path(__file__).with_name("cleaning_trials.json")


def write_card(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write `card.json` and `MODEL_CARD.md` beside the files of `folder` and return the card.

    To `facts` come the time, the files' hashes and the versions of the libraries.
    """
    card = {
        "version": folder.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "labels": list(LABELS),
        "files": {name: file_hash(folder / name) for name in HASHED_FILES},
        "libraries": {"python": platform.python_version()}
        | {name: version(name) for name in ("tensorflow", "keras", "onnx", "tokenizers", "ftfy")},
        "cleaning": json.loads(CLEANING_TRIALS.read_text(encoding="utf-8")),
        **facts,
    }
    _save(folder, card)
    return card


def record_evaluation(folder: Path, evaluation: Mapping[str, Any]) -> None:
    """Add one evaluation on data the model never saw to the log in the card of `folder`."""
    card = verified_card(folder)
    tests = [*card["metrics"].get("tests", []), {"version": card["version"], **evaluation}]
    _save(folder, {**card, "metrics": card["metrics"] | {"tests": tests}})


def carry_tests_over(earlier: Path, folder: Path) -> int:
    """Put the log of tests in the card of the version `earlier` before that of `folder`.

    A test that stands in both is kept once. Returns how many the earlier log holds. Raises
    ArtefactError.
    """
    card, before = verified_card(folder), verified_card(earlier)["metrics"].get("tests", [])
    since = [test for test in card["metrics"].get("tests", []) if test not in before]
    _save(folder, {**card, "metrics": card["metrics"] | {"tests": before + since}})
    return len(before)


def record_suite(folder: Path, suite: str, figures: Mapping[str, Any]) -> None:
    """Put a suite's figures into the card of `folder`, in the place of earlier ones."""
    card = verified_card(folder)
    _save(folder, {**card, "metrics": card["metrics"] | {suite: figures}})


def record_section(folder: Path, name: str, section: Section) -> None:
    """Put a section that was measured elsewhere into the card of `folder`."""
    _save(folder, {**verified_card(folder), name: section.as_json()})


def _save(folder: Path, card: Mapping[str, Any]) -> None:
    text = sealed(card)
    (folder / CARD).write_text(text, encoding="utf-8")
    (folder / MODEL_CARD).write_text(render(json.loads(text)), encoding="utf-8")
