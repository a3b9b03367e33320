"""What the product would hide in training pictures is sought once, kept, and used for hiding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.training.augment import Recipe, hide_faces
from maskflow.training.dataset import Picture
from maskflow.training.found import with_found
from maskflow.training.sets import FINDER, shipped
from maskflow.vision.drawnface import drawn_face


@pytest.fixture
def pictures() -> list[Picture]:
    """A drawn face, and nothing."""
    face = np.full((240, 320, 3), 90, np.uint8)
    drawn = drawn_face(120)
    face[60 : 60 + len(drawn), 100 : 100 + drawn.shape[1]] = drawn
    none = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
    return [Picture("face", face, *none), Picture("nothing", np.full_like(face, 90), *none)]


def test_found_once_and_kept(pictures: list[Picture], tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(all_: list[Picture], number: int) -> list[Picture]:
        seen.append(number)
        return all_

    face, nothing = with_found(pictures, shipped(FINDER), tmp_path / "run" / "found.npz", watch)  # type: ignore[arg-type]
    again = with_found(pictures, tmp_path / "absent.onnx", tmp_path / "run" / "found.npz", watch)  # type: ignore[arg-type]
    assert seen == [2]
    assert face.found is not None
    assert nothing.found is not None
    assert len(face.found) >= 1
    assert len(nothing.found) == 0
    for one, two in zip((face, nothing), again, strict=True):
        np.testing.assert_array_equal(one.found, two.found)
    with pytest.raises(VisionError, match="belongs to other pictures"):
        with_found(pictures[:1], shipped(FINDER), tmp_path / "run" / "found.npz")


def test_what_the_finder_hides_is_hidden_in_training(pictures: list[Picture], tmp_path: Path) -> None:
    face, nothing = with_found(pictures, shipped(FINDER), tmp_path / "found.npz")
    recipe = Recipe(hidden=1.0, by_finder=1.0)
    hidden = hide_faces(face, np.random.default_rng(0), recipe)
    x1, y1, x2, y2 = face.found[0].astype(int)  # type: ignore[index]
    assert (hidden.image[y1:y2, x1:x2] != face.image[y1:y2, x1:x2]).any()
    assert (hide_faces(nothing, np.random.default_rng(0), recipe).image == nothing.image).all()
