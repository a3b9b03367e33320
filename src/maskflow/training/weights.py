"""Where training starts: YOLOv3-tiny of COCO, or a network that this package has written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from maskflow.errors import VisionError
from maskflow.training.model import Convolution, YoloV3Tiny
from maskflow.vision.layout import read_layout

Kernel = npt.NDArray[np.float32]
_COCO = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12)
"""Numbers of the file's convolutions in darknet's order; 10 and 13 are the heads for 80 classes."""


def load_weights(model: YoloV3Tiny, path: Path, pictures: Iterable[Tensor]) -> str:
    """Put the weights of the ONNX file `path` into `model`; says what it was.

    A file of this package must have the same heads and classes; its batch norms, which the export folded into the
    kernels, are set up again from what `pictures` (batches as for the model) give at each layer. Raises VisionError for
    a file that is neither.
    """
    try:
        file = onnx.load(str(path))
    except Exception as error:  # whatever protobuf stumbles over
        raise VisionError(f"cannot read the weights {path}: {error}") from error
    metadata = {entry.key: entry.value for entry in file.metadata_props}
    if "heads" not in metadata:
        return f"{load_coco(model, file, path)} tensors of COCO"
    layout = read_layout(metadata)
    same = [h.stride for h in layout.heads] == [h.stride for h in model.layout.heads] and layout.names == (
        model.layout.names
    )
    if not same:
        raise VisionError(f"{path} has other heads or classes than the network to train")
    _load_product(model, file.graph)
    _normalise(model, pictures)
    return f"all weights of {path.name}"


def load_coco(model: YoloV3Tiny, file: onnx.ModelProto, path: Path) -> int:
    """Copy the tensors of the public ONNX file of YOLOv3-tiny (COCO) into `model`; returns how many were copied.

    The heads keep their fresh values, as does all that belongs to a third one. Each batch norm is found as the consumer
    of its convolution's output.
    """
    tensors = {t.name: numpy_helper.to_array(t) for t in file.graph.initializer}
    norms = {node.input[0]: node for node in file.graph.node if node.op_type == "BatchNormalization"}
    kernels = {
        node.input[1]: norms[node.output[0]]
        for node in file.graph.node
        if node.op_type == "Conv" and node.output[0] in norms
    }
    copied = 0
    for number, layer in zip(_COCO, model.convolutions(), strict=False):
        name = f"conv2d_{number}/kernel:0"
        if name not in kernels or name not in tensors:
            raise VisionError(f"{path} is no YOLOv3-tiny: it has no convolution {number}")
        norm = layer.norm
        targets = (layer.conv.weight, norm.weight, norm.bias, norm.running_mean, norm.running_var)
        for target, source in zip(targets, [name, *kernels[name].input[1:]], strict=True):
            _copy(target, tensors[source])
            copied += 1
    return copied


def _load_product(model: YoloV3Tiny, graph: onnx.GraphProto) -> None:
    found = {node.name: node for node in graph.node if node.op_type == "Conv"}
    for name, layer in model.named_convolutions():
        if name not in found:
            raise VisionError(f"the weights have no layer {name}")
        kernel, bias = (_constant(graph, value) for value in found[name].input[1:3])
        if isinstance(layer, Convolution):
            _copy(layer.conv.weight, kernel)
            with torch.no_grad():
                layer.norm.weight.fill_(1)
                layer.norm.bias.copy_(torch.from_numpy(bias.copy()))
                layer.norm.running_mean.zero_()
                layer.norm.running_var.fill_(1 - layer.norm.eps)
        else:
            _copy(layer.weight, kernel)
            _copy(layer.bias, bias)


def _constant(graph: onnx.GraphProto, name: str) -> Kernel:
    """The float value of an input that is a constant, stored as it is, as float16 or as int8 with scales."""
    tensors = {t.name: t for t in graph.initializer}
    if name in tensors:
        return np.asarray(numpy_helper.to_array(tensors[name]), np.float32)
    node = next((n for n in graph.node if name in n.output), None)
    if node is not None and node.op_type == "Cast":
        return _constant(graph, node.input[0])
    if node is not None and node.op_type == "DequantizeLinear":
        value, scale, zero = (_constant(graph, part) for part in node.input)
        axis = next((a.i for a in node.attribute if a.name == "axis"), 0)
        shape = [-1 if n == axis else 1 for n in range(value.ndim)] if scale.size > 1 else [1] * value.ndim
        return np.asarray((value - zero.reshape(shape)) * scale.reshape(shape), np.float32)
    raise VisionError(f"the weights hold no constant {name}")


def _normalise(model: YoloV3Tiny, pictures: Iterable[Tensor]) -> None:
    """Set the batch norms to the statistics of `pictures` without changing what the network says.

    Folded into the kernels, they are the identity; in training they would bring every map to mean 0 and variance 1.
    """
    layers = model.convolutions()
    sums = [[torch.zeros(layer.norm.num_features, dtype=torch.float64) for _ in range(2)] for layer in layers]
    counts = [0] * len(layers)

    def watch(index: int, maps: Tensor) -> None:
        values = maps.double()
        sums[index][0] += values.sum((0, 2, 3))
        sums[index][1] += values.square().sum((0, 2, 3))
        counts[index] += values.numel() // values.shape[1]

    hooks = [
        layer.conv.register_forward_hook(lambda _m, _i, out, index=n: watch(index, out))
        for n, layer in enumerate(layers)
    ]
    model.eval()
    with torch.no_grad():
        for batch in pictures:
            model(batch)
        for hook in hooks:
            hook.remove()
        for layer, (total, squares), count in zip(layers, sums, counts, strict=True):
            mean = total / count
            variance = (squares / count - mean.square()).clamp(min=1e-6)
            layer.norm.running_mean.copy_(mean)
            layer.norm.running_var.copy_(variance)
            layer.norm.weight.copy_(torch.sqrt(variance + layer.norm.eps))
            layer.norm.bias += mean


def _copy(target: Tensor, source: Kernel) -> None:
    if tuple(target.shape) != source.shape:
        raise VisionError(f"the weights do not fit: {source.shape} instead of {tuple(target.shape)}")
    with torch.no_grad():
        target.copy_(torch.from_numpy(source.copy()))
