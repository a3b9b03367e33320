"""How many labelled faces are covered by what is hidden, by set and size: `tests/benchmarks/coverage.py --data DIR`.

DIR holds folders with `images/*.jpg` and YOLO rows in `labels/*.txt`. A face counts as covered when at least 80 % of a
24x24 grid of points on its box lie inside the hidden regions. "Falsely hidden" is the share of the pictures' area that
is hidden without touching a labelled face (boxes grown by half to allow for labels that are drawn tightly).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.vision.anonymise import covered
from maskflow.vision.faces import SCORE, FaceFinder

SIZES = ((0, 12), (12, 20), (20, 40), (40, 100), (100, 300), (300, 100_000))
GRID = (np.arange(24) + 0.5) / 24
MODEL = Path(__file__).parents[2] / "functions" / "anon-and-split" / "yunet.onnx"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled face: its set, picture, side in pixels and covered share 0..1."""

    group: str
    picture: str
    side: float
    share: float


def labelled(picture: Path, width: int, height: int) -> npt.NDArray[np.float64]:
    """The labelled boxes (n, 4) of a picture in pixels."""
    rows = np.loadtxt(picture.parents[1] / "labels" / f"{picture.stem}.txt", ndmin=2)
    half = rows[:, 3:5] / 2
    corners = np.concatenate([rows[:, 1:3] - half, rows[:, 1:3] + half], axis=1)
    return np.asarray(corners * np.array([width, height, width, height]))


def shares(faces: npt.NDArray[np.float64], hidden: npt.NDArray[np.int64]) -> Iterator[tuple[float, float]]:
    """The side in pixels and the covered share of each face."""
    for x1, y1, x2, y2 in faces:
        x, y = np.meshgrid(x1 + GRID * (x2 - x1), y1 + GRID * (y2 - y1))
        inside = [(x >= a) & (x < c) & (y >= b) & (y < d) for a, b, c, d in hidden]
        yield float(np.sqrt((x2 - x1) * (y2 - y1))), float(np.any(inside, axis=0).mean()) if inside else 0.0


def falsely(faces: npt.NDArray[np.float64], hidden: npt.NDArray[np.int64], width: int, height: int) -> float:
    """The share of the picture that is hidden though no labelled face touches the region."""
    area = np.zeros((height, width), bool)
    near = covered(faces, width, height, 1.5)
    for a, b, c, d in hidden:
        if not any(a < g and c > e and b < h and d > f for e, f, g, h in near):
            area[b:d, a:c] = True
    return float(area.mean())


def measure(finder: FaceFinder, data: Path, step: int, grow: float) -> tuple[list[Row], float, float]:
    """All faces of every `step`-th picture, the mean falsely hidden share, and CPU seconds a picture."""
    rows, wrong, spent = [], [], 0.0
    for picture in [p for folder in sorted(data.glob("*/images")) for p in sorted(folder.glob("*.jpg"))[::step]]:
        frame = cv2.imread(str(picture), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        height, width = frame.shape[:2]
        began = time.process_time()
        hidden = covered(finder(frame).xyxy, width, height, grow)
        spent += time.process_time() - began
        faces = labelled(picture, width, height)
        rows += [Row(picture.parents[1].name, picture.name, side, share) for side, share in shares(faces, hidden)]
        wrong.append(falsely(faces, hidden, width, height))
    return rows, float(np.mean(wrong)), spent / max(1, len(wrong))


def report(name: str, rows: list[Row]) -> None:
    good = sum(row.share >= 0.8 for row in rows)
    if rows:
        print(f"{name:24}{good:6} of {len(rows):5} faces covered  {good / len(rows):7.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--score", type=float, default=SCORE)
    parser.add_argument("--grow", type=float, default=1.3)
    parser.add_argument("--step", type=int, default=1, help="every n-th picture only")
    parser.add_argument("--misses", action="store_true", help="list the faces that are not covered")
    chosen = parser.parse_args()
    rows, wrong, spent = measure(FaceFinder(chosen.model, score=chosen.score), chosen.data, chosen.step, chosen.grow)
    for group in sorted({row.group for row in rows}):
        report(group, [row for row in rows if row.group == group])
    for low, high in SIZES:
        report(f"side {low}-{high} px", [row for row in rows if low <= row.side < high])
    report("all", rows)
    print(f"falsely hidden {wrong:.1%} of the area; {spent * 1000:.0f} CPU ms a picture")
    for row in (row for row in rows if chosen.misses and row.share < 0.8):
        print(f"missed {row.group}/{row.picture} side {row.side:.0f} covered {row.share:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
