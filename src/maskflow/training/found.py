"""What the product would hide in the training pictures, sought once a run and kept in its folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from maskflow.errors import VisionError
from maskflow.training.dataset import Picture
from maskflow.vision.boxes import Floats
from maskflow.vision.conceal import Style, conceal
from maskflow.vision.faces import FaceFinder

Watch = Callable[[Iterable[Picture], int], Iterable[Picture]]
"""Is handed the pictures and their number, and hands them on: where progress is shown."""


def with_found(
    pictures: Sequence[Picture], model: Path, kept: Path, watch: Watch = lambda pictures, _number: pictures
) -> tuple[Picture, ...]:
    """The pictures with what the finder `model` would have hidden; read from `kept` (npz) where that was sought before.

    Raises VisionError for a file `kept` that belongs to other pictures.
    """
    if not kept.exists():
        finder = FaceFinder(model)
        _keep([_hidden(picture, finder) for picture in watch(pictures, len(pictures))], kept)
    with np.load(kept) as stored:
        boxes, counts = stored["boxes"], stored["counts"]
    if len(counts) != len(pictures):
        raise VisionError(f"{kept} belongs to other pictures", hint="delete it, or give another run folder")
    parts = np.split(boxes, np.cumsum(counts)[:-1])
    return tuple(replace(picture, found=part) for picture, part in zip(pictures, parts, strict=True))


def _hidden(picture: Picture, finder: FaceFinder) -> Floats:
    """The boxes, best first; one of the whole picture where faces would not hide one by one."""
    height, width = picture.image.shape[:2]
    done = conceal(picture.image.copy(), finder, Style(), finder.near)
    return np.array([[0, 0, width, height]], np.float32) if done.whole else done.boxes.astype(np.float32)


def _keep(found: Sequence[Floats], kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f"{kept.name}.part")
    with part.open("wb") as file:
        np.savez(file, boxes=np.concatenate(found), counts=np.array([len(boxes) for boxes in found]))
    os.replace(part, kept)
