"""Labelled pictures of YOLO-style folders, decoded once and kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.vision.boxes import Floats, Ints, iou

SIZE = 544
"""The network's input has the area of a square of this side, in pixels; chosen by accuracy and time: see its card."""

LONG_SIDE = 800
"""Pictures are shrunk to this, in pixels: enough for the input of use zoomed by 1.25, at about 1.3 MB a picture."""

NAMES = ("no_mask", "mask")
"""Class names in the order of the labels: 0 = no mask. (Some published models number them the other way.)"""

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".webp")
_INCORRECT = 2
_MOST_REPORTED = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture with its faces."""

    name: str
    image: npt.NDArray[np.uint8]
    """(h, w, 3) BGR."""
    xyxy: Floats
    """(n, 4) pixels of `image`."""
    class_id: Ints
    """(n,) 0 = no mask, 1 = mask."""
    found: Floats | None = None
    """(m, 4) what the product would hide, best first, in pixels of `image`; None where nobody looked."""


def load_folder(folder: Path, *, relabel: bool = False, long_side: int = LONG_SIDE) -> list[Picture]:
    """Every picture of `folder`/images with its `folder`/labels, in the order of their names.

    Rows are `class cx cy w h` in 0..1 of the stored pixels, so an EXIF orientation is ignored: the boxes were drawn on
    pictures as stored. With `relabel`, boxes that `folder`/labels3 calls class 2 (mask worn incorrectly) become
    "no mask" where the two files agree on the box (IoU >= 0.5). Raises VisionError for a folder without pictures, and
    one that names every picture that cannot be decoded and every label file that makes no sense.
    """
    paths = sorted(p for p in (folder / "images").glob("*") if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise VisionError(f"no pictures in {folder / 'images'}", hint="give the folder that holds the data sets")
    loaded, problems = [], []
    for path in paths:
        try:
            loaded.append(_load(path, folder, relabel, long_side))
        except VisionError as error:
            problems.append(str(error))
    if problems:
        rest = len(problems) - _MOST_REPORTED
        lines = problems[:_MOST_REPORTED] + ([f"and {rest} more"] if rest > 0 else [])
        raise VisionError("\n  ".join([f"{len(problems)} of {len(paths)} pictures of {folder} are unusable:", *lines]))
    return loaded


def _load(path: Path, folder: Path, relabel: bool, long_side: int) -> Picture:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if image is None:
        raise VisionError(f"cannot decode {path}")
    scale = long_side / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    file = folder / "labels" / f"{path.stem}.txt"
    class_id, unit = read_labels(file)
    if not np.isin(class_id, range(len(NAMES))).all():
        raise VisionError(f"{file}: classes are {', '.join(f'{n} = {name}' for n, name in enumerate(NAMES))}")
    three = folder / "labels3" / f"{path.stem}.txt"
    if relabel and three.exists():
        class_id = _merge_incorrect(class_id, unit, three)
    height, width = image.shape[:2]
    return Picture(path.stem, image, unit * np.array([width, height] * 2, np.float32), class_id)


def read_labels(path: Path) -> tuple[Ints, Floats]:
    """Class (n,) and corners (n, 4) in 0..1 of one label file; an empty or absent file has no faces."""
    try:
        lines = path.read_text().splitlines() if path.exists() else []
        rows = np.array([line.split() for line in lines if line.strip()], np.float64).reshape(-1, 5)
    except (OSError, ValueError) as error:
        raise VisionError(f"{path}: every line must be `class cx cy w h`: {error}") from error
    if not (np.isfinite(rows).all() and (rows[:, 1:] >= 0).all() and (rows[:, 1:] <= 1).all()):
        raise VisionError(f"{path}: centres and sides are shares of the picture, 0 to 1")
    corners = np.concatenate([rows[:, 1:3] - rows[:, 3:] / 2, rows[:, 1:3] + rows[:, 3:] / 2], axis=1)
    return rows[:, 0].astype(np.int64), np.clip(corners, 0, 1).astype(np.float32)


def _merge_incorrect(class_id: Ints, unit: Floats, three: Path) -> Ints:
    """A mask worn wrongly does not protect: class 0, as in the sets that label it themselves."""
    other_class, other = read_labels(three)
    wrong = other[other_class == _INCORRECT]
    matched = iou(unit, wrong).max(axis=1, initial=0) >= 0.5
    return np.where(matched, 0, class_id)
