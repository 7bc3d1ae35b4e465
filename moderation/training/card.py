"""The card: what the model is, in one JSON file, and the same for people."""

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moderation.scoring.artefact import CARD, HASHED_FILES, file_hash, seal
from moderation.scoring.labels import LABELS

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


def record_evaluation(folder: Path, card: Mapping[str, Any], evaluation: Mapping[str, Any]) -> None:
    """Add one evaluation on data the model never saw to the card, and seal it again."""
    metrics = card["metrics"] | {"tests": [*card["metrics"].get("tests", []), evaluation]}
    _save(folder, {**card, "metrics": metrics})


def render(card: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    validation = card["metrics"]["validation"]
    lines = [
        f"# Model card: {card['version']}",
        "",
        "Generated from `card.json`. Scores comments on six classes of abuse; "
        "a score is meant as a probability at the natural rate of abuse.",
        "",
        "## Licence",
        "",
        card["licence"],
        "",
        "## Data",
        "",
        *_table(
            ("File", "What", "Rows", "Licence", "SHA-256"),
            [(s["file"], s["kind"], s["rows"], s["licence"], s["sha256"]) for s in card["sources"]],
        ),
        "",
        f"Trained on {card['rows']['train']:,} rows, validated on {card['rows']['validation']:,}; "
        "near-duplicates never straddle the two. Validation rows are weighted to a natural rate of "
        f"{card['recipe']['natural_rate']:.1%} toxic comments.",
        "",
        f"Word vectors: {card['vectors']['origin']}"
        + (f" ({card['vectors']['licence']})." if card["vectors"]["licence"] else "."),
        "",
        "## Figures on validation",
        "",
        f"Mean AUC {validation['mean_auc']:.4f} on {validation['n']:,} comments, as served "
        "(cleaned, in windows, ONNX).",
        "",
        *_figures(validation, card["thresholds"]["review"], card["thresholds"]["at_review"]),
        "",
        card["thresholds"]["why"],
        f"Together they hold {card['thresholds']['queue']:.1%} of all comments.",
        "",
        "## Calibration",
        "",
        card["calibration"]["how"],
        "",
        "## Figures on test data",
        "",
    ]
    for test in card["metrics"].get("tests", []):
        lines += [
            f"{test['date']}, {test['file']} (SHA-256 `{test['sha256']}`): mean AUC "
            f"{_figure(test['mean_auc'])} on {test['n']:,} comments; "
            f"{test['unreadable']} could not be read and are left out.",
            "",
            *_figures(test),
            "",
        ]
    lines += [
        "## Cleaning, by measurement",
        "",
        card["cleaning"]["how"],
        "",
        *_table(
            ("Variant", "AUC, comments as written", "AUC, disguised comments", "Decision"),
            [
                (t["variant"], _figure(t["clean"]), _figure(t["disguised"]), t["decision"])
                for t in card["cleaning"]["trials"]
            ],
        ),
        "",
        "## Recipe",
        "",
        *_table(("Setting", "Value"), [(k, v) for k, v in card["recipe"].items()]),
        "",
        *_table(
            ("Epoch", "Loss", "Validation AUC"),
            [
                (i, _figure(h["loss"]), _figure(h["auc"]))
                for i, h in enumerate(card["history"], start=1)
            ],
        ),
        "",
        "Libraries: " + ", ".join(f"{name} {v}" for name, v in card["libraries"].items()) + ".",
        "",
        "## Limits",
        "",
        *(f"- {limit}" for limit in card["limits"]),
        "",
    ]
    return "\n".join(lines)


def _save(folder: Path, card: Mapping[str, Any]) -> None:
    sealed = {**card, "seal": seal(card)}
    text = json.dumps(sealed, indent=1, ensure_ascii=False)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")
    (folder / MODEL_CARD).write_text(render(json.loads(text)), encoding="utf-8")


def _figures(
    report: Mapping[str, Any],
    thresholds: Mapping[str, float] | None = None,
    at_threshold: Mapping[str, Mapping[str, float]] | None = None,
) -> list[str]:
    heads = ["Class", "AUC", "Average precision", "Calibration error"]
    if thresholds and at_threshold:
        heads += ["Review from", "Precision there", "Recall there"]
    rows = []
    for label, figures in report["classes"].items():
        row = [label, *(_figure(figures[key]) for key in ("auc", "average_precision", "ece"))]
        if thresholds and at_threshold:
            there = at_threshold[label]
            row += [
                _figure(thresholds[label]),
                _figure(there["precision"]),
                _figure(there["recall"]),
            ]
        rows.append(tuple(row))
    return _table(tuple(heads), rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    return [
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows),
    ]
