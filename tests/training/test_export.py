"""The exported file says the same as PyTorch, carries its own description, and runs as the product's detector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs PyTorch (extra `train`)")

pytest.importorskip("onnx", reason="the export needs the package onnx (extra `train`)")


import onnx
import torch

from maskflow.training.export import export
from maskflow.training.model import HEADS, NAMES, YoloV3Tiny, product_layout
from maskflow.training.weights import load_weights
from maskflow.vision import onnx as engine
from maskflow.vision.layout import read_layout
from maskflow.vision.masks import MaskDetector
from maskflow.vision.yolo import Layout, grid


def trained(layout: Layout) -> YoloV3Tiny:
    """Random weights with batch norms that do something, as after training."""
    torch.manual_seed(0)
    made = YoloV3Tiny(layout, 0.25)
    for layer in made.convolutions():
        torch.nn.init.kaiming_normal_(layer.conv.weight)
        torch.nn.init.uniform_(layer.norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(layer.norm.bias, std=0.2)
        torch.nn.init.normal_(layer.norm.running_mean, std=0.2)
        torch.nn.init.uniform_(layer.norm.running_var, 0.5, 2)
    for head in made.heads:
        torch.nn.init.normal_(head.weight, std=0.05)
    return made.eval()


@pytest.fixture(scope="module")
def model() -> YoloV3Tiny:
    return trained(product_layout(96))


TWO_HEADS = Layout(NAMES, 96, HEADS[:2])


@pytest.mark.parametrize(("half", "tolerance"), [(True, 1e-2), (False, 1e-4)])
@pytest.mark.parametrize(("layout", "height"), [(product_layout(96), 128), (TWO_HEADS, 96)])
def test_onnxruntime_equals_torch(layout: Layout, height: int, tmp_path: Path, half: bool, tolerance: float) -> None:
    model, path = trained(layout), tmp_path / "m.onnx"
    export(model, path, {}, half=half)
    x = np.random.default_rng(0).random((1, 3, height, 96), dtype=np.float32)
    with torch.no_grad():
        expected = model.raw(torch.from_numpy(x)).numpy()
    (got,) = engine.load(path).run(x)
    assert got.shape == expected.shape == (1, len(grid(layout, 96, height).cell), 7)
    assert expected.std() > 0.1
    np.testing.assert_allclose(got, expected, atol=tolerance, rtol=0)


def test_the_file_describes_itself(model: YoloV3Tiny, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    export(model, path, {"license": "none", "epochs": "0"})
    network = engine.load(path)
    assert read_layout(network.metadata) == model.layout
    assert network.metadata["license"] == "none"
    assert MaskDetector(path).names == NAMES == ("no_mask", "mask")
    assert [(o.domain, o.version) for o in onnx.load(path).opset_import] == [("", 17)]


def test_same_weights_same_bytes(model: YoloV3Tiny, tmp_path: Path) -> None:
    for name in ("a", "b"):
        export(model, tmp_path / name, {})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def coco_like(path: Path, widths: list[tuple[int, int, int]]) -> dict[str, np.ndarray]:
    """A file built like the public one: kernels by number, batch norms found through the graph; its tensors."""
    random = np.random.default_rng(0)
    tensors, nodes = {}, []
    for number, (inputs, outputs, side) in zip((1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12), widths, strict=False):
        kernel = f"conv2d_{number}/kernel:0"
        names = [f"{part}{20 - number}" for part in ("scale", "bias", "mean", "var")]
        tensors[kernel] = random.random((outputs, inputs, side, side), dtype=np.float32)
        tensors |= {name: random.random(outputs, dtype=np.float32) for name in names}
        nodes.append(onnx.helper.make_node("Conv", ["x", kernel], [f"c{number}"]))
        nodes.append(onnx.helper.make_node("BatchNormalization", [f"c{number}", *names], [f"n{number}"]))
    initializers = [onnx.numpy_helper.from_array(value, name) for name, value in tensors.items()]
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph(nodes, "coco", [], [], initializers)), path)
    return tensors


def test_every_tensor_of_the_coco_file_finds_its_layer(model: YoloV3Tiny, tmp_path: Path) -> None:
    fresh = YoloV3Tiny(model.layout, 0.25)
    shapes = [tuple(c.conv.weight.shape) for c in fresh.convolutions()]
    tensors = coco_like(tmp_path / "coco.onnx", [(s[1], s[0], s[2]) for s in shapes])
    assert load_weights(fresh, tmp_path / "coco.onnx", []) == "55 tensors of COCO"
    np.testing.assert_array_equal(fresh.lateral.conv.weight.detach(), tensors["conv2d_11/kernel:0"])
    np.testing.assert_array_equal(fresh.neck.norm.running_var, tensors["var12"])
