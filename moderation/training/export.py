"""The Keras network as ONNX.

The graph is written out node by node rather than converted: it is small, its LSTM is told each
row's length (so padding cannot leak), and batch and length stay free.
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

OPSET = 17
_LOW = np.float32(-1e4)


class _Graph:
    """Collects nodes and constants; each call adds a node and returns its output's name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Any, dtype: npt.DTypeLike = np.float32) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype), name))
        return name

    def add(self, operator: str, *inputs: str, to: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [to], **attributes))
        return to


def export_onnx(network: keras.Model, path: Path) -> None:
    """Write the folded network of `fold_projection` to `path` as ONNX."""
    graph = _Graph()
    scores = _classify(graph, network, _pool(graph, *_read(graph, network)))
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
    """Ids to LSTM states (length, 2, batch, units) and the mask (length, 1, batch, 1)."""
    (table,) = network.get_layer("words").get_weights()
    ids = graph.add("Transpose", NETWORK_INPUT, to="ids_by_position", perm=[1, 0])
    words = graph.add("Gather", graph.constant("table", table), ids, to="words")
    padding = graph.add(
        "Equal", ids, graph.constant("padding", PADDING_ID, np.int32), to="is_padding"
    )
    real = graph.add("Not", padding, to="is_real")
    first = graph.constant("first_axis", [0], np.int64)
    counted = _cast(graph, real, "real_as_int", TensorProto.INT32)
    lengths = graph.add("ReduceSum", counted, first, to="lengths", keepdims=0)
    states, units = "", 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Bidirectional):
            inputs = _side_by_side(graph, states, units) if states else words
            states, units = _both_ways(graph, layer, inputs, lengths), layer.forward_layer.units
    axes = graph.constant("mask_axes", [1, 3], np.int64)
    mask = graph.add("Unsqueeze", _cast(graph, real, "real", TensorProto.FLOAT), axes, to="mask")
    return states, mask, units


def _both_ways(graph: _Graph, layer: keras.layers.Layer, inputs: str, lengths: str) -> str:
    """Inputs (length, batch, width) through one bidirectional LSTM."""
    name, units = layer.name, layer.forward_layer.units
    weights = [part.get_weights() for part in (layer.forward_layer, layer.backward_layer)]
    return graph.add(
        "LSTM", inputs,
        graph.constant(f"{name}_input_weights", [_gates(w, units).T for w, _, _ in weights]),
        graph.constant(f"{name}_state_weights", [_gates(r, units).T for _, r, _ in weights]),
        graph.constant(
            f"{name}_biases",
            [np.append(_gates(b, units), np.zeros(4 * units)) for _, _, b in weights],
        ),
        lengths,
        to=f"{name}_states", hidden_size=units, direction="bidirectional",
    )  # fmt: skip


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
    values = pooled
    for name, activation in (("hidden", "Relu"), (NETWORK_OUTPUT, "Sigmoid")):
        kernel, bias = network.get_layer(name).get_weights()
        values = graph.add(
            "Gemm",
            values,
            graph.constant(f"{name}_kernel", kernel),
            graph.constant(f"{name}_bias", bias),
            to=f"{name}_before",
        )
        values = graph.add(activation, values, to=name)
    return values


def _cast(graph: _Graph, value: str, name: str, to_type: int) -> str:
    graph.nodes.append(helper.make_node("Cast", [value], [name], to=to_type))
    return name


def _gates(weights: npt.NDArray[np.float32], units: int) -> npt.NDArray[np.float32]:
    """Reorder an LSTM's gates: Keras has input, forget, cell, output; ONNX has output second."""
    entry, forget, cell, output = (
        weights[..., gate * units : (gate + 1) * units] for gate in range(4)
    )
    return np.concatenate([entry, output, forget, cell], axis=-1)
