"""The Keras network as ONNX.

The graph is written out node by node rather than converted: it is small, its LSTM is told each
row's length (so padding cannot leak), and batch and length stay free.

Each LSTM, and the table of words, has two units more, anchors, whose values never change: the
least and the greatest that the others may reach. Nothing reads them. But int8 scales numbers by the
least and the greatest of all that stand in a run, and with anchors these are the same in every run:
so a comment's scores do not depend on what stands beside it (decision 115).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from moderation.scoring.artefact import NETWORK_INPUT, NETWORK_OUTPUT
from moderation.scoring.labels import LABELS

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

    def add(self, operator: str, *inputs: str, named: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [named], named, **attributes))
        return named


def export_onnx(network: keras.Model, path: Path) -> None:
    """Write the network of `serving_network` to `path` as ONNX."""
    graph = _Graph()
    ids = _look_at_ids(graph)
    deep = _classify(graph, network, _pool(graph, *_read(graph, network, ids), ids))
    blend = graph.add("Add", deep, _bag(graph, network, ids), named="blend")
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


@dataclass(frozen=True)
class _Ids:
    """What is asked about the ids, as names in the graph."""

    by_position: str
    """the ids themselves (length, batch)"""
    down: str
    """the same (length, batch, 1)"""
    are_real: str
    """which are no padding, as truth values (length, batch, 1)"""
    real: str
    """the same as numbers"""
    count: str
    """how many are no padding (batch, 1)"""


def _look_at_ids(graph: _Graph) -> _Ids:
    """What is asked about the ids. By position, as all that is summed here: along the first axis
    numbers are added one after the other, so padding does not change their order, nor the last bit.
    """
    by_position = graph.add("Transpose", NETWORK_INPUT, named="ids_by_position", perm=[1, 0])
    last = graph.constant("last_axis", [2], np.int64)
    down = graph.add("Unsqueeze", by_position, last, named="ids_down")
    # Of all ids only that of padding is nought, which as a truth value is false.
    are_real = graph.add("Cast", down, named="are_real", to=TensorProto.BOOL)
    real = graph.add("Cast", are_real, named="real", to=TensorProto.FLOAT)
    first = graph.constant("first_axis", [0], np.int64)
    count = graph.add("ReduceSum", real, first, named="count", keepdims=0)
    return _Ids(by_position, down, are_real, real, count)


def _read(graph: _Graph, network: keras.Model, ids: _Ids) -> tuple[str, int]:
    """Ids to LSTM states (length, 2, batch, units); the units count the anchors."""
    (table,) = network.get_layer("words").get_weights()
    anchors = np.broadcast_to([table.min(), table.max()], (len(table), _ANCHORS))
    table = graph.constant("table", np.append(table, anchors, axis=1))
    words = graph.add("Gather", table, ids.by_position, named=WORDS)
    each = graph.add("Reshape", ids.count, graph.constant("row", [-1], np.int64), named="counts")
    lengths = graph.add("Cast", each, named="lengths", to=TensorProto.INT32)
    graph.add("Mul", lengths, graph.constant("nought", 0, np.int32), named="nought_of_each")
    states, units = "", 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Bidirectional):
            inputs = _side_by_side(graph, states, units) if states else words
            states = _both_ways(graph, layer, inputs, lengths, directions_before=2 if units else 1)
            units = layer.forward_layer.units + _ANCHORS
    return states, units


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
        named=f"{name}_starts", axis=1,
    )  # fmt: skip
    return graph.add(
        "LSTM", inputs,
        graph.constant(f"{name}_input_weights", input_weights),
        graph.constant(f"{name}_state_weights", state_weights),
        graph.constant(f"{name}_biases", biases),
        lengths, "", starts_of_rows,
        named=f"{name}_states", hidden_size=units, direction="bidirectional",
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
    by_row = graph.add("Transpose", states, named=f"{states}_by_row", perm=[0, 2, 1, 3])
    return graph.add("Reshape", by_row, shape, named=f"{states}_side_by_side")


def _pool(graph: _Graph, states: str, units: int, ids: _Ids) -> str:
    """The maximum and the mean over the real positions: (batch, 4 * units).

    Of each direction the maximum and then the mean. Behind a row's end the runtime's states are
    nought, which add nothing to the sum; to the maximum they might.
    """
    directions = graph.constant("axis_of_directions", [1], np.int64)
    reached = graph.add("Unsqueeze", ids.are_real, directions, named="reached")
    sunk = graph.add("Where", reached, states, graph.constant("low", _LOW), named="sunk")
    highest = graph.add("ReduceMax", sunk, named="highest", axes=[0], keepdims=0)
    total = graph.add("ReduceSum", states, "first_axis", named="total", keepdims=0)
    some = graph.add("Max", ids.count, graph.constant("one", 1.0), named="some")
    mean = graph.add("Div", total, some, named="mean")
    both = graph.add("Concat", highest, mean, named="both", axis=2)
    by_row = graph.add("Transpose", both, named="both_by_row", perm=[1, 0, 2])
    shape = graph.constant("flat", [0, 4 * units], np.int64)
    return graph.add("Reshape", by_row, shape, named="pooled")


def _classify(graph: _Graph, network: keras.Model, pooled: str) -> str:
    """The pooled states to logits (batch, 16), of which the first six say something."""
    kernel, bias = network.get_layer("hidden").get_weights()
    kernel = _with_anchors(kernel, 0, [0.0] * 4)
    highest_and_mean = kernel.reshape(2, 2, -1, kernel.shape[1])
    kernel = highest_and_mean.swapaxes(0, 1).reshape(kernel.shape)  # as _pool has them
    hidden = graph.add("Relu", _dense(graph, "hidden", [kernel, bias], pooled), named="hidden")
    logits = [_whole(each) for each in network.get_layer("logits").get_weights()]
    return _dense(graph, "logits", logits, hidden)


def _dense(graph: _Graph, name: str, weights: list[Array], inputs: str) -> str:
    kernel, bias = weights
    constants = graph.constant(f"{name}_kernel", kernel), graph.constant(f"{name}_bias", bias)
    return graph.add("Gemm", inputs, *constants, named=f"{name}_sum")


def _bag(graph: _Graph, network: keras.Model, ids: _Ids) -> str:
    """The ids to the logits (batch, 16) of layers.BagOfWords, of which six say something."""
    table, bias = network.get_layer("bag").get_weights()
    same = graph.add("Equal", ids.down, NETWORK_INPUT, named="are_same")  # (length, batch, length)
    same = graph.add("Cast", same, named="same", to=TensorProto.FLOAT)
    times = graph.add("ReduceSum", same, "last_axis", named="times")
    once = graph.add("Div", ids.real, times, named="once")
    rows = graph.add(
        "Gather", graph.constant("bag_table", table), ids.by_position, named="bag_rows"
    )
    shares = graph.add("Mul", rows, once, named="bag_shares")
    total = graph.add("ReduceSum", shares, "first_axis", named="bag_total", keepdims=0)
    last = graph.constant("bag_last", [len(LABELS)], np.int64)
    squared = graph.add("Gather", total, last, named="bag_squared_length", axis=1)
    least = graph.constant("bag_least", keras.config.epsilon())
    some = graph.add("Max", squared, least, named="bag_some")
    said = graph.add("Div", total, graph.add("Sqrt", some, named="bag_length"), named="bag_said")
    more = graph.constant("columns_more", [0, 0, 0, _WHOLE - len(LABELS) - 1], np.int64)
    whole = graph.add("Pad", said, more, named="bag_whole")
    return graph.add("Add", whole, graph.constant("bag_bias", _whole(bias)), named="bag")


def _calibrate(graph: _Graph, network: keras.Model, logits: str) -> str:
    """The logits (batch, 16) to the scores (batch, 6) of layers.BetaCalibration.

    There `low` weighs the logarithm of the probability, x - softplus(x), and `high` that of the
    other probability, softplus(x).
    """
    low, high, shift = map(_whole, network.get_layer(NETWORK_OUTPUT).get_weights())
    soft = graph.add("Softplus", logits, named="soft")
    bent = graph.add("Mul", soft, graph.constant("bend", high - low), named="bent")
    sloped = graph.add("Mul", logits, graph.constant("slope", low), named="sloped")
    curve = graph.add("Add", sloped, bent, named="curve")
    shifted = graph.add("Add", curve, graph.constant("shift", shift), named="calibrated")
    scores = graph.add("Sigmoid", shifted, named="whole_scores")
    start, end, axis = (
        graph.constant(name, [value], np.int64)
        for name, value in (("start", 0), ("end", len(LABELS)), ("columns", 1))
    )
    return graph.add("Slice", scores, start, end, axis, named=NETWORK_OUTPUT)


def _whole(weights: Array) -> Array:
    """Fill up the last axis, of the labels, to the columns of a whole row."""
    room = [(0, 0)] * (weights.ndim - 1) + [(0, _WHOLE - weights.shape[-1])]
    return np.pad(weights, room)


def _gates(weights: Array, units: int) -> Array:
    """Reorder an LSTM's gates: Keras has input, forget, cell, output; ONNX has output second."""
    entry, forget, cell, output = (
        weights[..., gate * units : (gate + 1) * units] for gate in range(4)
    )
    return np.concatenate([entry, output, forget, cell], axis=-1)
