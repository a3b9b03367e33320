"""The detector on a hand-made network: names from the file, boxes in the picture's pixels, damaged files refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the package onnx writes the test's model (extra `dev`)")

import onnx

from maskflow.errors import VisionError
from maskflow.vision import onnx as engine
from maskflow.vision.layout import write_layout
from maskflow.vision.masks import MaskDetector
from maskflow.vision.yolo import Head, Layout


def constant_model(path: Path, names: tuple[str, ...], rows: dict[int, list[float]]) -> Path:
    """A model that answers `rows` (raw row by number) whatever it sees: one head, 2 x 2 cells of 32 pixels."""
    layout = Layout(names, 64, (Head(32, ((16.0, 16.0),)),))
    raw = np.full((1, 4, 5 + len(names)), -20, np.float32)
    for number, row in rows.items():
        raw[0, number] = row
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [  # the picture counts for nothing, but an input must be used
        helper.make_node("ReduceSum", ["picture"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
        helper.make_node("Add", ["raw", "nothing"], ["rows"]),
    ]
    tensors = [onnx.numpy_helper.from_array(raw, "raw"), onnx.numpy_helper.from_array(np.float32(0), "zero")]
    graph = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info("picture", kind, [1, 3, 64, 64])],
        [helper.make_tensor_value_info("rows", kind, raw.shape)],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    helper.set_model_props(model, dict(write_layout(layout)))
    path.write_bytes(model.SerializeToString())
    return path


FRAME = np.zeros((128, 256, 3), np.uint8)


def test_boxes_are_in_pixels_of_the_picture(tmp_path: Path) -> None:
    path = constant_model(tmp_path / "m.onnx", ("no_mask", "mask"), {3: [0, 0, 0, 0, 9, -9, 9]})
    found = MaskDetector(path)(FRAME)
    # cell (1, 1): centre 48, side 16 in the input of 64, stretched by 4 and by 2
    np.testing.assert_allclose(found.xyxy, [[160, 80, 224, 112]], atol=1e-3)
    assert found.class_id.tolist() == [1]


@pytest.mark.parametrize("names", [("no_mask", "mask"), ("mask", "no_mask")])
def test_names_come_from_the_file(tmp_path: Path, names: tuple[str, str]) -> None:
    row = [0.0] * 4 + [9.0] + [9.0 if name == "mask" else -9.0 for name in names]
    detector = MaskDetector(constant_model(tmp_path / "m.onnx", names, {0: row}))
    assert [detector.names[n] for n in detector(FRAME).class_id] == ["mask"]


def test_one_face_gets_one_verdict(tmp_path: Path) -> None:
    rows = {0: [0, 0, 0, 0, 9, 2, 1.0]}
    detector = MaskDetector(constant_model(tmp_path / "m.onnx", ("no_mask", "mask"), rows))
    assert detector(FRAME).class_id.tolist() == [0]
    assert detector.candidates(FRAME).class_id.tolist() == [0, 1]


def test_boxes_stay_inside_the_picture(tmp_path: Path) -> None:
    rows = {0: [-9.0, -9, 9, 9, 9, 9, -9]}
    found = MaskDetector(constant_model(tmp_path / "m.onnx", ("no_mask", "mask"), rows))(FRAME)
    assert found.xyxy.min() >= 0
    assert np.all(found.xyxy <= [256, 128, 256, 128])


def test_unusable_files_raise(tmp_path: Path) -> None:
    path = constant_model(tmp_path / "m.onnx", ("no_mask", "mask"), {})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(MaskDetector(path, sha256=digest.upper())(FRAME)) == 0
    with pytest.raises(VisionError, match="not the expected file"):
        MaskDetector(path, sha256="0" * 64)
    with pytest.raises(VisionError, match="cannot read the model"):
        MaskDetector(tmp_path / "absent.onnx")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(VisionError, match="not a model"):
        MaskDetector(path)


def test_input_of_another_shape_raises(tmp_path: Path) -> None:
    network = engine.load(constant_model(tmp_path / "m.onnx", ("no_mask", "mask"), {}))
    assert (network.inputs, network.outputs) == (("picture",), ("rows",))
    with pytest.raises(VisionError, match=r"m\.onnx could not be run"):
        network.run(np.zeros((1, 3, 32, 32), np.float32))
    with pytest.raises(VisionError):
        network.run()


@pytest.mark.parametrize("options", [{"score": 0}, {"score": 1}, {"iou": 0}, {"iou": 1.5}])
def test_thresholds_out_of_range_raise(tmp_path: Path, options: dict[str, float]) -> None:
    with pytest.raises(VisionError, match="thresholds"):
        MaskDetector(tmp_path / "unread.onnx", **options)
