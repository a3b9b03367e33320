"""The ways to hide a face that are compared: those of `vision.anonymise` by its own code, the others for comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.vision.anonymise import covered, hide

Frame = npt.NDArray[np.uint8]
Random = np.random.Generator
_Paint = Callable[[Frame, Random], Frame]
"""What is shown instead of a region (h, w, 3) of at least one pixel."""

GROW = 1.3


@dataclass(frozen=True, slots=True)
class Hiding:
    """One way to hide faces; lengths inside are shares of the hidden region, never pixels."""

    name: str
    family: str
    """Ways that differ in strength only; one line of the plot."""
    paint: _Paint | None = None
    """None: the product's own code with `method` and `cells`."""
    method: str = "mosaic"
    cells: int = 6

    def __call__(self, frame_bgr: Frame, boxes: npt.ArrayLike, random: Random) -> Frame:
        """Hide `boxes` (n, 4) of the frame, uint8 (h, w, 3), in place, over the regions that the product would cover.

        `random` feeds the ways that add noise; the same state gives the same picture.
        """
        if self.paint is None:
            return hide(frame_bgr, boxes, method=self.method, cells=self.cells, grow=GROW)
        for x1, y1, x2, y2 in covered(boxes, frame_bgr.shape[1], frame_bgr.shape[0], GROW):
            if x2 > x1 and y2 > y1:
                frame_bgr[y1:y2, x1:x2] = self.paint(frame_bgr[y1:y2, x1:x2].copy(), random)
        return frame_bgr


def hidings() -> tuple[Hiding, ...]:
    """Everything that is compared, family by family, from weak to strong."""
    return (
        Hiding("clear", "clear", lambda region, _: region),
        Hiding("blur 10 px", "fixed blur", lambda region, _: np.asarray(cv2.blur(region, (10, 10)), np.uint8)),
        *(Hiding(f"mosaic {n}", "mosaic", cells=n) for n in (12, 8, 6, 5, 4, 3)),
        *(Hiding(f"mosaic {n}, all colours", "mosaic, all colours", _blocks(n, n)) for n in (12, 8, 6, 4)),
        *(Hiding(f"mosaic {n}, 4 levels", "mosaic, 4 levels", _blocks(n, n, step=64)) for n in (8, 6, 4)),
        *(Hiding(f"mosaic {n}, noise 32", "mosaic, noise 32", _blocks(n, n, noise=32)) for n in (8, 6, 4)),
        *(Hiding(f"mosaic {n}, noise 64", "mosaic, noise 64", _blocks(n, n, noise=64)) for n in (8, 6, 4)),
        *(Hiding(f"bands {n}", "bands", _blocks(n, 1, step=32)) for n in (8, 4)),
        *(Hiding(f"box blur 1/{n}", "box blur", _box(1 / n)) for n in (5, 3, 2)),
        *(Hiding(f"Gaussian 1/{n}", "Gaussian", _gauss(1 / n)) for n in (16, 10, 6)),
        *(Hiding(f"posterise {n}", "posterise", _posterise(256 // n)) for n in (4, 2)),
        Hiding("fill", "fill", method="fill"),
    )


def _blocks(rows: int, columns: int, *, step: int = 1, noise: float = 0.0) -> _Paint:
    """Mean blocks, `rows` along the longer side (`columns` = `rows`: square cells, as the product; 1: bands).

    Colours are rounded to the middle of bins `step` wide after noise of standard deviation `noise` was added.
    """

    def paint(region: Frame, random: Random) -> Frame:
        height, width = region.shape[:2]
        side = max(height, width) / rows
        across = min(width, max(1, round(width / side))) if columns > 1 else 1
        down = min(height, max(1, round(height / side)))
        small = cv2.resize(region, (across, down), interpolation=cv2.INTER_AREA)
        small = np.clip(small + random.normal(0, noise, small.shape), 0, 255).astype(np.uint8)
        coarse = small // step * step + step // 2
        return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)

    return paint


def _box(share: float) -> _Paint:
    def paint(region: Frame, _: Random) -> Frame:
        side = max(1, round(max(region.shape[:2]) * share))
        return np.asarray(cv2.blur(region, (side, side)), np.uint8)

    return paint


def _gauss(share: float) -> _Paint:
    """`share` is the standard deviation in longer sides of the region."""

    def paint(region: Frame, _: Random) -> Frame:
        return np.asarray(cv2.GaussianBlur(region, (0, 0), max(0.1, max(region.shape[:2]) * share)), np.uint8)

    return paint


def _posterise(step: int) -> _Paint:
    return lambda region, _: np.asarray(region // step * step + step // 2, np.uint8)
