"""From a frame to its verdict, and from all verdicts of a video to its summary. The detector here is a prepared one."""

from __future__ import annotations

import itertools
import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from maskflow.errors import FunctionError, VisionError
from maskflow.runtime.contract import Context
from maskflow.runtime.manifest import Manifest, Part
from maskflow.vision.boxes import Detections

Named = Callable[[str], Context]


class Prepared:
    """Sees one bare face and one mask in every picture that is wide enough."""

    names: Sequence[str] = ("no_mask", "mask")

    def __call__(self, frame_bgr: np.ndarray[Any, Any]) -> Detections:
        if frame_bgr.shape[1] < 50:
            return Detections.empty()
        boxes = np.array([[10.04, 10, 30, 40], [5, 6.789, 20, 33]], np.float32)
        return Detections(boxes, np.array([0.987654, 0.5], np.float32), np.array([1, 0]))


@pytest.fixture
def detect(masks: ModuleType) -> Any:
    return masks.DetectMasks({}, detector=Prepared())


def picture(tmp_path: Path, width: int = 160, height: int = 120, name: str = "in.jpg") -> Path:
    path = tmp_path / name
    assert cv2.imwrite(str(path), np.full((height, width, 3), 120, np.uint8))
    return path


def test_an_annotated_picture_and_its_numbers(detect: Any, tmp_path: Path, output: Path, context: Named) -> None:
    detect(picture(tmp_path), output, context("cam1/v/img1.jpg"))
    folder = output / "cam1" / "v"
    assert sorted(p.name for p in folder.iterdir()) == ["img1.jpg", "img1.json"]
    assert cv2.imread(str(folder / "img1.jpg")).shape[1] == 160
    assert json.loads((folder / "img1.json").read_text()) == {
        "file": "img1.jpg",
        "size": {"width": 160, "height": 120},
        "counts": {"faces": 2, "masked": 1, "bare": 1},
        "faces": [
            {"box": [10.0, 10.0, 30.0, 40.0], "class": "mask", "score": 0.9877},
            {"box": [5.0, 6.8, 20.0, 33.0], "class": "no_mask", "score": 0.5},
        ],
    }


def test_same_picture_same_bytes(detect: Any, tmp_path: Path, output: Path, context: Named) -> None:
    for name in ("a/p.png", "b/p.png"):
        detect(picture(tmp_path), output, context(name))
    for file in ("p.png", "p.json"):
        assert (output / "a" / file).read_bytes() == (output / "b" / file).read_bytes()


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        *itertools.product(("grey", "alpha"), (".png", ".tiff", ".jpg", ".bmp", ".webp")),
        ("deep", ".png"),
        ("deep", ".tiff"),
    ],
)
def test_pictures_of_every_usual_form(
    detect: Any, tmp_path: Path, output: Path, context: Named, kind: str, suffix: str
) -> None:
    shape, value = {"grey": ((90, 160), 120), "alpha": ((90, 160, 4), 120), "deep": ((90, 160, 3), 120 * 257)}[kind]
    path = tmp_path / f"in{suffix}"
    assert cv2.imwrite(str(path), np.full(shape, value, np.uint16 if kind == "deep" else np.uint8))
    detect(path, output, context(path.name))
    assert json.loads((output / "in.json").read_text())["size"] == {"width": 160, "height": 90}
    assert abs(int(cv2.imread(str(output / path.name))[85, 155, 1]) - 120) <= 2


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 200), (7680, 4320)])
def test_tiny_and_huge_pictures(
    detect: Any, tmp_path: Path, output: Path, context: Named, width: int, height: int
) -> None:
    detect(picture(tmp_path, width, height), output, context("img1.jpg"))
    assert json.loads((output / "img1.json").read_text())["size"] == {"width": width, "height": height}


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "bomb"])
def test_what_is_no_picture_is_an_error_and_leaves_nothing(
    detect: Any, tmp_path: Path, output: Path, context: Named, kind: str
) -> None:
    whole = picture(tmp_path).read_bytes()
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sII", 13, b"IHDR", 50_000, 50_000)
        + bytes(9)
        + bytes(4)
        + b"IEND"
        + bytes(4)
    )
    data = {"empty": b"", "text": b"hello", "cut": whole[: len(whole) // 2], "bomb": bomb}[kind]
    (tmp_path / "bad.jpg").write_bytes(data)
    with pytest.raises(VisionError, match=r"bad\.jpg"):
        detect(tmp_path / "bad.jpg", output, context("bad.jpg"))
    assert list(output.iterdir()) == []


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", ""])
def test_a_name_cannot_lead_out_of_the_output(
    detect: Any, tmp_path: Path, output: Path, context: Named, name: str
) -> None:
    source = picture(tmp_path)
    if name:
        with pytest.raises(FunctionError, match="cannot become"):
            detect(source, output, context(name))
    else:
        detect(source, output, context(name))
        assert (output / "in.jpg").exists()


@pytest.mark.parametrize(
    ("key", "value"), [("ALERT_BELOW", "75"), ("ALERT_BELOW", "nan"), ("SCORE", "x"), ("SCORE", "0")]
)
def test_a_bad_setting_stops_at_load(masks: ModuleType, key: str, value: str) -> None:
    with pytest.raises(FunctionError, match=key):
        masks.DetectMasks({key: value})


def test_without_its_model_it_does_not_start(masks: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(VisionError, match="cannot read the model"):
        masks.DetectMasks({}, model=tmp_path / "absent.onnx")


def gathered(detect: Any, tmp_path: Path, output: Path, context: Named, counts: Sequence[tuple[int, int]]) -> Any:
    parts_folder = tmp_path / "parts"
    parts_folder.mkdir()
    parts = []
    for number, (faces, masked) in enumerate(counts, 1):
        report = {"counts": {"faces": faces, "masked": masked, "bare": faces - masked}}
        (parts_folder / f"img{number}.json").write_text(json.dumps(report))
        parts.append(Part(f"img{number}.jpg", "0" * 64, 5.0 * (number - 1)))
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(Manifest("cam1/v.mp4", tuple(parts), ("a note",)).dumps())
    detect.gather(manifest, parts_folder, output, context("cam1/v/manifest.json"))
    return json.loads((output / "cam1" / "v" / "summary.json").read_text())


def test_the_summary_of_a_video(detect: Any, tmp_path: Path, output: Path, context: Named) -> None:
    summary = gathered(detect, tmp_path, output, context, [(2, 2), (0, 0), (2, 1)])
    assert summary == {
        "video": "cam1/v.mp4",
        "frames": 3,
        "faces": 4,
        "masked": 3,
        "bare": 1,
        "share_masked": 0.75,
        "alert_below": 0.75,
        "verdict": "ok",
        "per_frame": [
            {"file": "img1.jpg", "time": 0.0, "faces": 2, "masked": 2, "bare": 0},
            {"file": "img2.jpg", "time": 5.0, "faces": 0, "masked": 0, "bare": 0},
            {"file": "img3.jpg", "time": 10.0, "faces": 2, "masked": 1, "bare": 1},
        ],
        "notes": ["a note"],
    }


@pytest.mark.parametrize(
    ("counts", "share", "verdict"),
    [([(0, 0)], None, "no faces"), ([], None, "no faces"), ([(3, 2)], 0.6667, "alert"), ([(5, 0)], 0.0, "alert")],
)
def test_verdicts(
    detect: Any, tmp_path: Path, output: Path, context: Named, counts: Any, share: float | None, verdict: str
) -> None:
    summary = gathered(detect, tmp_path, output, context, counts)
    assert (summary["share_masked"], summary["verdict"]) == (share, verdict)


def test_the_alert_can_be_set(masks: ModuleType, tmp_path: Path, output: Path, context: Named) -> None:
    detect = masks.DetectMasks({"ALERT_BELOW": "0.5"}, detector=Prepared())
    assert gathered(detect, tmp_path, output, context, [(3, 2)])["verdict"] == "ok"


def test_a_missing_result_is_an_error(detect: Any, tmp_path: Path, output: Path, context: Named) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes(Manifest("v.mp4", (Part("img1.jpg", "0" * 64),)).dumps())
    with pytest.raises(FunctionError, match=r"img1\.json"):
        detect.gather(manifest, tmp_path, output, context("v/manifest.json"))
    assert list(output.rglob("*.json")) == []


def test_another_manifest_is_an_error(detect: Any, tmp_path: Path, output: Path, context: Named) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "an app"}')
    with pytest.raises(FunctionError, match="no manifest of frames"):
        detect.gather(tmp_path / "manifest.json", tmp_path, output, context("v/manifest.json"))
