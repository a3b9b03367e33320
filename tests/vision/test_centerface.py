"""The second face finder: where it sees the drawn face, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.boxes import iou
from maskflow.vision.centerface import CenterFinder, decode
from maskflow.vision.drawnface import drawn_face

MODEL = Path(__file__).parents[2] / "functions" / "anon-and-split" / "centerface.onnx"


@pytest.fixture(scope="module")
def finder() -> CenterFinder:
    return CenterFinder(MODEL, score=0.2)


@pytest.mark.parametrize(("width", "height", "side"), [(320, 200, 24), (700, 410, 48), (2400, 700, 60)])
def test_the_drawn_face_is_found_where_it_is(finder: CenterFinder, width: int, height: int, side: int) -> None:
    left, top = (width - side) // 3, (height - side) // 2
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[top : top + side, left : left + side] = drawn_face(side)
    found = finder(picture)
    face = np.array([0.24, 0.14, 0.76, 0.86]) * side + np.array([left, top, left, top])
    assert iou(found.xyxy[:1], face[None])[0, 0] > 0.5


def test_a_plain_picture_has_no_face(finder: CenterFinder) -> None:
    assert len(finder(np.full((120, 200, 3), 90, np.uint8))) == 0


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (33, 31, 3)])
def test_any_shape_can_be_searched(finder: CenterFinder, shape: tuple[int, ...]) -> None:
    finder(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("frame", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)])
def test_what_is_no_frame_is_an_error(finder: CenterFinder, frame: np.ndarray) -> None:
    with pytest.raises(VisionError, match="faces are sought"):
        finder(frame)


def test_one_cell_becomes_the_box_around_its_centre() -> None:
    heat, scale, offset = np.zeros((1, 1, 4, 6), np.float32), *np.zeros((2, 1, 2, 4, 6), np.float32)
    heat[0, 0, 2, 3] = 0.9
    scale[0, :, 2, 3] = np.log([5, 3])  # height and width in cells of 4 pixels
    offset[0, :, 2, 3] = 0.25, -0.25
    found = decode([heat, scale, offset], 0.5)
    x, y = (3 - 0.25 + 0.5) * 4, (2 + 0.25 + 0.5) * 4
    np.testing.assert_allclose(found.xyxy, [[x - 6, y - 10, x + 6, y + 10]], rtol=1e-6)
    assert found.score.tolist() == [pytest.approx(0.9)]


def test_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VisionError, match="not the expected file"):
        CenterFinder(MODEL.with_name("yunet.onnx"))
    with pytest.raises(VisionError, match="is no CenterFace model"):
        CenterFinder(MODEL.with_name("yunet.onnx"), sha256="")
    with pytest.raises(VisionError, match="cannot read the model"):
        CenterFinder(tmp_path / "absent.onnx")


@pytest.mark.parametrize("score", [0, 1, float("nan")])
def test_a_score_lies_between_0_and_1(score: float) -> None:
    with pytest.raises(VisionError, match="between 0 and 1"):
        CenterFinder(MODEL, score=score)
