"""The command: what it prints and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs PyTorch (extra `train`)")

from maskflow.training.__main__ import COMMANDS, main
from maskflow.training.export import export
from maskflow.training.model import YoloV3Tiny, product_layout


def test_errors_become_a_line_and_the_code_of_the_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--data", str(tmp_path), "--model", str(tmp_path / "absent.onnx")]) == 10
    assert "cannot read the model" in capsys.readouterr().err


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """An untrained detector, so that every picture has many detections of low score."""
    export(YoloV3Tiny(product_layout(96), 0.125).eval(), tmp_path / "m.onnx", {})
    return tmp_path / "m.onnx"


def test_evaluate_prints_clear_and_hidden(folder: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder.rename(folder.parent / "adityap27_valid")
    for data in (folder, folder.parent):
        assert main(["evaluate", "--data", str(data), "--model", str(model), "--sweep"]) == 0
        text = capsys.readouterr().out
        assert text.count("8 pictures") == 2
        assert "adityap27_valid clear" in text
        assert "mean AP, clear less hidden" in text


def test_what_predict_wrote_scores_as_the_model_does(
    folder: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "seen.jsonl"
    assert main(["predict", "--data", str(folder), "--model", str(model), "--out", str(out)]) == 0
    assert f"{out}: 8 pictures" in capsys.readouterr().out
    told = []
    for source in (["--model", str(model)], ["--predictions", str(out)]):
        assert main(["evaluate", "--data", str(folder), "--json", *source]) == 0
        told.append(json.loads(capsys.readouterr().out))
    direct, read = told
    assert read["views"]["predicted"] == direct["views"]["clear"]
    assert [row["boxes"] for row in direct["views"]["hidden"]["classes"]] == [5, 11]
    assert direct["views"]["clear"]["faces"]["boxes"] == 16
    assert direct["rules"]["matching"].startswith("voc")
    assert [(loss["before"], loss["after"]) for loss in direct["losses"]] == [("clear", "hidden")]


def test_anonymised_is_what_the_product_publishes(
    folder: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    portraits = Path(__file__).parents[2] / "workflows" / "demo" / "pictures"
    lines = []
    for name, options in (("clear", []), ("hidden", ["--anonymise"])):
        out = tmp_path / name
        assert main(["predict", "--data", str(portraits), "--model", str(model), "--out", str(out), *options]) == 0
        lines.append(out.read_text().splitlines())
    assert len(lines[0]) == len(lines[1]) == len(list(portraits.glob("*.jpg")))
    assert all(one != other for one, other in zip(*lines, strict=True))
    capsys.readouterr()
    assert (
        main(["evaluate", "--data", str(folder), "--model", str(model), "--anonymise", "--every", "4", "--json"]) == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert list(told["views"]) == ["clear", "hidden", "anonymised"]
    assert told["views"]["anonymised"]["pictures"] == 2


def test_all_broken_pictures_are_named_and_nothing_is_written(
    folder: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "images" / "000.jpg").write_bytes(b"")
    (folder / "images" / "003.jpg").write_bytes((folder / "images" / "003.jpg").read_bytes()[:300])
    (folder / "images" / "esc\x1b[31m.heic").write_bytes(b"\0\0\0\x18ftypheic")
    out = tmp_path / "seen.jsonl"
    assert main(["predict", "--data", str(folder), "--model", str(model), "--out", str(out)]) == 10
    said = capsys.readouterr().err
    assert "3 of 9 pictures cannot be used" in said
    assert all(text in said for text in ("000.jpg is empty", "003.jpg is cut off", r"esc\x1b[31m.heic is no JPEG"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.onnx", "set"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--every", "0"], 2, "--every"),
        (["--score", "1"], 2, "--score"),
        (["--predictions", "nowhere.jsonl"], 10, "nowhere.jsonl"),
        (["--model", "nowhere.onnx"], 10, "nowhere.onnx"),
    ],
)
def test_what_evaluate_refuses(
    folder: Path, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(folder), *words]) == code
    assert said in capsys.readouterr().err


def test_an_empty_folder_and_an_absent_one_are_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for data, said in ((tmp_path, "no pictures"), (tmp_path / "absent", "cannot list")):
        assert main(["predict", "--data", str(data), "--out", str(tmp_path / "out")]) == 10
        assert said in capsys.readouterr().err


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
