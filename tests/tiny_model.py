"""A model small enough to train in a test, on comments made up here."""

import csv
import random
from pathlib import Path

from moderation.scoring.labels import LABELS
from moderation.training.config import TrainingConfig

TINY = TrainingConfig(
    seed=3, vectors="learned", vocabulary=300, projection=8, units=(6, 4), hidden=8,
    epochs=8, batch=32, learning_rate=0.02, validation=0.3,
)  # fmt: skip

_SUBJECTS = ("the harbour", "this recipe", "your article", "our garden", "the old bridge", "my bus")
_KIND = ("I like {} very much", "thank you for {}", "could somebody explain {}", "{} was repaired")
_RUDE = ("you stupid idiot, {} is rubbish", "shut up about {} you moron", "damn fool, leave {} be")
_EXTRA = {
    "severe_toxic": "you filthy bastard scum",
    "obscene": "what a load of crap",
    "threat": "I will burn your house",
    "insult": "stupid idiot",
    "identity_hate": "your whole people should leave",
}


def made_up_comments(count: int, seed: int = 1) -> list[dict[str, str]]:
    """Comments with labels, as the rows of a CSV file; every class has some of both kinds."""
    dice = random.Random(seed)
    rows = []
    for number in range(count):
        rude = number % 3 == 0
        text = dice.choice(_RUDE if rude else _KIND).format(dice.choice(_SUBJECTS))
        labels = dict.fromkeys(LABELS, "0")
        if rude:
            labels["toxic"] = "1"
            for label, words in _EXTRA.items():
                if dice.random() < 0.4:
                    text, labels[label] = f"{text}, {words}", "1"
        end = dice.choice(("", ".", "!", " :-)")) + f" ({dice.choice('abcdefghij')}{number})"
        rows.append({"id": str(number), "comment_text": text + end, **labels})
    return rows


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as the CSV file that the commands read, and return its path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def train_tiny(folder: Path, version: str = "1.0") -> Path:
    """Train the tiny model into `folder`, like `models/`, and return the version's folder."""
    from moderation.training.recipe import train

    data = write_csv(folder.parent / "train.csv", made_up_comments(400))
    return train([data], TINY, folder / version, None).folder
