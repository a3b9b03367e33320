"""Synthetic pictures: a disc is a face, its lower half is blue where a mask is worn."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest


def draw(seed: int, size: int = 96) -> tuple[np.ndarray, np.ndarray]:
    """A picture (size, size, 3) and its label rows (n, 5): class cx cy w h in 0..1."""
    random = np.random.default_rng(seed)
    image = random.integers(90, 130, (size, size, 3), dtype=np.uint8)
    rows = []
    for left in (0.0, 0.5):
        radius = random.uniform(0.12, 0.2)
        x, y = left + 0.25, random.uniform(0.3, 0.7)
        centre, r = (round(x * size), round(y * size)), round(radius * size)
        worn = int(random.integers(2))
        cv2.circle(image, centre, r, (120, 160, 230), cv2.FILLED)
        if worn:
            cv2.ellipse(image, centre, (r, r), 0, 0, 180, (230, 120, 40), cv2.FILLED)
        rows.append([worn, x, y, 2 * radius, 2 * radius])
    return image, np.array(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set of 8 synthetic pictures in the layout of the real ones."""
    root = tmp_path / "set"
    for part in ("images", "labels", "labels3"):
        (root / part).mkdir(parents=True)
    for seed in range(8):
        image, rows = draw(seed)
        cv2.imwrite(str(root / "images" / f"{seed:03d}.jpg"), image)
        text = "\n".join(" ".join([str(int(row[0])), *(f"{v:.6f}" for v in row[1:])]) for row in rows)
        (root / "labels" / f"{seed:03d}.txt").write_text(text + "\n")
    return root
