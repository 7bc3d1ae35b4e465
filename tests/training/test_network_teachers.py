"""Networks as teachers: MiniLM reads as BERT does, and both answer out of fold."""

import json
import math
from dataclasses import replace

import keras
import numpy as np
import pytest

from moderation.scoring.labels import LABELS
from moderation.training import folds, network_teacher
from moderation.training.config import TrainingConfig
from moderation.training.minilm import HEADS, build_minilm
from moderation.training.soft_labels import ask_teachers, kind_of
from moderation.training.states import ask_states
from moderation.training.table import build_table, load_table, save_table
from moderation.training.vectors import learn_vocabulary
from tests.tiny_model import made_up_comments, write_csv

WIDTH, LAYERS = 2 * HEADS, 2


@pytest.fixture(scope="module")
def minilm(tmp_path_factory):
    """A folder like the package's: pieces that spell anything, and small weights made at random."""
    from safetensors.numpy import save_file

    folder = tmp_path_factory.mktemp("minilm")
    pieces = learn_vocabulary([row["comment_text"] for row in made_up_comments(200)], 300)
    tokens = pieces.tokeniser.tokens
    dice = np.random.default_rng(5)

    def some(*shape, around=0.0):
        return (around + 0.3 * dice.normal(size=shape)).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": some(len(tokens), WIDTH),
        "embeddings.position_embeddings.weight": some(512, WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
    }
    norms, dense = ["embeddings.LayerNorm"], {}
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            dense[f"{layer}.attention.{part}"] = (WIDTH, WIDTH)
        dense[f"{layer}.intermediate.dense"] = (3 * WIDTH, WIDTH)
        dense[f"{layer}.output.dense"] = (WIDTH, 3 * WIDTH)
    for name in norms:
        weights |= {f"{name}.weight": some(WIDTH, around=1), f"{name}.bias": some(WIDTH)}
    for name, shape in dense.items():
        weights |= {f"{name}.weight": some(*shape), f"{name}.bias": some(shape[0])}
    save_file(weights, folder / "model.safetensors")
    vocabulary = {token: number for number, token in enumerate(tokens)}
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    return folder, tokens, weights


def read_as_bert(weights, ids):
    """The mean of what BERT's last layer says of one text, written out from its paper."""

    def dense(name, inputs):
        return inputs @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normal(name, inputs):
        centred = inputs - inputs.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def by_head(inputs):
        return inputs.reshape(len(ids), HEADS, -1).transpose(1, 0, 2)

    states = normal(
        "embeddings.LayerNorm",
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0],
    )
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            by_head(dense(f"{layer}.attention.self.{part}", states))
            for part in ("query", "key", "value")
        )
        weight = np.exp(query @ key.transpose(0, 2, 1) / math.sqrt(WIDTH // HEADS))
        seen = (weight / weight.sum(axis=-1, keepdims=True)) @ value
        seen = dense(f"{layer}.attention.output.dense", seen.transpose(1, 0, 2).reshape(-1, WIDTH))
        states = normal(f"{layer}.attention.output.LayerNorm", states + seen)
        inner = dense(f"{layer}.intermediate.dense", states)
        inner = inner * (1 + np.vectorize(math.erf)(inner / math.sqrt(2))) / 2
        states = normal(f"{layer}.output.LayerNorm", states + dense(f"{layer}.output.dense", inner))
    return states.mean(axis=0)


def test_minilm_reads_as_bert_does_and_padding_changes_nothing(minilm):
    folder, tokens, weights = minilm
    network = build_minilm(folder, tokens, 1)
    kernel, bias = network.layers[-1].get_weights()
    ids = np.array([[5, 9, 80, 7, 21, 60], [12, 33, 4, 0, 0, 0]], np.int32)
    said = network.predict_on_batch(ids)
    for row, length in ((0, 6), (1, 3)):
        logit = read_as_bert(weights, ids[row, :length]) @ kernel + bias
        np.testing.assert_allclose(said[row], 1 / (1 + np.exp(-logit)), rtol=1e-4)


@pytest.mark.parametrize(
    ("kind", "precision"),
    [("minilm", "float32"), ("minilm", "mixed_bfloat16"), ("lstm", "float32")],
)
def test_a_network_teaches_what_it_learned_from_other_rows(
    minilm, tmp_path, flask_model, kind, precision, monkeypatch
):
    # Weights made at random have more to learn than real ones.
    longer = {"epochs": 15, "learning_rate": 0.003}
    monkeypatch.setattr(network_teacher, "fine_tuning", lambda config: replace(config, **longer))
    data = write_csv(tmp_path / "train.csv", made_up_comments(240))
    save_table(build_table([data]), tmp_path / "table.parquet")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'vectors = "minilm:{minilm[0]}"\nwhole_words = 0\nprojection = 8\nunits = [6]\n'
        "hidden = 8\nepochs = 8\nbatch = 32\nlearning_rate = 0.02\nvalidation = 0.3\n"
    )
    out = tmp_path / "soft.parquet"
    result = flask_model(
        "teach", "--data", tmp_path / "table.parquet", "--kind", kind, "--precision", precision,
        "--config", recipe, "--cache", tmp_path / "kept", "--out", out,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert keras.config.dtype_policy().name == "float32"  # what comes after counts as before
    rows = load_table(tmp_path / "table.parquet").rows
    said = ask_teachers([out], rows.texts)
    assert said.shape == (len(rows.texts), len(LABELS))
    toxic = rows.labels[:, 0] == 1
    assert said[toxic, 0].mean() > said[~toxic, 0].mean() + 0.05


def test_minilm_reads_no_more_texts_at_once_than_memory_has_room_for(
    minilm, tmp_path, flask_model, monkeypatch
):
    at_once = []

    def seeing(self, ids):
        at_once.append(len(ids))
        return predicting(self, ids)

    predicting = keras.Model.predict_on_batch
    monkeypatch.setattr(keras.Model, "predict_on_batch", seeing)
    save_table(
        build_table([write_csv(tmp_path / "train.csv", made_up_comments(240))]), tmp_path / "table"
    )
    (tmp_path / "recipe.toml").write_text(f'vectors = "minilm:{minilm[0]}"\nvalidation = 0.3\n')
    result = flask_model(
        "teach", "--data", tmp_path / "table", "--kind", "minilm", "--cache", tmp_path / "kept",
        "--config", tmp_path / "recipe.toml", "--out", tmp_path / "soft.parquet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert max(at_once) == network_teacher.READ_AT_ONCE["minilm"]


def test_states_are_what_the_last_layer_says_on_the_mean_of_the_words(minilm):
    folder, tokens, weights = minilm
    network = build_minilm(folder, tokens, 1)
    texts = [np.array(ids, np.int32) for ids in ([5, 9, 80, 7, 21, 60], [12, 33, 4], [8])]
    states = network_teacher.states_of(network, texts)
    assert states.shape == (3, WIDTH)
    for state, ids in zip(states, texts, strict=True):
        np.testing.assert_allclose(state, read_as_bert(weights, ids), atol=4e-3)


def test_minilm_hands_over_its_states_of_what_has_no_labels(
    minilm, tmp_path, flask_model, monkeypatch
):
    monkeypatch.setattr(network_teacher, "fine_tuning", lambda config: replace(config, epochs=1))
    rows = made_up_comments(120)
    rows[0]["comment_text"] = "a garden, " * 40
    table = build_table([write_csv(tmp_path / "train.csv", rows)], fragments=200)
    save_table(table, tmp_path / "table.parquet")
    (tmp_path / "recipe.toml").write_text(
        f'vectors = "minilm:{minilm[0]}"\nvalidation = 0.3\nwhole_words = 0\n'
        "tokens = 16\ntail = 4\n"
    )
    out, states = tmp_path / "soft.parquet", tmp_path / "states.parquet"
    arguments = (
        "teach", "--data", tmp_path / "table.parquet", "--config", tmp_path / "recipe.toml",
        "--cache", tmp_path / "kept", "--out", out, "--states", states, "--kind", "minilm",
    )  # fmt: skip
    result = flask_model(*arguments, "--unlabelled")
    assert result.exit_code == 0, result.output
    assert kind_of(out) == "minilm --unlabelled --states states.parquet"
    known = ~np.isnan(ask_states(states, table.rows.texts))
    pieces = np.array([form == "fragment" for form in table.rows.forms])
    assert known.shape == (len(table.rows.texts), WIDTH)
    np.testing.assert_array_equal(known.all(axis=1), pieces)
    np.testing.assert_array_equal(known.any(axis=1), pieces)
    refused = flask_model(*arguments)
    assert refused.exit_code == 2
    assert "--states needs --kind minilm --unlabelled" in refused.output


@pytest.mark.parametrize("arguments", [("--unlabelled",), ()])
def test_a_network_that_teaches_learns_from_what_is_evened_out(
    minilm, tmp_path, flask_model, monkeypatch, arguments
):
    learned, every = [], network_teacher.make_sequences

    def seeing(texts, *others):
        learned.append([*texts])
        return every(texts, *others)

    def even_out(rows, config):
        return rows.with_more(["kill the process"], rows.labels[:1] * 0, "sentence")

    monkeypatch.setattr(network_teacher, "make_sequences", seeing)
    monkeypatch.setattr(network_teacher, "even_out", even_out)
    monkeypatch.setattr(network_teacher, "fine_tuning", lambda config: replace(config, epochs=1))
    table = build_table([write_csv(tmp_path / "train.csv", made_up_comments(60))], fragments=60)
    save_table(table, tmp_path / "table.parquet")
    (tmp_path / "recipe.toml").write_text(f'vectors = "minilm:{minilm[0]}"\nvalidation = 0.3\n')
    result = flask_model(
        "teach", "--data", tmp_path / "table.parquet", "--kind", "minilm", *arguments, "--config",
        tmp_path / "recipe.toml", "--cache", tmp_path / "kept", "--out", tmp_path / "soft.parquet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    _, _, *lessons = learned  # after all rows, and those that validate
    assert len(lessons) == (1 if arguments else 2)
    assert all(texts[-1] == "kill the process" and len(texts) > 5 for texts in lessons)


def test_no_row_is_answered_by_a_model_that_learned_from_it(tmp_path):
    table = build_table([write_csv(tmp_path / "train.csv", made_up_comments(300))])
    config, asked = TrainingConfig(validation=0.3), []

    def learn(known, answered):
        asked.append((known, answered))
        return np.full((len(known), len(LABELS)), float(len(asked)))

    logits = folds.out_of_fold(table, config, learn)
    kept = table.shares < config.validation
    assert len(asked) == folds.FOLDS
    assert not any((known & (answered | kept)).any() for known, answered in asked)
    assert np.all([answered[kept].all() for _, answered in asked])
    for number, (_, answered) in enumerate(asked, start=1):
        np.testing.assert_array_equal(logits[answered & ~kept], number)
    np.testing.assert_allclose(logits[kept], 2.0)  # the mean of 1, 2 and 3


def test_nobody_is_asked_for_rows_that_nothing_is_learned_from(tmp_path):
    made = build_table([write_csv(tmp_path / "train.csv", made_up_comments(300))])
    forms = ["raw", "clean", "unlabelled", "fragment", "other", "lower", "article"]
    given = (forms * 43)[:300]
    table = replace(made, rows=replace(made.rows, forms=given))

    def learn(known, answered):
        return np.ones((len(known), len(LABELS)))

    logits = folds.out_of_fold(table, TrainingConfig(validation=0.3), learn, folds=2)
    forms, kept = np.array(given), table.shares < 0.3
    unasked = np.isnan(logits).all(axis=1)
    np.testing.assert_array_equal(
        unasked,
        np.isin(forms, ["clean", "fragment", "other"])
        | (kept & np.isin(forms, ["lower", "article"])),
    )
    np.testing.assert_array_equal(logits[~unasked], 1.0)


def test_what_has_no_labels_is_answered_by_one_model_that_learned_from_all_that_has(tmp_path):
    made = build_table([write_csv(tmp_path / "train.csv", made_up_comments(300))])
    given = ["raw", "clean", "unlabelled", "fragment", "lower", "article"] * 50
    table, asked = replace(made, rows=replace(made.rows, forms=given)), []

    def learn(known, answered):
        asked.append((known, answered))
        return np.ones((len(known), len(LABELS)))

    logits = folds.of_unlabelled(table, TrainingConfig(validation=0.3), learn)
    forms, kept = np.array(given), table.shares < 0.3
    ((known, answered),) = asked
    np.testing.assert_array_equal(known, np.isin(forms, ["raw", "lower", "article"]) & ~kept)
    np.testing.assert_array_equal(answered, np.isin(forms, ["unlabelled", "fragment"]))
    np.testing.assert_array_equal(np.isnan(logits).any(axis=1), ~answered)


@pytest.mark.parametrize(
    ("vectors", "complaint"),
    [
        ("minilm:/nowhere", "does not hold MiniLM's files"),
        ("learned", "MiniLM reads its own pieces only"),
    ],
)
def test_without_minilm_the_teacher_says_what_to_do(tmp_path, flask_model, vectors, complaint):
    save_table(
        build_table([write_csv(tmp_path / "train.csv", made_up_comments(60))]),
        tmp_path / "table.parquet",
    )
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(f'vectors = "{vectors}"\n')
    result = flask_model(
        "teach", "--data", tmp_path / "table.parquet", "--kind", "minilm", "--config", recipe,
        "--out", tmp_path / "soft.parquet",
    )  # fmt: skip
    assert result.exit_code == 1
    assert complaint in result.output
