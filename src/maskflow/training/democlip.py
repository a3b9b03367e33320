"""Makes the demo's video from free portraits: `python -m maskflow.training.democlip PICTURES OUT.mp4`.

A camera glides along a wall of portraits, near and far, some with masks painted on. Same pictures, same bytes.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.errors import VisionError
from maskflow.training.paintedmask import BLUE, WHITE, Portrait
from maskflow.vision.pictures import read_picture
from maskflow.vision.video_write import write_video

Picture = npt.NDArray[np.uint8]

POINTS_NAME = "points.json"
WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 15, 30
GAP = 36
PLASTER = (196, 206, 210)

WALL: tuple[tuple[int, bool, tuple[int, int, int] | None], ...] = (
    (0, False, None),
    (1, False, BLUE),
    (2, False, WHITE),
    (3, True, BLUE),
    (0, True, WHITE),
    (2, True, None),
    (1, True, WHITE),
    (3, False, BLUE),
)
"""From left to right: which portrait, mirrored or not, the colour of its mask or none."""


def portraits(folder: Path) -> list[Portrait]:
    """The pictures of `folder` with the points of their faces, as its `points.json` lists them."""
    try:
        listed = json.loads((folder / POINTS_NAME).read_text())
        return [Portrait(read_picture(folder / one["file"]), np.array(one["points"], np.float32)) for one in listed]
    except (OSError, ValueError, KeyError) as error:
        raise VisionError(f"{folder / POINTS_NAME} does not list portraits: {error!r}") from error


def wall(people: list[Portrait]) -> Picture:
    """The portraits of `WALL` side by side, with plaster between them."""
    gap = np.full((people[0].picture.shape[0], GAP, 3), PLASTER, np.uint8)
    panels = [gap]
    for number, mirror, colour in WALL:
        person = people[number].mirrored() if mirror else people[number]
        panels += [(person.masked(colour) if colour else person).picture, gap]
    return np.concatenate(panels, axis=1)


def glide(picture: Picture, seconds: int = SECONDS) -> Iterator[Picture]:
    """The frames of the camera's way from the left end to the right, coming nearer and going back meanwhile."""
    height, width = picture.shape[:2]
    total = seconds * RATE
    for index in range(total):
        done = index / (total - 1)
        zoom = 1.0 + 0.25 * math.sin(2 * math.pi * done) ** 2
        view_width, view_height = WIDTH / zoom, HEIGHT / zoom
        left = done * (width - view_width)
        top = 0.15 * (height - view_height)
        shift = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float32)
        yield np.asarray(cv2.warpAffine(picture, shift, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR), np.uint8)


def main(arguments: list[str] | None = None) -> int:
    """Write the clip."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    chosen = parser.parse_args(arguments)
    write_video(chosen.out, glide(wall(portraits(chosen.pictures)), chosen.seconds), rate=RATE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
