"""The command: what it prints and how it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs PyTorch (extra `train`)")

from maskflow.training.__main__ import COMMANDS, main
from maskflow.training.dataset import load_folder
from maskflow.training.evaluate import evaluate, hidden
from maskflow.training.export import export
from maskflow.training.model import YoloV3Tiny, product_layout
from maskflow.vision.masks import MaskDetector


def test_errors_become_a_line_and_the_code_of_the_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--data", str(tmp_path), "--model", str(tmp_path / "absent.onnx")]) == 10
    assert "cannot read the model" in capsys.readouterr().err


def test_evaluate_prints_clear_and_hidden(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.rename(folder.parent / "adityap27_valid")
    export(YoloV3Tiny(product_layout(96), 0.125).eval(), tmp_path / "m.onnx", {})
    arguments = ["evaluate", "--data", str(folder.parent), "--model", str(tmp_path / "m.onnx"), "--sweep"]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert text.count("8 pictures") == 2
    assert "clear" in text
    assert "hidden" in text


def test_hiding_for_scores_leaves_the_originals(folder: Path, tmp_path: Path) -> None:
    pictures = load_folder(folder)
    before = [p.image.copy() for p in pictures]
    masked = hidden(pictures)
    assert all((p.image == b).all() for p, b in zip(pictures, before, strict=True))
    assert all((p.image != b).any() for p, b in zip(masked, before, strict=True))
    export(YoloV3Tiny(product_layout(96), 0.125).eval(), tmp_path / "m.onnx", {})
    done = evaluate(MaskDetector(tmp_path / "m.onnx"), pictures, 0.3)
    assert [f.boxes for f in done.classes] == [sum((p.class_id == n).sum() for p in pictures) for n in (0, 1)]
    assert done.faces.boxes == 16


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_how_it_is_used(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: python -m maskflow.training {name}" in capsys.readouterr().out


def test_scoring_needs_no_pytorch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from maskflow.training.__main__ import main\n"
        "sys.exit(main(['evaluate', '--data', 'nowhere', '--model', 'nowhere.onnx']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("nowhere")) == (10, 1)
