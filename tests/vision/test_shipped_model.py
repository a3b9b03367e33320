"""The model file in the repository: its size, what it says about itself, and obvious faces of each kind."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from maskflow.training.democlip import portraits
from maskflow.training.paintedmask import BLUE, WHITE, Portrait
from maskflow.vision.anonymise import hide
from maskflow.vision.masks import MaskDetector

TOP = Path(__file__).parents[2]
FOLDER = TOP / "functions" / "mask-detector"
MODEL = FOLDER / "mask-detector.onnx"
PEOPLE = portraits(TOP / "workflows" / "demo" / "pictures")


@pytest.fixture(scope="module")
def detector() -> MaskDetector:
    return MaskDetector(MODEL)


def face(person: Portrait) -> np.ndarray:
    """The box of the face (1, 4), from the points of its eyes, nose and mouth."""
    low, high = person.points.min(axis=0), person.points.max(axis=0)
    width, middle = high[0] - low[0], (low + high) / 2
    return np.array(
        [[middle[0] - width, middle[1] - 1.4 * width, middle[0] + width, middle[1] + 1.3 * width]], np.float32
    )


def verdict(detector: MaskDetector, person: Portrait, *, hidden: bool = False) -> str:
    """The name of the best find on the face."""
    picture = person.picture.copy()
    if hidden:
        hide(picture, face(person))
    found = detector(picture)
    centre = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
    box = face(person)[0]
    on_face = ((centre > box[:2]) & (centre < box[2:])).all(axis=1)
    names = [detector.names[n] for n in found.class_id[on_face]]
    return names[0] if names else "nothing"


def test_the_file_is_small_and_the_one_that_the_card_describes() -> None:
    content = MODEL.read_bytes()
    assert len(content) <= 20_000_000
    assert hashlib.sha256(content).hexdigest() in (FOLDER / "MODEL.md").read_text(encoding="utf-8")


def test_names_are_in_the_file_in_the_order_of_the_labels(detector: MaskDetector) -> None:
    assert detector.names == ("no_mask", "mask")


@pytest.mark.parametrize("number", range(len(PEOPLE)))
def test_a_bare_face_is_bare_hidden_or_not(detector: MaskDetector, number: int) -> None:
    assert verdict(detector, PEOPLE[number]) == "no_mask"
    assert verdict(detector, PEOPLE[number], hidden=True) == "no_mask"


@pytest.mark.parametrize("colour", [BLUE, WHITE])
@pytest.mark.parametrize("number", range(len(PEOPLE)))
def test_a_mask_is_a_mask(detector: MaskDetector, number: int, colour: tuple[int, int, int]) -> None:
    assert verdict(detector, PEOPLE[number].masked(colour)) == "mask"


@pytest.mark.parametrize("colour", [BLUE, WHITE])
def test_a_mask_can_be_told_on_a_hidden_face(detector: MaskDetector, colour: tuple[int, int, int]) -> None:
    assert verdict(detector, PEOPLE[3].masked(colour), hidden=True) == "mask"


def test_a_picture_without_a_face_has_none(detector: MaskDetector) -> None:
    assert len(detector(np.full((360, 640, 3), 127, np.uint8))) == 0
