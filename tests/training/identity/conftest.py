"""People who belong to nobody: faces drawn from a few numbers each, so that who is who is known for certain."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

if TYPE_CHECKING:
    from maskflow.training.identity.faces import Face
    from maskflow.training.identity.people import Crowd

if find_spec("torch") is None:  # the extra `train`
    collect_ignore_glob = ["test_*.py"]

SIDE = 96


def drawn(person: int, shot: int) -> Face:
    """One shot of a person: features that stay, a light and a place that change."""
    from maskflow.training.identity.faces import Face

    look = np.random.default_rng(person)
    skin, hair, lips = (look.integers(60, 220, 3).tolist() for _ in range(3))
    eyes, mouth, width = look.uniform(0.3, 0.45), look.uniform(0.62, 0.75), look.uniform(0.2, 0.3)
    image = np.full((SIDE, SIDE, 3), 128, np.uint8)

    def spot(x: float, y: float) -> tuple[int, int]:
        return round(x * SIDE), round(y * SIDE)

    cv2.ellipse(image, spot(0.5, 0.5), spot(width, 0.34), 0, 0, 360, skin, cv2.FILLED)
    cv2.ellipse(image, spot(0.5, 0.3), spot(width, look.uniform(0.05, 0.18)), 0, 180, 360, hair, cv2.FILLED)
    for x in (0.5 - width / 2, 0.5 + width / 2):
        cv2.circle(image, spot(x, eyes), round(look.uniform(0.02, 0.05) * SIDE), hair, cv2.FILLED)
    cv2.ellipse(image, spot(0.5, mouth), spot(width / 2, 0.03), 0, 0, 360, lips, cv2.FILLED)
    now = np.random.default_rng([person, shot])
    lit = np.clip(image * now.uniform(0.9, 1.1) + now.normal(0, 4, image.shape), 0, 255).astype(np.uint8)
    box = np.array([20, 14, 76, 84], np.float32) + now.normal(0, 1, 4).astype(np.float32)
    upright = np.array([[150 / SIDE, 0.0, 0.0], [0.0, 150 / SIDE, 0.0]])
    return Face(person, lit, box, upright, class_id=person % 2, picture=f"{person}-{shot}")


class Thumbnail:
    """An eye that sees a small picture."""

    def embed(self, chips_bgr: np.ndarray) -> np.ndarray:
        small = [cv2.resize(chip, (16, 16), interpolation=cv2.INTER_AREA).ravel() for chip in chips_bgr]
        return np.array(small, np.float32).reshape(len(chips_bgr), -1)[:, :768] / 255


@pytest.fixture
def eye() -> Thumbnail:
    return Thumbnail()


@pytest.fixture
def crowd() -> Crowd:
    """Twenty people, two pictures of each in the gallery and two to recognise them by, and ten strangers."""
    from maskflow.training.identity.people import Crowd

    gallery = tuple(drawn(person, shot) for person in range(20) for shot in (0, 1))
    probes = tuple(drawn(person, shot) for person in range(20) for shot in (2, 3))
    return Crowd("drawn", gallery, probes, tuple(drawn(person, 0) for person in range(100, 110)))
