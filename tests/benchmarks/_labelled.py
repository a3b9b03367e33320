"""Labelled pictures for benchmarks of the face finder: one by one, or side by side as frames of a camera."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

ASPECT = 16 / 9
TRIED = 80
"""How many of the next pictures are tried for a gap of a sheet."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A frame uint8 (h, w, 3) with its labelled faces (n, 4) in pixels, and the set that each comes from."""

    name: str
    frame: npt.NDArray[np.uint8]
    faces: npt.NDArray[np.float64]
    groups: tuple[str, ...]


def pictures(data: Path, step: int = 1) -> list[Path]:
    """Every `step`-th picture of each set below `data` (or of `data` itself)."""
    folders = [data / "images"] if (data / "images").is_dir() else sorted(data.glob("*/images"))
    return [picture for folder in folders for picture in sorted(folder.glob("*.jpg"))[::step]]


def read(picture: Path) -> Labelled:
    """One picture as stored: labels are drawn before any EXIF orientation."""
    frame = cv2.imread(str(picture), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    height, width = frame.shape[:2]
    rows = np.loadtxt(picture.parents[1] / "labels" / f"{picture.stem}.txt", ndmin=2)
    half = rows[:, 3:5] / 2
    corners = np.concatenate([rows[:, 1:3] - half, rows[:, 1:3] + half], axis=1)
    faces = corners * np.array([width, height, width, height])
    return Labelled(picture.name, frame, faces, (picture.parents[1].name,) * len(faces))


def frames(data: Path, step: int, height: int) -> Iterator[Labelled]:
    """The pictures themselves, or, with a `height`, sheets of 16:9 that hold several at their natural size."""
    chosen = pictures(data, step)
    if not height:
        yield from map(read, chosen)
        return
    random.Random(0).shuffle(chosen)
    while chosen:
        sheet, used = _sheet(chosen, round(height * ASPECT), height)
        chosen = [one for one in chosen if one not in used]
        if sheet:
            yield sheet


def _sheet(chosen: list[Path], width: int, height: int) -> tuple[Labelled | None, set[Path]]:
    """Shelves from top to bottom, each as high as its first picture; one that fits no empty sheet is passed over."""
    frame = np.zeros((height, width, 3), np.uint8)
    used: set[Path] = {chosen[0]}
    faces: list[npt.NDArray[np.float64]] = []
    groups: list[str] = []
    left = top = shelf = 0
    for picture in chosen[:TRIED]:
        one = read(picture)
        rows, columns = one.frame.shape[:2]
        if left + columns > width or (shelf and rows > shelf):
            if left + columns <= width or top + shelf + rows > height or columns > width:
                continue
            left, top, shelf = 0, top + shelf, 0
        if top + rows > height:
            continue
        shelf = shelf or rows
        frame[top : top + rows, left : left + columns] = one.frame
        faces.append(one.faces + np.array([left, top, left, top]))
        groups += one.groups
        left += columns
        used.add(picture)
    sheet = Labelled(f"sheet with {chosen[0].name}", frame, np.concatenate(faces), tuple(groups)) if faces else None
    return sheet, used
