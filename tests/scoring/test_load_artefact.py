"""Loading a version: what is whole is opened, what is damaged is refused by name."""

import json

import pytest

from moderation.scoring.artefact import (
    ArtefactError,
    file_hash,
    find_artefact,
    load_artefact,
    review_thresholds,
    sealed,
)
from moderation.scoring.labels import LABELS

SERVED = ["network.onnx", "tokenizer.json", "labels.json", "card.json"]
FILES = ["network.keras", *SERVED]


def rewrite_card(folder, **changes):
    """Change the card as someone would who knows how it is sealed."""
    path = folder / "card.json"
    card = json.loads(path.read_text()) | changes
    card["files"] = {name: file_hash(folder / name) for name in card["files"]}
    path.write_text(sealed(card))


def test_a_whole_version_is_opened(tiny_folder):
    artefact = load_artefact(tiny_folder)
    assert artefact.version == "1.0"
    assert tuple(review_thresholds(artefact.card)) == LABELS
    assert all(0 < value < 1 for value in review_thresholds(artefact.card).values())


@pytest.mark.parametrize("name", SERVED)
def test_a_missing_file_is_named(tiny_folder, name):
    (tiny_folder / name).unlink()
    with pytest.raises(ArtefactError, match=name):
        load_artefact(tiny_folder)


def test_a_release_comes_without_the_network_that_nothing_serves_from(tiny_folder):
    (tiny_folder / "network.keras").unlink()
    assert load_artefact(tiny_folder).version == "1.0"


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_noticed_in_any_file(tiny_folder, name):
    path = tiny_folder / name
    content = bytearray(path.read_bytes())
    place = len(content) // 2
    while not chr(content[place]).isalnum():
        place += 1
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match=name) as refused:
        load_artefact(tiny_folder)
    assert "Restore" in str(refused.value)


@pytest.mark.parametrize("name", FILES)
def test_a_cut_off_file_is_noticed(tiny_folder, name):
    path = tiny_folder / name
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ArtefactError, match=name):
        load_artefact(tiny_folder)


def test_an_edited_threshold_breaks_the_seal(tiny_folder):
    path = tiny_folder / "card.json"
    card = json.loads(path.read_text())
    card["thresholds"]["review"]["toxic"] = 0.99
    path.write_text(json.dumps(card))
    with pytest.raises(ArtefactError, match="seal"):
        load_artefact(tiny_folder)


def test_a_folder_named_after_another_version_is_refused(tiny_folder):
    with pytest.raises(ArtefactError, match="named 2\\.0"):
        load_artefact(tiny_folder.rename(tiny_folder.parent / "2.0"))


def test_other_labels_are_refused(tiny_folder):
    (tiny_folder / "labels.json").write_text(json.dumps(["rude", *LABELS[1:]]))
    rewrite_card(tiny_folder, labels=["rude", *LABELS[1:]])
    with pytest.raises(ArtefactError, match="must list the labels"):
        load_artefact(tiny_folder)


def test_labels_that_differ_from_the_cards_are_refused(tiny_folder):
    rewrite_card(tiny_folder, labels=list(reversed(LABELS)))
    with pytest.raises(ArtefactError, match="must list the labels"):
        load_artefact(tiny_folder)


def test_a_network_of_another_shape_is_refused(tiny_folder):
    import onnx

    model = onnx.load(tiny_folder / "network.onnx")
    model.graph.input[0].name = "tokens"
    for node in model.graph.node:
        node.input[:] = ["tokens" if name == "ids" else name for name in node.input]
    onnx.save(model, tiny_folder / "network.onnx")
    rewrite_card(tiny_folder)
    with pytest.raises(ArtefactError, match=r"network\.onnx must take one int32 matrix"):
        load_artefact(tiny_folder)


def test_a_vocabulary_larger_than_the_networks_is_refused(tiny_folder):
    path = tiny_folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary["unheardof"] = len(vocabulary)
    path.write_text(json.dumps(tokenizer))
    rewrite_card(tiny_folder)
    with pytest.raises(ArtefactError, match=r"tokenizer\.json .* tokens"):
        load_artefact(tiny_folder)


def test_a_missing_threshold_is_refused(tiny_folder):
    rewrite_card(tiny_folder, thresholds={"precision": 0.6, "review": {"toxic": 0.5}})
    with pytest.raises(ArtefactError, match="threshold"):
        load_artefact(tiny_folder)


def test_the_only_version_is_found(tiny_models):
    assert find_artefact(tiny_models).name == "1.0"


def test_no_version_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(ArtefactError, match="flask model train"):
        find_artefact(tmp_path)


def test_two_versions_are_an_error(tmp_path):
    for version in ("1.0", "2.0"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "card.json").touch()
    with pytest.raises(ArtefactError, match=r"several models \(1\.0, 2\.0\)"):
        find_artefact(tmp_path)
