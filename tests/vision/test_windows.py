"""Windows around regions: what they show, how few there are, and the way back to the frame."""

from __future__ import annotations

import numpy as np
import pytest

from maskflow.vision.windows import SIDE, Window, around, contact_sheet, restored


def frame(width: int = 300, height: int = 200) -> np.ndarray:
    """Red counts columns, green rows."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0], picture[..., 1] = np.arange(width) % 256, np.arange(height)[:, None]
    return picture


def test_a_window_at_its_own_size_shows_the_frame_as_it_is() -> None:
    picture = frame()
    assert np.array_equal(Window(20, 30, SIDE).cut(picture), picture[30 : 30 + SIDE, 20 : 20 + SIDE])


@pytest.mark.parametrize(("left", "top"), [(-40, -30), (240, 140), (-40, 140)])
def test_beyond_the_edges_the_frame_is_mirrored(left: int, top: int) -> None:
    picture = frame()
    shown = Window(left, top, SIDE).cut(picture)
    mirrored = np.pad(picture, ((SIDE, SIDE), (SIDE, SIDE), (0, 0)), mode="symmetric")
    assert np.array_equal(shown, mirrored[top + SIDE : top + 2 * SIDE, left + SIDE : left + 2 * SIDE])


@pytest.mark.parametrize("side", [24, 60, 333, 5000])
def test_every_window_is_shown_at_one_size(side: int) -> None:
    assert Window(-7, 90, side).cut(frame()).shape == (SIDE, SIDE, 3)


def test_one_window_shows_neighbours_of_like_size_and_others_need_their_own() -> None:
    face, inside, far, small = [100, 100, 180, 180], [110, 110, 160, 160], [400, 100, 480, 180], [130, 130, 140, 140]
    assert len(around(np.array([inside, face]), 9)) == 1
    assert len(around(np.array([face, far]), 9)) == 2
    assert len(around(np.array([face, small]), 9)) == 2
    assert len(around(np.array([face, far, small]), 2)) == 2


def test_empty_regions_need_no_window() -> None:
    assert around(np.zeros((0, 4), np.int64), 9) == []
    assert around(np.array([[5, 5, 5, 50], [9, 9, 4, 20]]), 9) == []


def test_boxes_find_their_way_back() -> None:
    windows = [Window(10 * n, 5 * n, SIDE * (n + 1)) for n in range(11)]
    sheet = contact_sheet(frame(), windows)
    columns = sheet.shape[1] // SIDE
    corners = np.array([(n % columns * SIDE, n // columns * SIDE) for n in range(11)])
    boxes = np.concatenate([corners + 10, corners + 30], axis=1).astype(np.float32)
    wanted = [
        [10 * n + 10 * (n + 1), 5 * n + 10 * (n + 1), 10 * n + 30 * (n + 1), 5 * n + 30 * (n + 1)] for n in range(11)
    ]
    np.testing.assert_allclose(restored(boxes, windows), wanted, rtol=1e-5)
    assert np.array_equal(sheet[:SIDE, :SIDE], windows[0].cut(frame()))
