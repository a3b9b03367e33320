"""Paints a surgical mask onto a portrait: for demonstrations, where no free pictures of masked people are at hand."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]

BLUE = (205, 175, 120)
WHITE = (238, 236, 232)

_RIGHT_HALF = [(0.5, 0.36), (0.94, 0.50), (0.92, 1.10), (0.70, 1.66), (0.35, 1.96)]
_OUTLINE = np.array([(0, 0.27), *_RIGHT_HALF, (0, 2.03), *[(-u, v) for u, v in _RIGHT_HALF[::-1]]], np.float32)
"""From cheek over the nose to cheek and round the chin, in units of the distance between the eyes."""

_STRAPS = (((0.92, 0.53), (1.22, 0.22)), ((0.88, 1.25), (1.20, 0.60)))
_PLEATS = (0.80, 1.12, 1.44)
_FINE = 4


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture, uint8 BGR (h, w, 3), and its face's points (5, 2) in pixels: eyes, nose, corners of the mouth."""

    picture: Picture
    points: Points

    def mirrored(self) -> Portrait:
        """Left and right exchanged, in the order of the points too."""
        points = self.points[[1, 0, 2, 4, 3]].copy()
        points[:, 0] = self.picture.shape[1] - 1 - points[:, 0]
        return Portrait(np.ascontiguousarray(self.picture[:, ::-1]), points)

    def masked(self, colour: tuple[int, int, int] = BLUE) -> Portrait:
        """The same person with a mask of that colour (BGR) over nose, mouth and chin."""
        place = _Frame.of(self.points)
        area = _coverage(self.picture.shape[:2], place)
        cloth = _cloth(self.picture, place, colour)
        strapped = _strapped(self.picture, place, colour)
        mixed = strapped * (1 - area[..., None]) + cloth * area[..., None]
        return Portrait(np.clip(np.rint(mixed), 0, 255).astype(np.uint8), self.points)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The face's own axes: origin between the eyes, one unit from eye to eye, `lean` follows the nose sideways."""

    origin: Points
    across: Points
    down: Points
    lean: float

    @classmethod
    def of(cls, points: Points) -> _Frame:
        origin, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
        across = points[1] - points[0]
        down = np.array([-across[1], across[0]], np.float32)
        unit = float(across @ across)
        lean = float((mouth - origin) @ across) / unit / max(0.5, float((mouth - origin) @ down) / unit)
        stretch = float((mouth - origin) @ down) / unit / 1.05  # long and short faces
        return cls(origin, across, down * stretch, lean)

    def pixels(self, points: npt.ArrayLike) -> Points:
        """Points (n, 2) of the face's axes in pixels."""
        u, v = np.asarray(points, np.float32).reshape(-1, 2).T
        return np.asarray(self.origin + (u + self.lean * v)[:, None] * self.across + v[:, None] * self.down, np.float32)


def _coverage(shape: tuple[int, ...], place: _Frame) -> npt.NDArray[np.float32]:
    """How much of each pixel is mask, 0..1, soft at the edge."""
    area = np.zeros(shape, np.uint8)
    cv2.fillPoly(area, [_fixed(_smooth(place.pixels(_OUTLINE)))], 255, cv2.LINE_AA, _FINE)
    return np.asarray(cv2.GaussianBlur(area, (0, 0), 0.8) / 255, np.float32)


def _cloth(picture: Picture, place: _Frame, colour: tuple[int, int, int]) -> npt.NDArray[np.float32]:
    """Evenly coloured cloth in the light of the face below it, brighter in the middle, with pleats."""
    unit = float(np.linalg.norm(place.across))
    light = cv2.GaussianBlur(picture.astype(np.float32).mean(axis=2), (0, 0), unit / 3)
    light /= max(1.0, float(light[tuple(np.rint(place.pixels((0, 1.0))[0, ::-1]).astype(int))]))
    y, x = np.indices(picture.shape[:2], np.float32)
    middle = place.pixels((0, 0.95))[0]
    bulge = np.exp(-((x - middle[0]) ** 2 + (y - middle[1]) ** 2) / (2 * unit**2))
    shade = np.clip(light, 0.6, 1.2) ** 0.6 * (0.74 + 0.32 * bulge)
    pleats = np.zeros(picture.shape[:2], np.uint8)
    for v in _PLEATS:
        u = np.linspace(-0.90, 0.90, 15)
        line = place.pixels(np.stack([u, v + 0.12 * (1 - u**2)], axis=1))
        cv2.polylines(pleats, [_fixed(line)], False, 255, max(1, round(unit / 30)), cv2.LINE_AA, _FINE)
    shade -= 0.12 * cv2.GaussianBlur(pleats, (0, 0), unit / 40).astype(np.float32) / 255
    return np.asarray(shade[..., None] * np.array(colour, np.float32), np.float32)


def _strapped(picture: Picture, place: _Frame, colour: tuple[int, int, int]) -> npt.NDArray[np.float32]:
    lines = picture.copy()
    unit = float(np.linalg.norm(place.across))
    for side in (-1, 1):
        for (u, v), (w, z) in _STRAPS:
            ends = place.pixels([(side * u, v), (side * w, z)])
            cv2.polylines(lines, [_fixed(ends)], False, colour, max(1, round(unit / 25)), cv2.LINE_AA, _FINE)
    return lines.astype(np.float32)


def _smooth(points: Points) -> Points:
    """The closed outline with its corners cut twice (Chaikin)."""
    for _ in range(2):
        following = np.roll(points, -1, axis=0)
        points = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], axis=1).reshape(-1, 2)
    return points


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    return np.asarray(np.rint(points * 2**_FINE), np.int32)
