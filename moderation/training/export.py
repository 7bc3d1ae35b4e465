"""The Keras network as ONNX.

The graph is written out node by node rather than converted: it is small, its LSTM is told each
row's length (so padding cannot leak), and batch and length stay free.

Each LSTM, and the table of words, has two units more, anchors, whose values never change: the
least and the greatest that the others may reach. Nothing reads them. But int8 scales numbers by the
least and the greatest of all that stand in a run, and with anchors these are the same in every run:
so a comment's scores do not depend on what stands beside it (decision 115).
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT
from moderation.scoring.labels import LABELS
from moderation.text.tokens import PADDING_ID

Array = npt.NDArray[np.float32]

OPSET = 17
_LOW = np.float32(-1e4)

_ANCHORS = 2
_SHUT, _OPEN = -30.0, 30.0
"""biases of a gate that lets nothing through, and all"""
_WIDE = 17.482065
"""bias of a gate where the runtime's logistic function, an approximation, is greatest: 1.0000001"""
_FAR = 8.47554
"""the state of a cell where its hyperbolic tangent is greatest: 1.0000002"""

_WHOLE = 16
"""columns of a row that is calibrated: the runtime takes up to so many numbers at once, and what is
left over by itself, which may round the last bit otherwise; so nothing is left over"""

WORDS = "words"
"""the node that looks up each word's vector"""


class _Graph:
    """Collects nodes and constants; each call adds a node and returns its output's name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Any, dtype: npt.DTypeLike = np.float32) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), name))
        return name

    def add(self, operator: str, *inputs: str, to: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [to], to, **attributes))
        return to


def export_onnx(network: keras.Model, path: Path) -> None:
    """Write the network of `serving_network` to `path` as ONNX."""
    graph = _Graph()
    deep = _classify(graph, network, _pool(graph, *_read(graph, network)))
    blend = graph.add("Add", deep, _bag(graph, network), to="blend")
    scores = _calibrate(graph, network, blend)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "moderation",
            [helper.make_tensor_value_info(NETWORK_INPUT, TensorProto.INT32, ["batch", "length"])],
            [helper.make_tensor_value_info(scores, TensorProto.FLOAT, ["batch", len(LABELS)])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _read(graph: _Graph, network: keras.Model) -> tuple[str, str, int]:
    """Ids to LSTM states (length, 2, batch, units) and the mask (length, 1, batch, 1).

    The units count the anchors.
    """
    (table,) = network.get_layer("words").get_weights()
    anchors = np.broadcast_to([table.min(), table.max()], (len(table), _ANCHORS))
    table = graph.constant("table", np.append(table, anchors, axis=1))
    ids = graph.add("Transpose", NETWORK_INPUT, to="ids_by_position", perm=[1, 0])
    words = graph.add("Gather", table, ids, to=WORDS)
    padding = graph.add(
        "Equal", ids, graph.constant("padding", PADDING_ID, np.int32), to="is_padding"
    )
    real = graph.add("Not", padding, to="is_real")
    first = graph.constant("first_axis", [0], np.int64)
    counted = _cast(graph, real, "real_as_int", TensorProto.INT32)
    lengths = graph.add("ReduceSum", counted, first, to="lengths", keepdims=0)
    graph.add("Mul", lengths, graph.constant("nought", 0, np.int32), to="nought_of_each")
    states, units = "", 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Bidirectional):
            inputs = _side_by_side(graph, states, units) if states else words
            states = _both_ways(graph, layer, inputs, lengths, directions_before=2 if units else 1)
            units = layer.forward_layer.units + _ANCHORS
    axes = graph.constant("mask_axes", [1, 3], np.int64)
    mask = graph.add("Unsqueeze", _cast(graph, real, "real", TensorProto.FLOAT), axes, to="mask")
    return states, mask, units


def _both_ways(
    graph: _Graph, layer: keras.layers.Layer, inputs: str, lengths: str, directions_before: int
) -> str:
    """Inputs (length, batch, width) through one bidirectional LSTM."""
    name, units = layer.name, layer.forward_layer.units + _ANCHORS
    input_weights, state_weights, biases = zip(
        *(
            _one_way(part.get_weights(), units, directions_before)
            for part in (layer.forward_layer, layer.backward_layer)
        ),
        strict=True,
    )
    starts = np.zeros((2, 1, units))
    starts[..., -_ANCHORS:] = -_FAR, _FAR
    starts_of_rows = graph.add(
        "Gather", graph.constant(f"{name}_start", starts), "nought_of_each",
        to=f"{name}_starts", axis=1,
    )  # fmt: skip
    return graph.add(
        "LSTM", inputs,
        graph.constant(f"{name}_input_weights", input_weights),
        graph.constant(f"{name}_state_weights", state_weights),
        graph.constant(f"{name}_biases", biases),
        lengths, "", starts_of_rows,
        to=f"{name}_states", hidden_size=units, direction="bidirectional",
    )  # fmt: skip


def _one_way(
    weights: list[Array], units: int, directions_before: int
) -> tuple[Array, Array, Array]:
    """One direction's weights as ONNX has them; `units` count the anchors.

    An anchor's cell takes nothing in, forgets nothing and shows all: it stays as it starts. What it
    shows no other can exceed, not even in the last bit of its rounding.
    """
    kernel, recurrent, bias = weights
    kernel = _with_anchors(kernel, 0, [0.0] * directions_before)
    recurrent = _with_anchors(recurrent, 0, [0.0])
    kernel, recurrent = (_with_anchors(each, 1, [0.0] * 4) for each in (kernel, recurrent))
    bias = _with_anchors(bias, 0, [_SHUT, _OPEN, 0.0, _WIDE])
    kernel, recurrent, bias = (_gates(each, units) for each in (kernel, recurrent, bias))
    return kernel.T, recurrent.T, np.append(bias, np.zeros_like(bias))


def _with_anchors(weights: Array, axis: int, fillings: list[float]) -> Array:
    """Put the anchors' weights behind each of the equal parts of an axis, one filling a part."""
    room = [(0, 0)] * weights.ndim
    room[axis] = (0, _ANCHORS)
    parts = zip(np.split(weights, len(fillings), axis), fillings, strict=True)
    return np.concatenate([np.pad(part, room, constant_values=one) for part, one in parts], axis)


def _side_by_side(graph: _Graph, states: str, units: int) -> str:
    """States (length, 2, batch, units) as the next LSTM reads them: (length, batch, 2 * units)."""
    shape = graph.constant(f"{states}_shape", [0, 0, 2 * units], np.int64)
    by_row = graph.add("Transpose", states, to=f"{states}_by_row", perm=[0, 2, 1, 3])
    return graph.add("Reshape", by_row, shape, to=f"{states}_side_by_side")


def _pool(graph: _Graph, states: str, mask: str, units: int) -> str:
    """The maximum and the mean over the real positions: (batch, 4 * units)."""
    first = "first_axis"
    kept = graph.add("Mul", states, mask, to="kept")
    one, low = graph.constant("one", 1.0), graph.constant("low", _LOW)
    hole = graph.add("Sub", one, mask, to="hole")
    sunk = graph.add("Add", kept, graph.add("Mul", hole, low, to="depth"), to="sunk")
    highest = graph.add("ReduceMax", sunk, to="highest", axes=[0], keepdims=0)
    total = graph.add("ReduceSum", kept, first, to="total", keepdims=0)
    count = graph.add("ReduceSum", mask, first, to="count", keepdims=0)
    mean = graph.add("Div", total, graph.add("Max", count, one, to="some"), to="mean")
    shape = graph.constant("flat", [0, 2 * units], np.int64)
    flat = [
        graph.add(
            "Reshape",
            graph.add("Transpose", pooled, to=f"{pooled}_by_row", perm=[1, 0, 2]),
            shape,
            to=f"{pooled}_flat",
        )
        for pooled in (highest, mean)
    ]
    return graph.add("Concat", *flat, to="pooled", axis=1)


def _classify(graph: _Graph, network: keras.Model, pooled: str) -> str:
    """The pooled states to logits (batch, 6)."""
    kernel, bias = network.get_layer("hidden").get_weights()
    kernel = _with_anchors(kernel, 0, [0.0] * 4)  # highest and mean of each direction
    hidden = graph.add("Relu", _dense(graph, "hidden", [kernel, bias], pooled), to="hidden")
    return _dense(graph, "logits", network.get_layer("logits").get_weights(), hidden)


def _dense(graph: _Graph, name: str, weights: list[Array], inputs: str) -> str:
    kernel, bias = weights
    named = graph.constant(f"{name}_kernel", kernel), graph.constant(f"{name}_bias", bias)
    return graph.add("Gemm", inputs, *named, to=f"{name}_sum")


def _bag(graph: _Graph, network: keras.Model) -> str:
    """The ids to the logits (batch, 6) of layers.BagOfWords."""
    table, bias = network.get_layer("bag").get_weights()
    one, two = (graph.constant(f"axis_{axis}", [axis], np.int64) for axis in (1, 2))
    across = graph.add("Unsqueeze", NETWORK_INPUT, one, to="ids_across")
    down = graph.add("Unsqueeze", NETWORK_INPUT, two, to="ids_down")
    same = graph.add("Equal", across, down, to="is_same")
    times = graph.add("ReduceSum", _cast(graph, same, "same", TensorProto.FLOAT), two, to="times")
    word = graph.add("Not", graph.add("Equal", down, "padding", to="is_no_word"), to="is_word")
    once = graph.add("Div", _cast(graph, word, "word", TensorProto.FLOAT), times, to="once")
    # By position, as the states are pooled: along the first axis numbers are added one after the
    # other, so padding does not change their order, nor the last bit of their sum.
    once = graph.add("Transpose", once, to="once_by_position", perm=[1, 0, 2])
    table = graph.constant("bag_table", table)
    rows = graph.add("Gather", table, "ids_by_position", to="bag_rows")
    shares = graph.add("Mul", rows, once, to="bag_shares")
    total = graph.add("ReduceSum", shares, "first_axis", to="bag_total", keepdims=0)
    parts = graph.constant("bag_parts", [len(LABELS), 1], np.int64)
    said, squared = "bag_said", "bag_squared_length"
    graph.nodes.append(helper.make_node("Split", [total, parts], [said, squared], axis=1))
    least = graph.constant("bag_least", keras.config.epsilon())
    length = graph.add("Sqrt", graph.add("Max", squared, least, to="bag_some"), to="bag_length")
    scaled = graph.add("Div", said, length, to="bag_scaled")
    return graph.add("Add", scaled, graph.constant("bag_bias", bias), to="bag")


def _calibrate(graph: _Graph, network: keras.Model, logits: str) -> str:
    """The logits to the scores (batch, 6) of layers.BetaCalibration."""
    more = _WHOLE - len(LABELS)
    low, high, shift = (
        graph.constant(f"calibration_{name}", np.pad(weights, (0, more)))
        for name, weights in zip(
            ("low", "high", "shift"), network.get_layer(NETWORK_OUTPUT).get_weights(), strict=True
        )
    )
    wider = graph.constant("columns_more", [0, 0, 0, more], np.int64)
    whole = graph.add("Pad", logits, wider, to="whole_rows")
    below = graph.add("Softplus", graph.add("Neg", whole, to="turned"), to="below")
    above = graph.add("Softplus", whole, to="above")
    falling, rising = (
        graph.add("Mul", below, low, to="falling"),
        graph.add("Mul", above, high, to="rising"),
    )
    sloped = graph.add("Sub", rising, falling, to="sloped")
    scores = graph.add(
        "Sigmoid", graph.add("Add", sloped, shift, to="calibrated"), to="whole_scores"
    )
    start, end, axis = (
        graph.constant(name, [value], np.int64)
        for name, value in (("first", 0), ("end", len(LABELS)), ("columns", 1))
    )
    return graph.add("Slice", scores, start, end, axis, to=NETWORK_OUTPUT)


def _cast(graph: _Graph, value: str, name: str, to_type: int) -> str:
    graph.nodes.append(helper.make_node("Cast", [value], [name], to=to_type))
    return name


def _gates(weights: Array, units: int) -> Array:
    """Reorder an LSTM's gates: Keras has input, forget, cell, output; ONNX has output second."""
    entry, forget, cell, output = (
        weights[..., gate * units : (gate + 1) * units] for gate in range(4)
    )
    return np.concatenate([entry, output, forget, cell], axis=-1)
