"""Annotated pictures: colours by class name, every letter inside, the source untouched."""

from __future__ import annotations

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.boxes import Detections
from maskflow.vision.draw import annotate

GREEN, RED = (60, 160, 40), (40, 40, 220)


def one(class_id: int, box: tuple[float, ...] = (100, 100, 180, 200)) -> Detections:
    return Detections(np.array([box], np.float32), np.array([0.87], np.float32), np.array([class_id]))


def has(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((picture == colour).all(axis=2).any())


@pytest.mark.parametrize(("names", "colour"), [(("no_mask", "mask"), GREEN), (("mask", "no_mask"), RED)])
def test_colour_follows_the_name_not_the_number(names: tuple[str, ...], colour: tuple[int, int, int]) -> None:
    frame = np.full((360, 640, 3), 90, np.uint8)
    below = annotate(frame, one(1), names)[-360:]
    assert has(below, colour)
    assert not has(below, RED if colour == GREEN else GREEN)
    assert np.all(frame == 90)


@pytest.mark.parametrize("shape", [(90, 120), (360, 640), (1080, 1920), (640, 200)])
@pytest.mark.parametrize("box", [(0, 0, 30, 30), (90, 60, 119, 89), (-5, -5, 4000, 4000)])
def test_any_size_and_place(shape: tuple[int, int], box: tuple[float, ...]) -> None:
    frame = np.zeros((*shape, 3), np.uint8)
    picture = annotate(frame, one(0, box), ("no_mask", "mask"), verdict="1 of 1 without a mask")
    assert picture.shape[0] > shape[0]
    assert picture.shape[1:] == (shape[1], 3)
    assert has(picture, RED)


def test_header_grows_with_the_picture_and_shows_both_counts() -> None:
    heights = []
    for height, width in ((360, 640), (1080, 1920)):
        picture = annotate(
            np.zeros((height, width, 3), np.uint8), Detections.empty(), ("no_mask", "mask"), verdict="ok"
        )
        strip = picture[: len(picture) - height]
        assert has(strip, RED)
        assert has(strip, GREEN)
        heights.append(len(strip))
    assert heights[1] >= 2 * heights[0]


def test_a_class_without_a_name_raises() -> None:
    with pytest.raises(VisionError, match="classes that the model does not have"):
        annotate(np.zeros((50, 50, 3), np.uint8), one(2), ("no_mask", "mask"))
