"""The model file in the repository: its size, what it says about itself, and one obvious face of each kind."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from maskflow.vision.anonymise import hide
from maskflow.vision.masks import MaskDetector

FOLDER = Path(__file__).parents[2] / "functions" / "mask-detector"
MODEL = FOLDER / "mask-detector.onnx"

ASTRONAUT_FACE = (178, 70, 270, 195)
"""x1, y1, x2, y2 of Eileen Collins's face in the public domain picture that scikit-image carries."""


@pytest.fixture(scope="module")
def detector() -> MaskDetector:
    return MaskDetector(MODEL)


def astronaut() -> np.ndarray:
    """The picture as uint8 (512, 512, 3) BGR."""
    data = pytest.importorskip("skimage.data", reason="scikit-image carries the picture of a bare face")
    return np.ascontiguousarray(data.astronaut()[..., ::-1])


def put_mask_on(frame: np.ndarray) -> np.ndarray:
    """The frame with a light blue mask painted over nose, mouth and chin of the astronaut."""
    x1, y1, x2, y2 = ASTRONAUT_FACE
    middle, nose = (x1 + x2) // 2, y1 + 60
    outline = [
        (x1 + 8, nose + 8),
        (middle, nose - 6),
        (x2 - 8, nose + 8),
        (x2 - 14, y2 - 22),
        (middle, y2 - 2),
        (x1 + 16, y2 - 22),
    ]
    worn = frame.copy()
    cv2.fillPoly(worn, [np.array(outline)], (225, 200, 165), cv2.LINE_AA)
    for y in (nose + 22, nose + 36, nose + 50):
        cv2.line(worn, (x1 + 14, y), (x2 - 14, y), (205, 180, 145), 1, cv2.LINE_AA)
    return worn


def verdicts(detector: MaskDetector, frame: np.ndarray) -> list[str]:
    """Names of what is found on the astronaut's face, best first."""
    x1, y1, x2, y2 = ASTRONAUT_FACE
    found = detector(frame)
    centre = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
    on_face = ((centre > (x1, y1)) & (centre < (x2, y2))).all(axis=1)
    return [detector.names[n] for n in found.class_id[on_face]]


def test_the_file_is_small_and_the_one_that_the_card_describes() -> None:
    content = MODEL.read_bytes()
    assert len(content) <= 20_000_000
    assert hashlib.sha256(content).hexdigest() in (FOLDER / "MODEL.md").read_text(encoding="utf-8")


def test_names_are_in_the_file_in_the_order_of_the_labels(detector: MaskDetector) -> None:
    assert detector.names == ("no_mask", "mask")


def test_an_obvious_bare_face_is_bare(detector: MaskDetector) -> None:
    assert verdicts(detector, astronaut())[:1] == ["no_mask"]


def test_an_obvious_mask_is_a_mask(detector: MaskDetector) -> None:
    assert verdicts(detector, put_mask_on(astronaut()))[:1] == ["mask"]


def test_both_are_told_apart_after_hiding(detector: MaskDetector) -> None:
    bare, masked = (hide(frame, [ASTRONAUT_FACE]) for frame in (astronaut(), put_mask_on(astronaut())))
    assert verdicts(detector, bare)[:1] == ["no_mask"]
    assert verdicts(detector, masked)[:1] == ["mask"]


def test_a_picture_without_a_face_has_none(detector: MaskDetector) -> None:
    assert len(detector(np.full((360, 640, 3), 127, np.uint8))) == 0
