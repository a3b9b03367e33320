"""A face drawn with a few ellipses: belongs to nobody, and a face finder that works finds it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_SKIN, _HAIR, _WHITE, _IRIS = (150, 180, 220), (30, 40, 50), (240, 240, 240), (40, 30, 20)
_SHADE, _LIPS, _MOUTH, _GREY = (100, 130, 175), (80, 80, 190), (50, 50, 120), 90


def drawn_face(side: int = 192) -> npt.NDArray[np.uint8]:
    """A square picture, uint8 BGR (side, side, 3), of one frontal face that fills the middle half of the width."""
    picture = np.full((side, side, 3), _GREY, np.uint8)
    _oval(picture, (0.50, 0.50), (0.26, 0.36), _SKIN)
    _oval(picture, (0.50, 0.31), (0.28, 0.20), _HAIR, (180, 360))
    for x in (0.39, 0.61):
        _oval(picture, (x, 0.45), (0.05, 0.025), _WHITE)
        _oval(picture, (x, 0.45), (0.022, 0.022), _IRIS)
        _oval(picture, (x, 0.39), (0.065, 0.015), _HAIR)
    _oval(picture, (0.485, 0.54), (0.010, 0.07), _SHADE)
    _oval(picture, (0.50, 0.615), (0.040, 0.012), _SHADE)
    _oval(picture, (0.50, 0.70), (0.085, 0.030), _LIPS)
    _oval(picture, (0.50, 0.70), (0.080, 0.006), _MOUTH)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), side / 160), np.uint8)


def _oval(
    picture: npt.NDArray[np.uint8],
    centre: tuple[float, float],
    radii: tuple[float, float],
    colour: tuple[int, int, int],
    arc: tuple[int, int] = (0, 360),
) -> None:
    """One filled ellipse, or its part between two angles; centre and radii as shares of the picture's side."""
    side = picture.shape[0]
    at = (round(centre[0] * side), round(centre[1] * side))
    size = (max(1, round(radii[0] * side)), max(1, round(radii[1] * side)))
    cv2.ellipse(picture, at, size, 0, arc[0], arc[1], colour, -1, cv2.LINE_AA)
