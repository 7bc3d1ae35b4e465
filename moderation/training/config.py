"""What a training run is made of; written into the card of what comes out."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any


class ConfigError(Exception):
    """A configuration that no run can be made of."""


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe. The defaults are today's best; a card holds those of its model. A TOML file may
    change any of them.
    """

    seed: int = 20261101
    vectors: str = "minilm"
    """learned | minilm | minilm:FOLDER | fasttext:FILE.vec"""
    beside: str = ""
    """a file of word vectors to stand beside MiniLM's: fastText's .vec, or wink's .json"""
    whole_words: int = 3
    """how often a word must come in the comments to be a token of its own, where MiniLM's pieces
    lack it; 0 for never"""
    vocabulary: int = 20_000
    """tokens of a learned vocabulary (of no effect with ready vectors)"""
    text_forms: tuple[str, ...] = ("raw", "lower")
    """the forms of text to learn from; see the data's own notes on what `clean` rows lost"""
    validation: float = 0.12
    """share of the near-duplicate groups of comments as written that is kept for validation"""
    natural_rate: float = 0.0958
    """share of toxic comments where they are not over-sampled; validation is weighted to it"""
    joined: float = 0.15
    """how many pairs of comments run together to add, as a share of the rows"""
    disguised: float = 0.1
    """how many comments with words disguised to add, as a share of the rows"""
    even_terms: bool = True
    """add harmless comments, and fragments, that name a group, until it is no more often toxic than
    others"""
    even_words: bool = True
    """add harmless sentences with the words that are toxic in short comments alone"""
    teaching: float = 0.5
    """how much of a label that is known comes from the teachers, if there are any"""
    states: float = 0.1
    """how much the difference from a teacher's states weighs beside the labels, if there are any"""
    tokens: int = 256
    """longest stretch that is learned from: of a longer comment, its head and its tail"""
    tail: int = 64
    """how many of those tokens are the tail's"""
    projection: int = 128
    units: tuple[int, ...] = (86, 54)
    """units of each bidirectional LSTM, the first at the words"""
    hidden: int = 64
    bag: float = 0.3
    """how much of a served logit comes from the bag of words"""
    word_dropout: float = 0.2
    dropout: float = 0.2
    epochs: int = 5
    batch: int = 256
    learning_rate: float = 0.003
    review_precision: float = 0.7
    """least precision on validation of a review threshold"""

    def __post_init__(self) -> None:
        """Raise ConfigError for values that cannot be meant."""
        for name in ("epochs", "batch", "tokens", "projection", "hidden", "vocabulary"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1")
        if not self.units or not all(isinstance(n, int) and n > 0 for n in self.units):
            raise ConfigError("units must list at least one number, each at least 1")
        for name in ("validation", "natural_rate", "review_precision"):
            if not 0 < getattr(self, name) < 1:
                raise ConfigError(f"{name} must lie between 0 and 1")
        for name in ("word_dropout", "dropout", "joined", "disguised", "bag"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 0 and below 1")
        if not 0 <= self.teaching <= 1:
            raise ConfigError("teaching must lie within 0 and 1")
        if not 0 <= self.tail < self.tokens:
            raise ConfigError("tail must be at least 0 and below tokens")
        if self.whole_words < 0:
            raise ConfigError("whole_words must be at least 0")
        if self.states < 0:
            raise ConfigError("states must be at least 0")
        if self.learning_rate <= 0:
            raise ConfigError("learning_rate must be above 0")


def chosen_config(path: Path | None, options: Mapping[str, Any]) -> TrainingConfig:
    """Return the file's settings, or the defaults, with the options that are not None in place."""
    config = read_config(path) if path else TrainingConfig()
    given = {name: value for name, value in options.items() if value is not None}
    return with_values(config, given, "options")


def read_config(path: Path) -> TrainingConfig:
    """Read a TOML file whose keys are fields of TrainingConfig; raise ConfigError if it is not."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return with_values(TrainingConfig(), values, str(path))


def with_values(config: TrainingConfig, values: dict[str, Any], origin: str) -> TrainingConfig:
    """Return `config` with `values` in place; raise ConfigError for a wrong name or type."""
    known = {field.name: getattr(config, field.name) for field in fields(config)}
    checked = {}
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"{origin}: there is no setting {name}; known are {', '.join(known)}")
        wanted = type(known[name])
        if wanted is tuple and isinstance(value, list):
            value = tuple(value)
        if wanted is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, wanted):
            raise ConfigError(f"{origin}: {name} must be a {wanted.__name__}, not {value!r}")
        checked[name] = value
    return replace(config, **checked)
