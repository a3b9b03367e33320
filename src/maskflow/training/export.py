"""Writes a trained network as an ONNX file, batch norm folded into the kernels, weights stored as float16.

The graph is written node by node rather than by torch's exporter: it is small, the file is the same for the same
weights on every version of torch, and what a reader sees in it is YOLOv3-tiny. The engine widens the stored weights to
float32 once, when it loads the file, and computes in float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from maskflow.training.model import Convolution, YoloV3Tiny
from maskflow.vision.layout import write_layout

OPSET = 17
_IR_VERSION = 8  # what opset 17 came with; newer ones are refused by older engines

Kernel = npt.NDArray[np.float32]


def export(model: YoloV3Tiny, path: Path, notes: Mapping[str, str], *, half: bool = True) -> None:
    """Write `model` to `path`: input `picture` (1, 3, h, w) RGB 0..1, output `rows` (1, n, 5 + classes), raw logits.

    `notes` (licence, source, epochs, ...) join the layout in the file's metadata. Without `half`, weights are stored as
    float32: twice the size, and equal to PyTorch to rounding.
    """
    graph = _Graph(half)
    rows = _network(graph, model)
    layout = model.layout
    shape_in = [1, 3, "height", "width"] if layout.fit == "aspect" else [1, 3, layout.size, layout.size]
    made = helper.make_graph(
        graph.nodes,
        "yolov3-tiny",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape_in)],
        [helper.make_tensor_value_info(rows, TensorProto.FLOAT, [1, "n", 5 + len(layout.names)])],
        graph.tensors,
    )
    file = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="maskflow")
    file.ir_version = _IR_VERSION
    helper.set_model_props(file, {**write_layout(layout), **notes})
    onnx.checker.check_model(file, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.SerializeToString(deterministic=True))


class _Graph:
    """Nodes and tensors so far; every method adds one step and returns the name of its output."""

    def __init__(self, half: bool) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []
        self._half = half

    def add(self, operator: str, *inputs: str, name: str = "", **attributes: object) -> str:
        output = name or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.tensors.append(numpy_helper.from_array(value, name))
        return name

    def convolution(self, x: str, name: str, kernel: Kernel, bias: Kernel) -> str:
        stored = f"{name}.kernel"
        if self._half:
            stored = self.add("Cast", self.constant(f"{name}.half", kernel.astype(np.float16)), to=TensorProto.FLOAT)
        else:
            self.constant(stored, kernel)
        side = kernel.shape[2]
        bias_name = self.constant(f"{name}.bias", bias)
        return self.add("Conv", x, stored, bias_name, kernel_shape=[side, side], pads=[side // 2] * 4, name=name)

    def leaky(self, x: str) -> str:
        return self.add("LeakyRelu", x, alpha=0.1)

    def pool(self, x: str, stride: int) -> str:
        pads = [0, 0, 0, 0] if stride == 2 else [0, 0, 1, 1]
        return self.add("MaxPool", x, kernel_shape=[2, 2], strides=[stride, stride], pads=pads)


def _network(graph: _Graph, model: YoloV3Tiny) -> str:
    """`YoloV3Tiny.forward`, step by step."""
    x, before = "picture", []
    for number, layer in enumerate(model.backbone[:5], start=1):
        before.append(_folded(graph, x, f"backbone_{number}", layer))
        x = graph.leaky(graph.pool(before[-1], 2))
    x = graph.pool(graph.leaky(_folded(graph, x, "backbone_6", model.backbone[5])), 1)
    x = graph.leaky(_folded(graph, x, "backbone_7", model.backbone[6]))
    x = graph.leaky(_folded(graph, x, "neck", model.neck))
    lateral = graph.leaky(_folded(graph, x, "lateral", model.lateral))
    features = [
        graph.leaky(_folded(graph, x, "coarse", model.coarse)),
        graph.leaky(_folded(graph, _join(graph, lateral, before[4]), "fine", model.fine)),
    ]
    if model.finest is not None:
        lateral = graph.leaky(_folded(graph, features[1], "finest_lateral", model.finest_lateral))
        features.append(graph.leaky(_folded(graph, _join(graph, lateral, before[3]), "finest", model.finest)))
    heads = [_head(graph, x, f"head_{n}", head) for n, (x, head) in enumerate(zip(features, model.heads, strict=True))]
    rows = [_rows(graph, x, model, index) for index, x in enumerate(heads)]
    return graph.add("Concat", *rows, axis=1, name="rows")


def _folded(graph: _Graph, x: str, name: str, layer: nn.Module) -> str:
    assert isinstance(layer, Convolution)
    kernel, bias = fold(layer)
    return graph.convolution(x, name, kernel, bias)


def fold(layer: Convolution) -> tuple[Kernel, Kernel]:
    """Kernel (out, in, k, k) and bias (out,) that do the work of convolution and batch norm; computed in double."""
    norm = layer.norm
    weight, bias, mean, variance = (
        t.detach().double() for t in (norm.weight, norm.bias, norm.running_mean, norm.running_var)
    )
    gain = weight / torch.sqrt(variance + norm.eps)
    kernel = layer.conv.weight.detach().double() * gain[:, None, None, None]
    return kernel.float().contiguous().numpy(), (bias - mean * gain).float().numpy()


def _head(graph: _Graph, x: str, name: str, head: nn.Conv2d) -> str:
    assert head.bias is not None
    return graph.convolution(x, name, head.weight.detach().contiguous().numpy(), head.bias.detach().numpy())


def _join(graph: _Graph, coarse: str, before: str) -> str:
    scales = graph.constant(f"twice_{coarse}", np.array([1, 1, 2, 2], np.float32))
    doubled = graph.add(
        "Resize", coarse, "", scales, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    )
    return graph.add("Concat", doubled, graph.leaky(before), axis=1)


def _rows(graph: _Graph, x: str, model: YoloV3Tiny, index: int) -> str:
    """(1, anchors * width, h, w) to (1, anchors * h * w, width), in the order of `maskflow.vision.yolo.grid`."""
    width = 5 + len(model.layout.names)
    apart = graph.constant(f"apart_{index}", np.array([1, len(model.layout.heads[index].anchors), width, -1]))
    flat = graph.constant(f"flat_{index}", np.array([1, -1, width]))
    turned = graph.add("Transpose", graph.add("Reshape", x, apart), perm=[0, 1, 3, 2])
    return graph.add("Reshape", turned, flat)
