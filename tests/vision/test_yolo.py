"""Decoding raw rows, against a plain loop over the definition, and the metadata that says how."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.vision.layout import read_layout, write_layout
from maskflow.vision.yolo import FITS, Head, Layout, decode, grid, prepare

LAYOUT = Layout(("no_mask", "mask"), 64, (Head(32, ((30.0, 40.0),)), Head(16, ((8.0, 9.0), (16.0, 20.0)))))


WIDE = (96, 64)
"""Width and height of an input."""
CELLS = grid(LAYOUT, *WIDE)


def plain_decode(raw: np.ndarray, floor: float, every_class: bool) -> list[tuple[float, ...]]:
    def logistic(x: float) -> float:
        return float(1 / (1 + np.exp(-x)))

    found, n = [], 0
    for head in LAYOUT.heads:
        for w, h in head.anchors:
            for row in range(WIDE[1] // head.stride):
                for column in range(WIDE[0] // head.stride):
                    s = [logistic(v) for v in raw[n]]
                    x, y = (2 * s[0] - 0.5 + column) * head.stride, (2 * s[1] - 0.5 + row) * head.stride
                    bw, bh = (2 * s[2]) ** 2 * w, (2 * s[3]) ** 2 * h
                    classes = range(2) if every_class else [int(s[6] > s[5])]
                    box = (x - bw / 2, y - bh / 2, x + bw / 2, y + bh / 2)
                    found += [(*box, s[4] * s[5 + c], c) for c in classes if s[4] * s[5 + c] > floor]
                    n += 1
    return found


@pytest.mark.parametrize("every_class", [True, False])
def test_decode_equals_the_definition(every_class: bool) -> None:
    raw = np.random.default_rng(0).normal(0, 2, (len(CELLS.cell), 7)).astype(np.float32)
    found = decode(raw, CELLS, 0.2, every_class=every_class)
    expected = np.array(plain_decode(raw, 0.2, every_class))
    assert len(found) == len(expected) > 5
    np.testing.assert_allclose(found.xyxy, expected[:, :4], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(found.score, expected[:, 4], rtol=1e-5)
    np.testing.assert_array_equal(found.class_id, expected[:, 5])


def test_extreme_logits_do_not_overflow() -> None:
    raw = np.full((len(CELLS.cell), 7), 1e4, np.float32)
    assert np.isfinite(decode(raw, CELLS, 0.5).xyxy).all()
    assert len(decode(-raw, CELLS, 0.5)) == 0


def test_prepare_turns_blue_first_into_red_first() -> None:
    frame = np.zeros((30, 50, 3), np.uint8)
    frame[..., 0], frame[..., 2] = 255, 51
    x = prepare(frame, *WIDE)
    assert x.shape == (1, 3, 64, 96)
    assert x.dtype == np.float32
    np.testing.assert_allclose(x[0, :, 0, 0], [0.2, 0, 1])


@pytest.mark.parametrize("frame", [np.zeros((0, 5, 3), np.uint8), np.zeros((5, 5), np.uint8), np.zeros((5, 5, 3))])
def test_prepare_refuses_strange_frames(frame: np.ndarray) -> None:
    with pytest.raises(VisionError):
        prepare(frame, *WIDE)


@pytest.mark.parametrize("fit", FITS)
def test_layout_through_metadata_and_back(fit: str) -> None:
    layout = replace(LAYOUT, fit=fit)
    assert read_layout(write_layout(layout)) == layout


@pytest.mark.parametrize(
    ("picture", "expected"),
    [((1920, 1080), (736, 416)), ((640, 640), (544, 544)), ((1080, 1920), (416, 736)), ((9000, 10), (1088, 256))],
)
def test_the_input_has_the_shape_of_the_picture_and_one_area(
    picture: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert Layout(("x",), 544, LAYOUT.heads, "aspect").input_size(*picture) == expected
    assert Layout(("x",), 544, LAYOUT.heads).input_size(*picture) == (544, 544)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("decode", "darknet"),
        ("fit", "letterbox"),
        ("colour", "BGR"),
        ("names", "mask"),
        ("names", "[]"),
        ("heads", "[[32]]"),
        ("heads", "{}"),
        ("size", "65"),
        ("size", ""),
    ],
)
def test_metadata_that_we_cannot_decode_raise(key: str, value: str) -> None:
    with pytest.raises(VisionError, match="metadata"):
        read_layout({**write_layout(LAYOUT), key: value})
    with pytest.raises(VisionError, match="metadata"):
        read_layout({})


@pytest.mark.parametrize("shape", [(1080, 1920), (720, 1280), (300, 400), (97, 1000), (2160, 3840)])
def test_shrinking_averages_areas(shape: tuple[int, int]) -> None:
    """Close to the exact average of areas, and nothing off its place."""
    coarse = np.random.default_rng(1).integers(0, 256, (24, 48, 3), dtype=np.uint8)
    frame = np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)
    made = prepare(frame, 192, 96)[0, ::-1].transpose(1, 2, 0) * 255
    exact = cv2.resize(frame, (192, 96), interpolation=cv2.INTER_AREA).astype(float)
    assert np.abs(made - exact).mean() < 5
    assert np.corrcoef(made.ravel(), exact.ravel())[0, 1] > 0.99


def test_no_pixel_of_a_large_frame_is_skipped() -> None:
    frame = np.zeros((960, 1920, 3), np.uint8)
    frame[::5, ::5] = 250  # one pixel in 25
    made = prepare(frame, 192, 96) * 255
    assert made.min() > 3
    assert abs(made.mean() - 10) < 0.5
