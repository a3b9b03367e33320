"""Hiding faces: nothing of a face is left, nothing else is touched, and what cannot be done raises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskflow.errors import VisionError
from maskflow.vision.anonymise import COLOUR_STEP, METHODS, covered, hide


def noise(height: int = 120, width: int = 160, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_mosaic_keeps_few_coarse_colours() -> None:
    frame = noise()
    hide(frame, [[40, 30, 80, 90]], cells=6, grow=1.0)
    face = frame[30:90, 40:80]
    colours = np.unique(face.reshape(-1, 3), axis=0)
    assert len(colours) <= 6 * 4
    assert np.all(colours % COLOUR_STEP == COLOUR_STEP // 2)


def test_only_the_grown_box_changes() -> None:
    frame, before = noise(), noise()
    hide(frame, [[40, 30, 80, 90]], method="fill", grow=1.5)
    ((x1, y1, x2, y2),) = covered([[40, 30, 80, 90]], 160, 120, 1.5)
    assert (x1, y1, x2, y2) == (30, 15, 90, 105)
    assert np.all(frame[y1:y2, x1:x2] == 128)
    frame[y1:y2, x1:x2] = before[y1:y2, x1:x2]
    np.testing.assert_array_equal(frame, before)


@pytest.mark.parametrize("method", METHODS)
def test_corners_of_the_face_are_hidden(method: str) -> None:
    frame, before = noise(), noise()
    hide(frame, [[40, 30, 80, 90]], method=method)
    for x, y in ((40, 30), (79, 30), (40, 89), (79, 89)):
        assert np.any(frame[y - 3 : y + 4, x - 3 : x + 4] != before[y - 3 : y + 4, x - 3 : x + 4])


def test_a_large_face_is_as_hidden_as_a_small_one() -> None:
    small, large = noise(100, 100), noise(1000, 1000)
    hide(small, [[25, 25, 75, 75]])
    hide(large, [[250, 250, 750, 750]])
    cells = [len(np.unique(f.reshape(-1, 3), axis=0)) for f in (small[20:80, 20:80], large[200:800, 200:800])]
    assert max(cells) <= 36


def test_same_input_same_output_and_the_frame_itself_is_returned() -> None:
    one, two = noise(), noise()
    assert hide(one, [[10.4, 10.2, 50.7, 60.1]]) is one
    np.testing.assert_array_equal(one, hide(two, [[10.4, 10.2, 50.7, 60.1]]))


@pytest.mark.parametrize(
    "boxes", [[], np.zeros((0, 4)), [[-190, -190, -90, -90]], [[200, 10, 260, 60]], [[5, 5, 5, 5]]]
)
def test_no_box_within_the_frame_is_no_work(boxes: object) -> None:
    np.testing.assert_array_equal(hide(noise(), boxes), noise())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("boxes", "options"),
    [
        ([[0, 0, 9, 9]], {"method": "blurr"}),
        ([[0, 0, 9, 9]], {"method": ""}),
        ([[0, 0, 9, float("nan")]], {}),
        ([[0, 0, float("inf"), 9]], {}),
        ([[0, 0, 9]], {}),
        ([0, 0, 9, 9], {}),
        ([[0, 0, 9, 9]], {"cells": 0}),
        ([[0, 0, 9, 9]], {"cells": 17}),
        ([[0, 0, 9, 9]], {"grow": 0.9}),
        ([[0, 0, 9, 9]], {"grow": float("nan")}),
    ],
)
def test_what_cannot_be_done_raises_before_any_pixel_changes(boxes: list[object], options: dict[str, object]) -> None:
    frame = noise()
    with pytest.raises(VisionError):
        hide(frame, boxes, **options)  # type: ignore[arg-type]
    np.testing.assert_array_equal(frame, noise())


@pytest.mark.parametrize("frame", [np.zeros((9, 9)), np.zeros((9, 9, 3)), np.zeros((9, 9, 4), np.uint8)])
def test_strange_frames_raise(frame: np.ndarray) -> None:
    with pytest.raises(VisionError, match="a frame must be"):
        hide(frame, [[0, 0, 3, 3]])


def test_a_read_only_frame_raises() -> None:
    frame = noise()
    frame.flags.writeable = False
    with pytest.raises(VisionError, match="read-only"):
        hide(frame, [[0, 0, 30, 30]])


@given(
    st.lists(st.tuples(*[st.floats(-300, 300)] * 4), max_size=4),
    st.integers(1, 16),
    st.floats(1, 3),
    st.sampled_from(METHODS),
)
def test_any_boxes_are_covered_whole(boxes: list[tuple[float, ...]], cells: int, grow: float, method: str) -> None:
    frame = noise(60, 80)
    hide(frame, boxes, cells=cells, grow=grow, method=method)
    expected = {"fill": 128, "mosaic": None}[method]
    for x1, y1, x2, y2 in covered(boxes, 80, 60, grow):
        region = frame[y1:y2, x1:x2]
        assert np.all(region == expected) if expected else np.all(region % COLOUR_STEP == COLOUR_STEP // 2)


@given(st.tuples(*[st.floats(0, 80)] * 4))
def test_a_box_given_from_right_to_left_covers_the_same(box: tuple[float, ...]) -> None:
    x1, y1, x2, y2 = box
    np.testing.assert_array_equal(covered([[x1, y1, x2, y2]], 80, 80), covered([[x2, y2, x1, y1]], 80, 80))
