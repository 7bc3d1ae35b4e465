"""Plots of a comparison as SVG: training curves; per class ROC, precision and recall, reliability.

Files are the same for the same figures: no date, ids from a fixed salt, text as text.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from moderation.scoring.labels import LABELS
from moderation.training.compare import Comparison, Result
from moderation.training.metrics import Floats

MOST_POINTS = 200
"""of a curve: more cannot be seen"""
BINS = 10
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "evenkeel",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "lines.linewidth": 1.4,
}
# Told apart in grey and by the colour-blind too: by dash as well as by colour (Okabe and Ito's).
_LINES = (("#E69F00", ":"), ("#009E73", "--"), ("#0072B2", "-"))


def write_plots(comparison: Comparison, folder: Path) -> list[Path]:
    """Write the four plots into `folder` and return their paths."""
    plots = {
        "training.svg": _training,
        "roc.svg": _each_class(_roc, "false positives", "true positives"),
        "precision-recall.svg": _each_class(_precision_recall, "recall", "precision"),
        "reliability.svg": _each_class(_reliability, "score", "observed rate"),
    }
    with matplotlib.rc_context(_STYLE):
        for name, draw in plots.items():
            draw(comparison).savefig(folder / name, metadata={"Date": None})
    return [folder / name for name in plots]


def _training(comparison: Comparison) -> Figure:
    figure = Figure((7, 2.8), layout="constrained")
    for axes, key, title in zip(
        figure.subplots(1, 2), ("loss", "auc"), ("training loss", "validation AUC"), strict=True
    ):
        for result, (color, dashes) in zip(comparison.results, _LINES, strict=True):
            values = [past[key] for past in result.history]
            epochs = range(1, len(values) + 1)
            axes.plot(epochs, values, color=color, linestyle=dashes, marker=".", label=result.name)
        axes.set(xlabel="epoch", title=title, xticks=range(1, comparison.about["epochs"] + 1))
    axes.legend(frameon=False)
    return figure


def _each_class(
    draw: Callable[[Axes, Floats, Floats, Floats, dict[str, Any]], None], across: str, up: str
) -> Callable[[Comparison], Figure]:
    """A function that draws a panel for each class, with a line for each network."""

    def drawn(comparison: Comparison) -> Figure:
        figure = Figure((8, 5.2), layout="constrained")
        panels = figure.subplots(2, 3, sharex=True, sharey=True)
        for column, (label, axes) in enumerate(zip(LABELS, panels.flat, strict=True)):
            for result, (color, dashes) in zip(comparison.results, _LINES, strict=True):
                look = {"color": color, "linestyle": dashes, "label": result.name}
                draw(axes, *_known(comparison, result, column), look)
            axes.set(title=label)
        figure.supxlabel(across)
        figure.supylabel(up)
        panels.flat[0].legend(frameon=False)
        return figure

    return drawn


def _known(comparison: Comparison, result: Result, column: int) -> tuple[Floats, Floats, Floats]:
    """Labels, scores and weights of one class, highest score first."""
    labels, scores = comparison.labels[:, column], result.scores[:, column]
    rows = np.flatnonzero(~np.isnan(labels) & ~np.isnan(scores))
    rows = rows[np.argsort(-scores[rows], kind="stable")]
    return labels[rows], scores[rows], comparison.weights[rows]


def _roc(axes: Axes, labels: Floats, scores: Floats, weights: Floats, look: dict[str, Any]) -> None:
    right, wrong = np.cumsum(weights * (labels == 1)), np.cumsum(weights * (labels == 0))
    few = _few(len(labels))
    axes.plot(wrong[few] / max(wrong[-1], 1e-12), right[few] / max(right[-1], 1e-12), **look)


def _precision_recall(
    axes: Axes, labels: Floats, scores: Floats, weights: Floats, look: dict[str, Any]
) -> None:
    right, all_found = np.cumsum(weights * (labels == 1)), np.cumsum(weights)
    few = _few(len(labels))
    axes.plot(right[few] / max(right[-1], 1e-12), right[few] / all_found[few], **look)


def _reliability(
    axes: Axes, labels: Floats, scores: Floats, weights: Floats, look: dict[str, Any]
) -> None:
    """Mean score against observed rate in equal bins; the diagonal is a score that means itself."""
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.6)
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    total = np.bincount(bins, weights, BINS)
    filled = total > 0
    mean_score = np.bincount(bins, weights * scores, BINS)[filled] / total[filled]
    rate = np.bincount(bins, weights * labels, BINS)[filled] / total[filled]
    axes.plot(mean_score, rate, marker=".", **look)


def _few(count: int) -> Any:
    """At most MOST_POINTS places, more of them at the start, where curves bend."""
    return np.unique(np.geomspace(1, count, MOST_POINTS).astype(int)) - 1
