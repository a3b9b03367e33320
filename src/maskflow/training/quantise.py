"""Makes an 8 bit model out of a float one: weights signed per channel, activations unsigned, in QDQ form.

The heads stay in float: their rows mix pixels and logits of very different ranges, and they cost next to nothing. The
file keeps the layout and the notes of the one that it was made from.
"""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnxruntime import quantization
from onnxruntime.quantization import shape_inference

from maskflow.errors import VisionError
from maskflow.vision.boxes import Floats

METHODS = {
    "minmax": quantization.CalibrationMethod.MinMax,
    "percentile": quantization.CalibrationMethod.Percentile,
    "entropy": quantization.CalibrationMethod.Entropy,
}
"""Ways to choose the range of an activation: all that was seen, 99.99 % of it, or least information lost."""

_IN_EIGHT_BITS = ("Conv", "LeakyRelu", "MaxPool", "Resize", "Concat")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How to quantise."""

    method: str = "minmax"
    first_in_float: bool = False
    """Keep the first convolution, which sees the pixels, in float."""
    reduce_range: bool = False
    """Weights of 7 bits: what processors without VNNI need, whose 16 bit sums would overflow."""

    def __str__(self) -> str:
        parts = [self.method, *["first in float"] * self.first_in_float, *["7 bit weights"] * self.reduce_range]
        return "int8, " + ", ".join(parts)


def load(path: Path) -> onnx.ModelProto:
    """The model file at `path`; VisionError when it is none."""
    try:
        return onnx.load(str(path))
    except Exception as error:  # protobuf and onnx raise several kinds
        raise VisionError(f"{path} is not a model that can be loaded: {error}") from error


def widened(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose weights are stored as float32: no half precision constant that a Cast widens is left."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    graph = wide.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "Cast" and node.input[0] in stored]:
        value = numpy_helper.to_array(stored[node.input[0]]).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(value, node.output[0]))
        graph.initializer.remove(stored.pop(node.input[0]))
        graph.node.remove(node)
    return wide


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose kernels are stored as float16, each widened by a Cast when the engine loads it."""
    half = onnx.ModelProto()
    half.CopyFrom(model)
    graph = half.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    casts = []
    for node in graph.node:
        kernel = stored.get(node.input[1]) if node.op_type == "Conv" else None
        if kernel is not None and kernel.data_type == TensorProto.FLOAT:
            value = numpy_helper.to_array(kernel).astype(np.float16)
            graph.initializer.remove(kernel)
            graph.initializer.append(numpy_helper.from_array(value, f"{kernel.name}.half"))
            casts.append(onnx.helper.make_node("Cast", [f"{kernel.name}.half"], [kernel.name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return half


def quantised(model: onnx.ModelProto, inputs: Sequence[Floats], scheme: Scheme) -> onnx.ModelProto:
    """`model` (weights as float32) in 8 bits; `inputs` are what it is shown to learn the ranges of its activations."""
    (port,) = model.graph.input
    with tempfile.TemporaryDirectory() as folder, _quiet():
        plain, ready, done = (Path(folder) / name for name in ("plain.onnx", "ready.onnx", "done.onnx"))
        plain.write_bytes(model.SerializeToString())
        shape_inference.quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(ready),
            str(done),
            _Reader(port.name, inputs),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=list(_IN_EIGHT_BITS),
            nodes_to_exclude=in_float(onnx.load(str(ready)), first=scheme.first_in_float),
            per_channel=True,
            reduce_range=scheme.reduce_range,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            calibrate_method=METHODS[scheme.method],
        )
        made = onnx.load(str(done))
    notes = {prop.key: prop.value for prop in model.metadata_props}
    onnx.helper.set_model_props(made, {**notes, "form": f"{scheme}, calibrated on {len(inputs)} pictures"})
    onnx.checker.check_model(made, full_check=True)
    return made


def in_float(model: onnx.ModelProto, *, first: bool) -> list[str]:
    """The nodes that are left in float: the heads and what follows them, and the first convolution if asked for.

    A head is the last convolution on a way to the output.
    """
    by_output = {output: node for node in model.graph.node for output in node.output}
    names, wanted = [], [port.name for port in model.graph.output]
    while wanted:
        node = by_output.get(wanted.pop())
        if node is not None:
            names.append(node.name)
            wanted += [] if node.op_type == "Conv" else list(node.input)
    convolutions = [node.name for node in model.graph.node if node.op_type == "Conv"]
    return names + convolutions[:1] * first


class _Reader(quantization.CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is not analysed
    def __init__(self, name: str, inputs: Sequence[Floats]) -> None:
        self._rest = iter([{name: one} for one in inputs])

    def get_next(self) -> dict[str, Any] | None:
        return next(self._rest, None)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the advice that onnxruntime's quantiser logs, and what it prints about its way."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(before)
