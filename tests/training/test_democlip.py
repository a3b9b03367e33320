"""The demo's clip: free portraits, painted masks, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from maskflow.errors import VisionError
from maskflow.training.democlip import HEIGHT, RATE, WALL, WIDTH, glide, main, portraits, wall
from maskflow.training.paintedmask import BLUE
from maskflow.vision.faces import FaceFinder
from maskflow.vision.frames import Sampling

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "workflows" / "demo" / "pictures"


def test_the_pictures_are_few_small_and_accounted_for() -> None:
    files = sorted(p.name for p in PICTURES.glob("*.jpg"))
    said = (PICTURES / "SOURCES.md").read_text()
    assert len(files) == len(portraits(PICTURES))
    assert all(f"`{name}`" in said for name in files)
    assert sum(p.stat().st_size for p in PICTURES.iterdir()) < 1_000_000


def test_a_mask_covers_mouth_and_nose_and_leaves_the_eyes() -> None:
    for person in portraits(PICTURES):
        for one in (person, person.mirrored()):
            changed = (one.masked(BLUE).picture != one.picture).any(axis=2)
            right_eye, left_eye, nose, *mouth = np.rint(one.points).astype(int)
            assert all(changed[y, x] for x, y in (nose, *mouth))
            assert not any(changed[y, x] for x, y in (right_eye, left_eye))


def test_every_person_of_the_clip_is_found() -> None:
    finder = FaceFinder(ROOT / "functions" / "anon-and-split" / "yunet.onnx", score=0.5)
    assert len(finder(wall(portraits(PICTURES)))) >= len(WALL)


def test_the_camera_sees_one_wall(tmp_path: Path) -> None:
    frames = list(glide(wall(portraits(PICTURES)), 1))
    assert len(frames) == RATE
    assert {frame.shape for frame in frames} == {(HEIGHT, WIDTH, 3)}


def test_same_pictures_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        assert main([str(PICTURES), str(tmp_path / name), "--seconds", "1"]) == 0
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert len(list(Sampling(tmp_path / "a.mp4", 0.5))) == 2


def test_an_absent_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(VisionError, match=r"points\.json"):
        portraits(tmp_path)
