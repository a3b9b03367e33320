"""Augmentation: boxes go where the faces go, the same random numbers give the same picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from maskflow.training.augment import Recipe, hide_faces, sample
from maskflow.training.dataset import Picture, load_folder

PLAIN = Recipe(size=96, whole=96, hidden=0.0, hsv=(0.0, 0.0, 0.0))


def face_coloured(image: np.ndarray) -> np.ndarray:
    """Pixels of the synthetic faces, skin or mask: far from grey."""
    return (image.max(axis=2).astype(int) - image.min(axis=2)) > 70


@pytest.mark.parametrize("mosaic", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(12))
def test_boxes_follow_the_faces(folder: Path, mosaic: float, seed: int) -> None:
    pictures = load_folder(folder)
    made = sample(pictures, seed % 8, np.random.default_rng(seed), replace(PLAIN, mosaic=mosaic))
    assert made.image.shape == (96, 96, 3)
    faces = face_coloured(made.image)
    inside = np.zeros_like(faces)
    for x1, y1, x2, y2 in np.rint(made.xyxy).astype(int):
        assert faces[y1:y2, x1:x2].mean() > 0.4
        inside[max(0, y1 - 2) : y2 + 2, max(0, x1 - 2) : x2 + 2] = True
    # what is not boxed is slivers of faces that the window cut off
    assert (faces & ~inside).mean() < 0.06


def test_same_random_numbers_same_picture(folder: Path) -> None:
    pictures = load_folder(folder)
    one, two = (sample(pictures, 3, np.random.default_rng(7), Recipe(size=96, whole=96)) for _ in range(2))
    np.testing.assert_array_equal(one.image, two.image)
    np.testing.assert_array_equal(one.xyxy, two.xyxy)


def test_hiding_changes_a_copy_and_keeps_the_labels(folder: Path) -> None:
    picture = load_folder(folder)[0]
    before = picture.image.copy()
    always = Recipe(hidden=1.0, missed=0.0, decoy=1.0)
    hidden = hide_faces(picture, np.random.default_rng(0), always)
    np.testing.assert_array_equal(picture.image, before)
    np.testing.assert_array_equal(hidden.xyxy, picture.xyxy)
    for x1, y1, x2, y2 in picture.xyxy.astype(int):
        assert np.any(hidden.image[y1:y2, x1:x2] != before[y1:y2, x1:x2])
    assert hide_faces(picture, np.random.default_rng(0), Recipe(hidden=0.0)) is picture


def test_faces_cut_to_a_sliver_are_dropped() -> None:
    image = np.zeros((96, 96, 3), np.uint8)
    corner = Picture("x", image, np.array([[0, 0, 2, 2]], np.float32), np.array([0]))
    for seed in range(20):
        made = sample([corner], 0, np.random.default_rng(seed), replace(PLAIN, mosaic=0.0))
        sides = made.xyxy[:, 2:] - made.xyxy[:, :2]
        assert np.all(sides >= 3)
