"""Forms of one network: 8 bits are near float, the heads are float, the file still describes itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs PyTorch (extra `train`)")
pytest.importorskip("onnx", reason="quantising needs the package onnx (extra `train`)")

import torch

from maskflow.errors import VisionError
from maskflow.training.__main__ import main
from maskflow.training.export import export
from maskflow.training.model import YoloV3Tiny, product_layout
from maskflow.training.quantise import Scheme, halved, in_float, load, quantised, widened
from maskflow.vision import onnx as engine
from maskflow.vision.layout import read_layout
from maskflow.vision.masks import MaskDetector


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported network of random weights, kernels stored as float16."""
    torch.manual_seed(0)
    model = YoloV3Tiny(product_layout(96), 0.25)
    for layer in model.convolutions():
        torch.nn.init.kaiming_normal_(layer.conv.weight)
    path = tmp_path_factory.mktemp("model") / "m.onnx"
    export(model.eval(), path, {"license": "none"})
    return path


def pictures(count: int, seed: int = 0) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).random((count, 1, 3, 96, 96), dtype=np.float32))


def run(model: object, path: Path, x: np.ndarray) -> np.ndarray:
    path.write_bytes(model.SerializeToString())  # type: ignore[attr-defined]
    (rows,) = engine.load(path).run(x)
    return np.asarray(rows)


def test_widening_changes_no_number_and_halving_gives_the_file_back(stored: Path, tmp_path: Path) -> None:
    (x,) = pictures(1)
    (expected,) = engine.load(stored).run(x)
    wide = widened(load(stored))
    assert not [node for node in wide.graph.node if node.op_type == "Cast"]
    np.testing.assert_array_equal(run(wide, tmp_path / "wide.onnx", x), expected)
    np.testing.assert_array_equal(run(halved(wide), tmp_path / "half.onnx", x), expected)
    sizes = [(tmp_path / name).stat().st_size for name in ("wide.onnx", "half.onnx")]
    assert sizes[1] < 0.6 * sizes[0]


@pytest.mark.parametrize("scheme", [Scheme(), Scheme("percentile"), Scheme(first_in_float=True, reduce_range=True)])
def test_eight_bits_are_near_float(stored: Path, tmp_path: Path, scheme: Scheme) -> None:
    wide = widened(load(stored))
    (x,) = pictures(1, seed=9)
    made = quantised(wide, pictures(4), scheme)
    expected = run(wide, tmp_path / "wide.onnx", x)
    got = run(made, tmp_path / "int8.onnx", x)
    assert got.shape == expected.shape
    off = np.sqrt(np.mean((got - expected) ** 2)) / expected.std()
    assert 0 < off < 0.1
    network = engine.load(tmp_path / "int8.onnx")
    assert read_layout(network.metadata) == product_layout(96)
    assert network.metadata["license"] == "none"
    assert network.metadata["form"] == f"{scheme}, calibrated on 4 pictures"
    assert len(MaskDetector(tmp_path / "int8.onnx").names) == 2


def test_what_stays_in_float_is_the_heads_and_what_follows(stored: Path) -> None:
    wide = widened(load(stored))
    kinds = {node.name: node.op_type for node in wide.graph.node}
    kept = in_float(wide, first=False)
    heads = [name for name in kept if kinds[name] == "Conv"]
    assert len(heads) == len(product_layout(96).heads)
    assert {kinds[name] for name in kept} == {"Conv", "Reshape", "Transpose", "Concat"}
    made = quantised(wide, pictures(2), Scheme())
    produced = {output: node for node in made.graph.node for output in node.output}
    eight = [
        node.name
        for node in made.graph.node
        if node.op_type == "Conv" and getattr(produced.get(node.input[1]), "op_type", "") == "DequantizeLinear"
    ]
    assert sorted([*eight, *heads]) == sorted(name for name, kind in kinds.items() if kind == "Conv")


def test_a_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "junk.onnx").write_bytes(b"junk")
    for name in ("junk.onnx", "absent.onnx"):
        with pytest.raises(VisionError, match=name):
            load(tmp_path / name)


def test_the_command_writes_the_file_and_prints_every_form(
    stored: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "int8.onnx"
    words = ["calibrate", "--model", str(stored), "--out", str(out), "--pictures", "4"]
    assert main([*words, "--data", str(folder)]) == 2  # nothing to score on
    assert "--valid" in capsys.readouterr().err
    valid = folder.parent / "adityap27_valid"
    (folder.parent / "kept").mkdir()
    assert main([*words, "--data", str(folder), "--valid", str(folder)]) == 2  # nothing to learn from
    assert "nothing is learnt from the set that is scored" in capsys.readouterr().err
    for part in ("images", "labels"):
        (valid / part).mkdir(parents=True)
        for path in (folder / part).iterdir():
            (valid / part / path.name).write_bytes(path.read_bytes())
    assert main([*words, "--data", str(folder)]) == 0
    text = capsys.readouterr().out
    assert all(form in text for form in ("float32 ", "float16 stored", "int8, minmax", "mAP hidden"))
    assert json.loads(engine.load(out).metadata["names"]) == ["no_mask", "mask"]
    assert sorted(path.name for path in out.parent.iterdir()) == ["int8.onnx"]
