"""The command `train`: it goes on where it was cut, says what is wrong, and its folder tells the whole run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs PyTorch (extra `train`)")

import torch

from maskflow.training.__main__ import main
from maskflow.training.export import export
from maskflow.training.model import YoloV3Tiny, product_layout
from maskflow.training.weights import load_weights
from maskflow.vision import onnx as engine


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of full width, as the command trains it, fresh."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "fresh.onnx"
    export(YoloV3Tiny(product_layout(96)).eval(), path, {})
    return path


def words(folder: Path, run: Path, weights: Path, *more: str) -> list[str]:
    usual = ["--epochs", "3", "--size", "96", "--window", "32", "--batch", "4", "--score-every", "2"]
    return ["train", "--data", str(folder), "--run", str(run), "--weights", str(weights), *usual, *more]


def test_the_run_folder_tells_the_whole_run(
    folder: Path, tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="curves need matplotlib (extra `train`)")
    run = tmp_path / "run"
    assert main(words(folder, run, weights)) == 0
    out = capsys.readouterr().out
    assert "all weights of fresh.onnx" in out
    assert out.count("mAP clear") == 2
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert ["map_hidden" in line for line in lines] == [False, True, True]
    assert json.loads((run / "config.json").read_text())["recipe"]["size"] == 32
    assert cv2.imread(str(run / "curves.png")).shape[2] == 3
    assert engine.load(run / "model.onnx").metadata["epochs"] == "3"
    assert not list(run.glob("*.part"))
    assert main(words(folder, run, weights)) == 0
    assert (run / "metrics.jsonl").read_text().count("\n") == 3
    assert main(words(folder, run, weights, "--rate", "0.5")) == 10
    assert "rate: 0.008 then, 0.5 now" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_run_goes_on_and_ends_the_same(folder: Path, tmp_path: Path, weights: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    command = [sys.executable, "-m", "maskflow.training"]
    subprocess.run([*command, *words(folder, whole, weights)], check=True, capture_output=True)
    with subprocess.Popen([*command, *words(folder, cut, weights)], stdout=subprocess.PIPE) as first:
        while not (cut / "metrics.jsonl").exists():
            assert first.poll() is None
            time.sleep(0.005)
        os.kill(first.pid, signal.SIGKILL)
    subprocess.run([*command, *words(folder, cut, weights)], check=True, capture_output=True)
    assert (cut / "model.onnx").read_bytes() == (whole / "model.onnx").read_bytes()
    for one, two in zip(*((r / "metrics.jsonl").read_text().splitlines() for r in (whole, cut)), strict=True):
        same = [{k: v for k, v in json.loads(line).items() if k not in ("cpu_s", "wall_s")} for line in (one, two)]
        assert same[0] == same[1]


def test_bad_words_are_all_told_at_once(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = ["--epochs", "0", "--size", "100", "--hidden", "2", "--rate", "nan"]
    assert main(["train", "--data", str(folder), "--run", str(tmp_path / "run"), *bad]) == 10
    err = capsys.readouterr().err
    assert all(word in err for word in ("--epochs 0", "--size 100", "--hidden 2", "--rate nan"))
    assert main(["train", "--data", str(folder), "--run", str(tmp_path / "run")]) == 10
    assert "no weights to start from" in capsys.readouterr().err
    assert not (tmp_path / "run" / "last.pt").exists()


@pytest.mark.parametrize("half", [True, False])
def test_weights_of_an_exported_file_say_the_same_in_training_too(folder: Path, tmp_path: Path, half: bool) -> None:
    """Batch norms are folded into the file; set up again, they must neither change the answer nor the training."""
    torch.manual_seed(1)
    source = YoloV3Tiny(product_layout(96)).eval()
    for head in source.heads:
        torch.nn.init.normal_(head.weight, std=0.02)
    export(source, tmp_path / "m.onnx", {}, half=half)
    pictures = torch.rand(8, 3, 96, 96)
    model = YoloV3Tiny(product_layout(96))
    load_weights(model, tmp_path / "m.onnx", [pictures])
    with torch.no_grad():
        expected, got = source.raw(pictures), model.eval().raw(pictures)
        training = model.train().raw(pictures)
    scale = float(expected.std())
    assert scale > 0.01
    np.testing.assert_allclose(got, expected, atol=(0.02 if half else 1e-3) * scale, rtol=0.01)
    np.testing.assert_allclose(training, got, atol=0.02 * scale, rtol=0.01)
