"""int8 serves where it costs nothing, and fp32 stays where it would."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from moderation.scoring.artefact import load_artefact
from moderation.scoring.labels import LABELS
from moderation.training import precision
from moderation.training.export import export_onnx
from moderation.training.precision import lighten, score_all
from moderation.training.sequences import make_sequences
from tests.tiny_model import made_up_comments


@pytest.fixture
def exported(tiny_folder, tmp_path):
    """The tiny network in fp32."""
    import keras

    import moderation.training.network  # noqa: F401 - makes its layer known to Keras

    export_onnx(keras.models.load_model(tiny_folder / "network.keras"), tmp_path / "network.onnx")
    return tmp_path / "network.onnx"


@pytest.fixture
def judged(tiny_folder):
    rows = made_up_comments(200, seed=5)
    sequences = make_sequences(
        [row["comment_text"] for row in rows], load_artefact(tiny_folder).tokeniser, None
    )
    return sequences, np.array([[float(row[label]) for label in LABELS] for row in rows])


def test_the_lighter_network_takes_the_place_where_it_ranks_as_well(exported, judged):
    sequences, labels = judged
    heavy, size = score_all(exported, sequences), exported.stat().st_size
    scores, measured = lighten(exported, sequences, labels, np.ones(len(labels)))
    assert measured["served"] == "int8"
    assert exported.stat().st_size < size
    assert [path.name for path in exported.parent.glob("*.onnx")] == ["network.onnx"]
    np.testing.assert_array_equal(scores, score_all(exported, sequences))
    assert 0 < np.abs(scores - heavy).max() < 0.1
    assert measured["mean_difference"] == pytest.approx(np.abs(scores - heavy).mean())


def test_the_heavy_network_stays_where_the_lighter_ranks_worse(exported, judged, monkeypatch):
    monkeypatch.setattr(precision, "MOST_LOST", -1.0)
    sequences, labels = judged
    before = exported.read_bytes()
    scores, measured = lighten(exported, sequences, labels, np.ones(len(labels)))
    assert measured["served"] == "fp32"
    assert exported.read_bytes() == before
    assert [path.name for path in exported.parent.glob("*.onnx")] == ["network.onnx"]
    np.testing.assert_array_equal(scores, score_all(exported, sequences))


def test_no_unit_can_say_more_than_the_anchors_do(exported):
    """Else a comment that brings a unit there would move the scores of those beside it."""
    tanh = highest_of("Tanh", 4, 10)  # above, both are constant; below, further from 1
    sigmoid = highest_of("Sigmoid", 8, 20)
    network = onnx.load(exported)
    says = [node.output[0] for node in network.graph.node if node.op_type == "LSTM"]
    network.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in says
    )
    states = answers(network, says, ids=np.arange(1, 31, dtype=np.int32).reshape(2, 15))
    for each in states:
        least, most = each[..., -2], each[..., -1]
        np.testing.assert_array_equal(most, tanh * sigmoid)
        np.testing.assert_array_equal(least, -tanh * sigmoid)


def highest_of(operator, low, high):
    """The highest that the runtime answers for any number between these two."""
    ends = (int(np.float32(end).view(np.uint32)) for end in (low, high))
    numbers = np.arange(*ends, dtype=np.uint32).view(np.float32)
    shape = [len(numbers)]
    graph = helper.make_graph(
        [helper.make_node(operator, ["given"], ["said"])],
        operator,
        [helper.make_tensor_value_info("given", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("said", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return answers(model, ["said"], given=numbers)[0].max()


def answers(model, names, **given):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(names, given)
