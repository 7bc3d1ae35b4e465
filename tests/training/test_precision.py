"""int8 serves where it costs nothing, and fp32 stays where it would."""

from dataclasses import asdict

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from moderation.scoring.artefact import NETWORK_OUTPUT, load_artefact
from moderation.scoring.labels import LABELS
from moderation.training import precision
from moderation.training.calibrate import Calibration
from moderation.training.export import calibrate_onnx, export_onnx
from moderation.training.precision import lighten, score_all
from moderation.training.sequences import make_sequences
from tests.tiny_model import made_up_comments


@pytest.fixture
def keras_network(tiny_folder):
    import keras

    import moderation.training.network  # noqa: F401 - makes its layer known to Keras

    return keras.models.load_model(tiny_folder / "network.keras")


@pytest.fixture
def exported(keras_network, tmp_path):
    """The tiny network in fp32."""
    export_onnx(keras_network, tmp_path / "network.onnx")
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


@pytest.mark.parametrize("most_lost", [1.0, -1.0], ids=["int8", "fp32"])
def test_what_serves_is_calibrated(keras_network, tmp_path, judged, monkeypatch, most_lost):
    monkeypatch.setattr(precision, "MOST_LOST", most_lost)
    sequences, labels = judged
    layer, path = keras_network.get_layer(NETWORK_OUTPUT), tmp_path / "network.onnx"
    layer.set_weights([np.ones(6), np.ones(6), np.zeros(6)])
    export_onnx(keras_network, path)
    scores, _ = lighten(path, sequences, labels, np.ones(len(labels)))
    calibration = Calibration([1.5] * 6, [0.5] * 6, [0.1, 0.2, 0.3, -0.1, -0.2, -0.3])
    layer.set_weights([*map(np.array, asdict(calibration).values())])
    calibrate_onnx(path, keras_network)
    found = score_all(path, sequences)
    np.testing.assert_allclose(found, calibration.apply(scores), atol=1e-5)
    assert np.abs(found - scores).max() > 0.01


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
