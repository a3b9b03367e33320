"""Folders of pictures and their labels as they are scored: whole, in stored pixels, every problem told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from maskflow.errors import VisionError
from maskflow.training.dataset import Picture, read_labels
from maskflow.vision.boxes import Floats, Ints
from maskflow.vision.pictures import read_picture

MODEL = "mask-detector/mask-detector.onnx"
FINDER = "anon-and-split/yunet.onnx"
"""The models of the shipped functions, as `shipped` takes them."""

VALID_SET = "adityap27_valid"
"""Scored, never trained on."""

SUFFIXES = frozenset(
    f".{kind}"
    for kinds in (
        ("jpg", "jpeg", "jpe", "jfif", "png", "bmp", "dib", "gif", "tif", "tiff", "webp"),
        ("avif", "heic", "heif", "jp2", "ppm", "pgm", "pbm"),
    )
    for kind in kinds
)
"""What a file's name must end with to count as a picture. The last ones cannot be read, and that is then said."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The labels of one picture, without its pixels: file name, size, boxes (n, 4) in pixels, classes (n,)."""

    image: str
    width: int
    height: int
    xyxy: Floats
    class_id: Ints

    @classmethod
    def of(cls, picture: Picture) -> Truth:
        height, width = picture.image.shape[:2]
        return cls(picture.name, width, height, picture.xyxy, picture.class_id)


def shipped(name: str) -> Path:
    """The file `FUNCTION/FILE` of the shipped functions: in a wheel beside the modules, else in the source folder."""
    package = Path(str(resources.files("maskflow")))
    home = package / "templates" if (package / "templates").is_dir() else package.parents[1]
    return home / "functions" / name


def scored_set(data: Path) -> Path:
    """The set that `data` means: itself when it is one, else the valid set in it."""
    return data if (data / "images").is_dir() or not (data / VALID_SET).is_dir() else data / VALID_SET


def listed(folder: Path) -> list[Path]:
    """The pictures in `folder`/images, or in `folder` itself, in the order of their names.

    Raises VisionError when there is none.
    """
    place = folder / "images" if (folder / "images").is_dir() else folder
    try:
        found = sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError as error:
        raise VisionError(f"cannot list {place}: {error.strerror}") from error
    if not found:
        raise VisionError(f"no pictures in {place}", hint="give the folder that holds them, or the one above `images`")
    return found


def unlabelled(path: Path) -> Picture:
    """The picture at `path`, in stored pixels, without labels; its name is the file's."""
    return Picture(path.name, read_picture(path, upright=False), np.zeros((0, 4), np.float32), np.zeros(0, np.int64))


def labelled(path: Path) -> Picture:
    """The picture `SET/images/NAME.*` with the boxes of `SET/labels/NAME.txt`, whole, in stored pixels."""
    image = read_picture(path, upright=False)
    class_id, unit = read_labels(path.parents[1] / "labels" / f"{path.stem}.txt")
    height, width = image.shape[:2]
    return Picture(path.name, image, unit * np.array([width, height] * 2, np.float32), class_id)


def read_all(paths: Sequence[Path], read: Callable[[Path], Picture]) -> Iterator[Picture]:
    """The pictures one by one. After one that cannot be read, the others are only tried.

    Raises VisionError at the end, naming all that cannot be read.
    """
    problems = []
    for path in paths:
        try:
            picture = read(path)
        except VisionError as error:
            problems.append(str(error))
            continue
        if not problems:
            yield picture
    if problems:
        count = f"{len(problems)} of {len(paths)} pictures cannot be used"
        raise VisionError("\n  ".join([f"{count}:", *problems]))
