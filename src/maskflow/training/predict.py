"""What a detector sees in pictures, and the same as lines of JSON, for other programs to score, or from them."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maskflow.errors import StorageError, VisionError
from maskflow.training.dataset import NAMES, Picture
from maskflow.training.sets import Truth
from maskflow.vision.anonymise import Frame
from maskflow.vision.boxes import Detections
from maskflow.vision.masks import MaskDetector

FLOOR = 0.005
"""The lowest score that is kept: mean AP wants the long tail."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """All that was seen in one picture, each class suppressed for itself, classes numbered as in label files."""

    image: str
    """The picture's file name."""
    width: int
    height: int
    found: Detections


class Predictor:
    """A detector whose classes are numbered as in label files, whatever order its own file has."""

    def __init__(self, model: Path) -> None:
        """Raises VisionError for an unusable file."""
        self._detector = MaskDetector(model)
        others = tuple(name for name in self._detector.names if name not in NAMES)
        self.names = NAMES + others
        """Class names by number: those of the labels, then what else the model knows."""
        self._number = np.array([self.names.index(name) for name in self._detector.names])

    def __call__(self, picture: Picture, shown: Frame) -> Prediction:
        """What is seen in `shown`, which has the size of `picture`."""
        found = self._detector.candidates(shown, FLOOR)
        height, width = picture.image.shape[:2]
        return Prediction(
            picture.name, width, height, Detections(found.xyxy, found.score, self._number[found.class_id])
        )


def line(prediction: Prediction) -> str:
    """One line of JSON: `{"image", "width", "height", "boxes": [[x1, y1, x2, y2, score, class], ...]}`, in pixels.

    Numbers are as short as they can be while they give the same float32 again.
    """
    found = prediction.found
    boxes = [
        [*(_short(x) for x in box), _short(score), int(number)]
        for box, score, number in zip(found.xyxy, found.score, found.class_id, strict=True)
    ]
    facts = {"image": prediction.image, "width": prediction.width, "height": prediction.height, "boxes": boxes}
    return json.dumps(facts)


def _short(value: np.float32) -> float:
    return float(str(value))


def write(path: Path, predictions: Iterable[Prediction]) -> int:
    """Write one line a prediction, the whole file or nothing; returns how many. Raises StorageError."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="ascii") as stream:
            for count, prediction in enumerate(predictions, start=1):  # noqa: B007  # it is returned
                stream.write(line(prediction) + "\n")
        os.replace(part, path)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return count


def read(path: Path) -> list[Prediction]:
    """The predictions of a file like `write` makes. Raises VisionError naming every line that is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VisionError(f"cannot read {path}: {error}") from error
    predictions, problems = [], []
    for number, text in enumerate(lines, start=1):
        try:
            predictions.append(_parsed(json.loads(text)))
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            problems.append(f"{path}:{number}: no prediction: {error!r}")
    if problems:
        raise VisionError("\n  ".join(problems))
    return predictions


def _parsed(facts: dict[str, Any]) -> Prediction:
    rows = np.array(facts["boxes"], np.float64).reshape(-1, 6)
    class_id = rows[:, 5].astype(np.int64)
    if not np.isfinite(rows).all() or (class_id != rows[:, 5]).any() or (class_id < 0).any():
        raise ValueError("boxes are [x1, y1, x2, y2, score, class] with a whole number for the class")
    found = Detections(rows[:, :4].astype(np.float32), rows[:, 4].astype(np.float32), class_id)
    return Prediction(str(facts["image"]), int(facts["width"]), int(facts["height"]), found)


def aligned(predictions: Sequence[Prediction], truth: Sequence[Truth]) -> list[Detections]:
    """What was seen in each picture; nothing where there is no line for it.

    Raises VisionError for lines about no picture of the set, for a second one about the same, and for another size.
    """
    by_name = {one.image: one for one in predictions}
    sizes = {one.image: (one.width, one.height) for one in truth}
    problems = [f"{one.image}: not in the set" for one in predictions if one.image not in sizes]
    problems += [f"{one.image}: more than one line" for one in predictions if by_name[one.image] is not one]
    for one in predictions:
        width, height = sizes.get(one.image, (one.width, one.height))
        if (width, height) != (one.width, one.height):
            problems.append(f"{one.image}: {one.width}x{one.height} pixels, not {width}x{height}")
    if problems:
        raise VisionError("\n  ".join(["the predictions do not fit the pictures:", *problems]))
    return [by_name[one.image].found if one.image in by_name else Detections.empty() for one in truth]
