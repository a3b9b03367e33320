"""The shipped face finder: finds drawn faces of all sizes and at edges, and refuses to work with another model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.boxes import iou
from maskflow.vision.drawnface import drawn_face
from maskflow.vision.faces import FaceFinder, Pass

MODEL = Path(__file__).parents[2] / "functions" / "anon-and-split" / "yunet.onnx"
FACE = np.array([0.24, 0.14, 0.76, 0.86])
"""Left, top, right and bottom of the drawn face, in its picture's sides."""


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder(MODEL)


def scene(width: int, height: int, side: int, left: int, top: int) -> np.ndarray[Any, Any]:
    """A grey picture with one drawn face; parts of it may lie outside."""
    picture = np.full((height + 2 * side, width + 2 * side, 3), 90, np.uint8)
    picture[side + top : 2 * side + top, side + left : 2 * side + left] = drawn_face(side)
    return np.ascontiguousarray(picture[side : side + height, side : side + width])


def covers(boxes: Any, face: Any) -> float:
    """The largest share of `face` that lies in one box grown by 1.3."""
    x1, y1, x2, y2 = np.asarray(boxes, float).reshape(-1, 4).T
    x1, x2 = x1 - 0.15 * (x2 - x1), x2 + 0.15 * (x2 - x1)
    y1, y2 = y1 - 0.15 * (y2 - y1), y2 + 0.15 * (y2 - y1)
    width = np.clip(np.minimum(x2, face[2]) - np.maximum(x1, face[0]), 0, None)
    height = np.clip(np.minimum(y2, face[3]) - np.maximum(y1, face[1]), 0, None)
    return float((width * height).max(initial=0) / ((face[2] - face[0]) * (face[3] - face[1])))


@pytest.mark.parametrize(
    ("width", "height", "side"),
    [(640, 360, 40), (640, 360, 340), (1920, 1080, 64), (1920, 1080, 1000), (3840, 2160, 2100), (200, 150, 60)],
)
def test_near_and_distant_faces_are_found(finder: FaceFinder, width: int, height: int, side: int) -> None:
    left, top = (width - side) // 3, (height - side) // 2
    found = finder(scene(width, height, side, left, top))
    assert covers(found.xyxy, FACE * side + np.array([left, top, left, top])) > 0.8
    assert found.score[0] > 0.5


@pytest.mark.parametrize(("left", "top"), [(-100, 80), (540, 80), (220, -90)])
def test_faces_cut_by_an_edge_are_found(finder: FaceFinder, left: int, top: int) -> None:
    side = 200
    face = np.clip(FACE * side + np.array([left, top, left, top]), 0, [640, 360, 640, 360])
    found = finder(scene(640, 360, side, left, top))
    assert covers(found.xyxy, face) > 0.8
    assert (found.xyxy >= 0).all()
    assert (found.xyxy <= [640, 360, 640, 360]).all()


def test_a_plain_picture_has_no_face(finder: FaceFinder) -> None:
    assert len(finder(np.full((360, 640, 3), 90, np.uint8))) == 0


@pytest.mark.parametrize(("width", "height", "side"), [(640, 360, 30), (1920, 1080, 60), (1920, 1080, 900)])
def test_a_look_around_a_region_sees_its_neighbours(finder: FaceFinder, width: int, height: int, side: int) -> None:
    left, top = (width - side) // 3, (height - side) // 2
    beside = np.array([[left + side, top, left + side + side // 2, top + side]])
    found = finder.near(scene(width, height, side, left, top), beside)
    assert covers(found.xyxy, FACE * side + np.array([left, top, left, top])) > 0.8


def test_a_look_around_nothing_sees_nothing(finder: FaceFinder) -> None:
    picture = scene(640, 360, 120, 300, 100)
    assert len(finder.near(picture, np.zeros((0, 4), np.int64))) == 0
    assert len(finder.near(picture, np.array([[30, 30, 30, 60]]))) == 0


def test_many_regions_are_a_look_at_the_whole_frame(finder: FaceFinder) -> None:
    picture = scene(640, 360, 120, 300, 100)
    x, y = np.meshgrid(np.arange(0, 640, 8), np.arange(0, 360, 8))
    regions = np.stack([x, y, x + 8, y + 8], axis=-1).reshape(-1, 4)
    assert np.array_equal(finder.near(picture, regions).xyxy, finder(picture).xyxy)


def test_a_flipped_pass_gives_boxes_of_the_picture_itself() -> None:
    picture = scene(640, 360, 120, 400, 100)
    straight, flipped = (FaceFinder(MODEL, passes=(Pass(640, flip=flip),))(picture) for flip in (False, True))
    assert iou(straight.xyxy[:1], flipped.xyxy[:1])[0, 0] > 0.8


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (700, 2, 3), (33, 31, 3)])
def test_any_shape_can_be_searched(finder: FaceFinder, shape: tuple[int, ...]) -> None:
    finder(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    "frame", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3), np.float32), np.zeros((0, 9, 3), np.uint8)]
)
def test_what_is_no_frame_is_an_error(finder: FaceFinder, frame: Any) -> None:
    with pytest.raises(VisionError, match="faces are sought"):
        finder(frame)


def test_same_frame_same_boxes(finder: FaceFinder) -> None:
    frame = scene(640, 360, 120, 300, 100)
    first, second = finder(frame), finder(frame.copy())
    assert np.array_equal(first.xyxy, second.xyxy)
    assert np.array_equal(first.score, second.score)


def test_agrees_with_opencv(finder: FaceFinder) -> None:
    frame = scene(640, 384, 160, 200, 100)
    theirs = cv2.FaceDetectorYN.create(str(MODEL), "", (640, 384), 0.6)
    _, rows = theirs.detect(frame)
    x, y, width, height = rows[0][:4]
    left, top, right, bottom = x - 0.04 * width, y + 0.02 * height, x + 1.04 * width, y + 1.12 * height
    assert iou(finder(frame).xyxy[:1], [[left, top, right, bottom]])[0, 0] > 0.8


def test_another_model_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "yunet.onnx"
    data = bytearray(MODEL.read_bytes())
    data[len(data) // 2] ^= 1
    copy.write_bytes(data)
    with pytest.raises(VisionError, match="not the expected file"):
        FaceFinder(copy)
    with pytest.raises(VisionError, match="cannot read the model"):
        FaceFinder(tmp_path / "absent.onnx")


def test_a_model_that_finds_nothing_is_refused() -> None:
    with pytest.raises(VisionError, match="does not find the face"):
        FaceFinder(MODEL, score=0.999)


@pytest.mark.parametrize("score", [0, 1, float("nan")])
def test_a_score_lies_between_0_and_1(score: float) -> None:
    with pytest.raises(VisionError, match="between 0 and 1"):
        FaceFinder(MODEL, score=score)
