"""A training run that may be cut off: what it needs to go on is kept after each epoch."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from moderation.training.terminal import console

Weights = list[npt.NDArray[np.floating[Any]]]


class Kept:
    """The state of one run in a folder of its own, or nowhere when `folder` is None.

    On opening, a run that was cut off is put back: the network, the optimizer, the history and the
    weights of the best epoch.
    """

    def __init__(
        self,
        folder: Path | None,
        network: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        key: str,
    ) -> None:
        self.history: list[dict[str, float]] = []
        self.best: Weights = network.get_weights()
        self._folder = folder / f"run-{key}" if folder else None
        self._state = [*network.variables, *optimizer.variables]
        if self._folder and (self._folder / "history.json").exists():
            self._put_back(self._folder)

    def save(self, history: list[dict[str, float]], best: Weights) -> None:
        """Keep the run as it stands after an epoch; the history, written last, makes it valid."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        np.savez(self._folder / f"best-{len(history)}.npz", *best)
        np.savez(
            self._folder / f"state-{len(history)}.npz",
            *map(keras.ops.convert_to_numpy, self._state),
        )
        written = self._folder / "history.new"
        written.write_text(json.dumps(history), encoding="utf-8")
        written.replace(self._folder / "history.json")
        for old in self._folder.glob(f"*-{len(history) - 1}.*"):
            old.unlink()

    def _put_back(self, folder: Path) -> None:
        self.history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
        done = len(self.history)
        for variable, value in zip(self._state, _arrays(folder / f"state-{done}.npz"), strict=True):
            variable.assign(value)
        self.best = _arrays(folder / f"best-{done}.npz")
        console.print(f"going on after epoch {done}")


def _arrays(path: Path) -> Weights:
    with np.load(path, allow_pickle=False) as arrays:
        return list(arrays.values())
