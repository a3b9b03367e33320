"""From a video to its frames without faces; and nothing at all when anything goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from maskflow.errors import FunctionError, VisionError
from maskflow.runtime.contract import Context
from maskflow.runtime.manifest import loads, part_of
from maskflow.vision.boxes import Detections
from maskflow.vision.drawnface import drawn_face
from maskflow.vision.video_write import write_video

Named = Callable[[str], Context]
SIDE = 160
FACE = (slice(40, 120), slice(200, 280))
"""The middle of the drawn face in every frame."""


def scene() -> np.ndarray[Any, Any]:
    picture = np.full((240, 426, 3), 90, np.uint8)
    picture[:SIDE, 160 : 160 + SIDE] = drawn_face(SIDE)
    return picture


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "a.b.mp4"
    write_video(path, [scene()] * 55, rate=5, gop=10)
    return path


@pytest.fixture(scope="module")
def real(anon: ModuleType) -> Any:
    return anon.AnonAndSplit({})


def detail(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What is fine in a picture: who it is."""
    smooth = picture.astype(np.float32)
    return np.asarray(smooth - cv2.GaussianBlur(smooth, (0, 0), 3)).ravel()


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def nobody(_frame: Any) -> Detections:
    return Detections.empty()


def test_frames_without_faces_and_their_list(real: Any, video: Path, output: Path, context: Named) -> None:
    real(video, output, context("cam1/a.b.mp4"))
    folder = output / "cam1" / "a.b"
    assert files(folder) == ["img1.jpg", "img2.jpg", "img3.jpg", "manifest.json"]
    manifest = loads((folder / "manifest.json").read_bytes())
    assert manifest is not None
    assert manifest.source == "cam1/a.b.mp4"
    assert manifest.notes == ()
    times = [part.time for part in manifest.parts]
    assert times == [0.0, 5.0, 10.0]
    assert [part_of(folder / p.name, folder, p.time) for p in manifest.parts] == list(manifest.parts)


def test_no_face_can_be_seen_and_the_rest_can(real: Any, video: Path, output: Path, context: Named) -> None:
    real(video, output, context("a.mp4"))
    shown = cv2.imread(str(output / "a" / "img1.jpg"))
    clear = scene()
    assert np.abs(shown[FACE].astype(int) - clear[FACE]).mean() > 12
    assert np.abs(shown[:, :80].astype(int) - clear[:, :80]).max() < 6
    assert abs(np.corrcoef(detail(clear[FACE]), detail(shown[FACE]))[0, 1]) < 0.4


def test_same_video_same_bytes(real: Any, video: Path, output: Path, context: Named) -> None:
    for name in ("one.mp4", "two.mp4"):
        real(video, output, context(name))
    for file in ("img1.jpg", "img2.jpg", "img3.jpg"):
        assert (output / "one" / file).read_bytes() == (output / "two" / file).read_bytes()


def test_pictures_carry_no_metadata(real: Any, video: Path, output: Path, context: Named) -> None:
    real(video, output, context("a.mp4"))
    data = (output / "a" / "img1.jpg").read_bytes()
    assert b"Exif" not in data
    assert b"Lavc" not in data
    assert b"http" not in data


def test_a_thorough_search_hides_what_the_usual_one_hides(
    anon: ModuleType, video: Path, output: Path, context: Named
) -> None:
    anon.AnonAndSplit({"SEARCH": "thorough", "INTERVAL": "100"})(video, output, context("a.mp4"))
    shown = cv2.imread(str(output / "a" / "img1.jpg"))
    assert np.abs(shown[FACE].astype(int) - scene()[FACE]).mean() > 12


def test_interval(anon: ModuleType, video: Path, output: Path, context: Named) -> None:
    anon.AnonAndSplit({"INTERVAL": "2.5"}, finder=nobody)(video, output, context("v.mp4"))
    assert len(list((output / "v").glob("*.jpg"))) == 5


def test_at_key_frames(anon: ModuleType, video: Path, output: Path, context: Named) -> None:
    chosen = {"INTERVAL": "2.5", "SAMPLING": "keyframe", "TOLERANCE": "0.75"}
    anon.AnonAndSplit(chosen, finder=nobody)(video, output, context("v.mp4"))
    manifest = loads((output / "v" / "manifest.json").read_bytes())
    assert manifest is not None
    assert [part.name for part in manifest.parts] == [f"img{k}.jpg" for k in range(1, 6)]
    assert [part.time for part in manifest.parts] == [0, 2, 5, 8, 10]  # keys are 2 s apart; both around 5 s are too far


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("INTERVAL", "0"),
        ("INTERVAL", "often"),
        ("INTERVAL", "nan"),
        ("SAMPLING", "fast"),
        ("TOLERANCE", "-1"),
        ("TOLERANCE", "some"),
        ("METHOD", "gaussian"),
        ("CELLS", "0"),
        ("CELLS", "2.5"),
        ("CELLS", "100"),
        ("GROW", "0.9"),
        ("SCORE", "1"),
        ("SEARCH", "everywhere"),
    ],
)
def test_a_bad_setting_stops_at_load(anon: ModuleType, key: str, value: str) -> None:
    with pytest.raises(FunctionError, match=key):
        anon.AnonAndSplit({key: value}, finder=nobody)


def test_without_its_model_it_does_not_start(anon: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(VisionError, match="cannot read the model"):
        anon.AnonAndSplit({}, model=tmp_path / "absent.onnx")
    (tmp_path / "damaged.onnx").write_bytes(b"onnx?")
    with pytest.raises(VisionError, match="not the expected file"):
        anon.AnonAndSplit({}, model=tmp_path / "damaged.onnx")


@pytest.mark.parametrize("failing_call", [1, 2, 5])
def test_a_finder_that_fails_leaves_nothing(
    anon: ModuleType, video: Path, output: Path, context: Named, failing_call: int
) -> None:
    """A face in every frame, so that each is looked at twice: call 2 is a second look, call 5 is in the last frame."""
    calls = count(1)
    face = Detections(np.array([[200, 40, 280, 120]], np.float32), np.ones(1, np.float32), np.zeros(1, np.int64))

    def fails(_frame: Any) -> Detections:
        call = next(calls)
        if call == failing_call:
            raise VisionError("the network failed")
        return face if call % 2 else Detections.empty()

    with pytest.raises(VisionError, match="the network failed"):
        anon.AnonAndSplit({}, finder=fails)(video, output, context("cam1/v.mp4"))
    assert files(output) == []


def test_a_finder_without_memory_leaves_nothing(anon: ModuleType, video: Path, output: Path, context: Named) -> None:
    def fails(_frame: Any) -> Detections:
        raise MemoryError

    with pytest.raises(MemoryError):
        anon.AnonAndSplit({}, finder=fails)(video, output, context("v.mp4"))
    assert files(output) == []


@pytest.mark.parametrize("share", [0, 0.01, 0.5])
def test_an_unreadable_video_leaves_nothing(
    real: Any, video: Path, tmp_path: Path, output: Path, context: Named, share: float
) -> None:
    broken = tmp_path / "broken.mp4"
    data = video.read_bytes()
    broken.write_bytes(data[len(data) - int(len(data) * share) :])
    with pytest.raises(VisionError, match=r"broken\.mp4"):
        real(broken, output, context("broken.mp4"))
    assert files(output) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_full_or_closed_disk_is_an_error(real: Any, video: Path, output: Path, context: Named) -> None:
    output.chmod(0o500)
    with pytest.raises((FunctionError, OSError)):
        real(video, output, context("v.mp4"))


def test_a_folder_in_the_way_is_an_error_and_stays(real: Any, video: Path, output: Path, context: Named) -> None:
    (output / "v").mkdir()
    (output / "v" / "kept.txt").write_text("kept")
    with pytest.raises(FunctionError, match="cannot be written"):
        real(video, output, context("v.mp4"))
    assert files(output) == ["v", "v/kept.txt"]


@pytest.mark.parametrize("name", ["../v.mp4", "/v.mp4", "a/../../v.mp4", ".unfinished/v.mp4"])
def test_a_name_cannot_lead_out_of_the_output(
    anon: ModuleType, video: Path, output: Path, context: Named, name: str
) -> None:
    with pytest.raises(FunctionError, match="cannot become a folder"):
        anon.AnonAndSplit({}, finder=nobody)(video, output, context(name))
    assert files(output) == []


def test_a_frame_that_will_not_come_to_rest_is_noted(
    anon: ModuleType, video: Path, output: Path, context: Named
) -> None:
    calls = count()

    def elsewhere(frame: Any) -> Detections:
        left = float(next(calls) * 37 % (frame.shape[1] - 20))
        boxes = np.array([[left, 200, left + 12, 212]], np.float32)
        return Detections(boxes, np.array([0.9], np.float32), np.zeros(1, np.int64))

    anon.AnonAndSplit({"INTERVAL": "100", "GROW": "1"}, finder=elsewhere)(video, output, context("v.mp4"))
    manifest = loads((output / "v" / "manifest.json").read_bytes())
    assert manifest is not None
    assert "whole frame" in manifest.notes[0]
