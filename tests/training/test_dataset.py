"""Reading data, keeping some for validation, and sequence vectors."""

import numpy as np
import pytest

from moderation.scoring.labels import LABELS
from moderation.training.config import ConfigError, TrainingConfig, read_config
from moderation.training.dataset import (
    Rows,
    join_some,
    natural_weights,
    split,
)
from moderation.training.near_duplicates import group, shares
from moderation.training.sequences import make_sequences
from moderation.training.vectors import learn_vocabulary

CONFIG = TrainingConfig(validation=0.3)


def rows_of(texts, toxic=None, forms=None):
    labels = np.zeros((len(texts), len(LABELS)), np.float32)
    labels[:, 0] = 0 if toxic is None else toxic
    return Rows(list(texts), labels, forms or ["raw"] * len(texts))


def split_of(rows, config=CONFIG):
    return split(rows, shares(rows.texts, group(rows.texts)), config)


def test_near_duplicates_never_straddle_the_split():
    texts = [f"{chr(97 + i % 26)}{chr(97 + i // 26)} story" for i in range(200)]
    parts = split_of(rows_of([*texts, *(f" {t.upper()}!! 42" for t in texts)]))
    letters = [
        {"".join(filter(str.isalpha, text.lower())) for text in side.texts}
        for side in (parts.train, parts.validation)
    ]
    assert not letters[0] & letters[1]
    assert 0.15 < len(parts.validation.texts) / 400 < 0.45


def test_only_comments_as_written_validate():
    texts = [f"comment {chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(200)]
    parts = split_of(rows_of(texts, forms=["raw", "lower"] * 100))
    assert set(parts.validation.forms) == {"raw"}
    assert len(parts.train.texts) + len(parts.validation.texts) < 200


def test_what_is_unwanted_or_unknown_is_neither_learned_from_nor_validated_on():
    texts = [f"comment {chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(200)]
    rows = rows_of(texts, forms=["raw", "clean"] * 100)
    rows.labels[::4] = np.nan
    parts = split_of(rows)
    assert set(parts.train.forms) == {"raw"}
    assert not np.isnan(parts.validation.labels).any()


def test_weights_restore_the_natural_rate():
    rows = rows_of([str(i) for i in range(100)], toxic=np.arange(100) < 30)
    weights = natural_weights(rows, 0.1)
    assert weights[:30].sum() / weights.sum() == pytest.approx(0.1)


def test_joined_comments_have_the_labels_of_both():
    rows = rows_of(["good", "bad"], toxic=[0, 1])
    rows.labels[0, 1] = np.nan
    joined = join_some(rows, 50.0, 1)
    for text, labels in zip(joined.texts[2:], joined.labels[2:], strict=True):
        assert labels[0] == ("bad" in text)
        assert np.isnan(labels[1]) == ("good" in text)


def test_sequences_are_made_once_and_found_again(tmp_path, monkeypatch):
    texts = ["the old bridge", "Привет", "the garden"]
    tokeniser = learn_vocabulary(texts * 3, 60).tokeniser
    made = make_sequences(texts, tokeniser, tmp_path)
    assert made.lengths[1] == 0
    monkeypatch.setattr(type(tokeniser), "read", None)  # it would fail if it were called
    found = make_sequences(texts, tokeniser, tmp_path)
    assert [list(ids) for ids in found] == [list(ids) for ids in made]


def test_other_texts_make_other_sequences(tmp_path):
    tokeniser = learn_vocabulary(["the old bridge"] * 3, 60).tokeniser
    make_sequences(["the old"], tokeniser, tmp_path)
    make_sequences(["the bridge"], tokeniser, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("epochs = 0", "epochs must be at least 1"),
        ("epochs = 'many'", "epochs must be a int"),
        ("speed = 3", "no setting speed"),
        ("dropout = 1.5", "dropout must be"),
        ("validation = 0", "validation must lie between"),
        ("= 3", "recipe.toml"),
    ],
)
def test_a_bad_configuration_is_explained(tmp_path, content, complaint):
    path = tmp_path / "recipe.toml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=complaint):
        read_config(path)


def test_a_configuration_changes_what_it_names(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text('epochs = 2\ntext_forms = ["raw"]\nlearning_rate = 1\n')
    config = read_config(path)
    assert (config.epochs, config.text_forms, config.learning_rate) == (2, ("raw",), 1.0)
    assert config.units == TrainingConfig().units
