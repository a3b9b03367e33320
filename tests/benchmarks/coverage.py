"""How many labelled faces are covered by what is hidden, and at what cost: `tests/benchmarks/coverage.py --data DIR`.

DIR holds folders with `images/*.jpg` and YOLO rows in `labels/*.txt`. A face counts as covered when at least 80 % of a
24x24 grid of points on its box lie inside the hidden regions. "Falsely hidden" is the share of the pictures' area that
is hidden without touching a labelled face (boxes grown by half to allow for labels that are drawn tightly).

`--height 1080` pastes the pictures side by side, at their natural size, into frames of 1920x1080: what a camera's frame
costs, and how many faces of 12 pixels are found in it, come from the same run. `--compare` gives every pass alone and
left out, other scores, and the second finder; the milliseconds are of the finder only, as CPU time of one thread.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from _labelled import frames

from maskflow.vision.anonymise import covered
from maskflow.vision.centerface import CenterFinder
from maskflow.vision.conceal import Finder
from maskflow.vision.faces import PASSES, SCORE, THOROUGH, FaceFinder, Pass
from maskflow.vision.finders import CENTERFACE, HELPING, thorough, together

SIZES = ((0, 12), (12, 20), (20, 40), (40, 100), (100, 300), (300, 100_000))
LEAST = 12
GRID = (np.arange(24) + 0.5) / 24
MODEL = Path(__file__).parents[2] / "functions" / "anon-and-split" / "yunet.onnx"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled face: its set, picture, side in pixels and covered share 0..1."""

    group: str
    picture: str
    side: float
    share: float


@dataclass
class Tally:
    """What a finder did on the frames so far: every labelled face, falsely hidden shares, CPU seconds a frame."""

    rows: list[Row] = field(default_factory=list)
    wrong: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    def share(self, low: float, high: float = np.inf, least: float = 0.8) -> float:
        shares = [row.share >= least for row in self.rows if low <= row.side < high]
        return float(np.mean(shares)) if shares else float("nan")


def shares(faces: npt.NDArray[np.float64], hidden: npt.NDArray[np.int64]) -> Iterator[tuple[float, float]]:
    """The side in pixels and the covered share of each face."""
    for x1, y1, x2, y2 in faces:
        x, y = np.meshgrid(x1 + GRID * (x2 - x1), y1 + GRID * (y2 - y1))
        near = hidden[(hidden[:, 0] < x2) & (hidden[:, 2] > x1) & (hidden[:, 1] < y2) & (hidden[:, 3] > y1)]
        inside = [(x >= a) & (x < c) & (y >= b) & (y < d) for a, b, c, d in near]
        yield float(np.sqrt((x2 - x1) * (y2 - y1))), float(np.any(inside, axis=0).mean()) if inside else 0.0


def falsely(faces: npt.NDArray[np.float64], hidden: npt.NDArray[np.int64], width: int, height: int) -> float:
    """The share of the picture that is hidden though no labelled face touches the region."""
    area = np.zeros((height, width), bool)
    near = covered(faces, width, height, 1.5)
    for a, b, c, d in hidden:
        if not any(a < g and c > e and b < h and d > f for e, f, g, h in near):
            area[b:d, a:c] = True
    return float(area.mean())


def measure(
    finders: Mapping[str, Finder], data: Path, step: int, height: int, grow: float, most: int
) -> dict[str, Tally]:
    """Every finder on the same frames, at most `most` of them."""
    tallies = {name: Tally() for name in finders}
    for number, one in enumerate(frames(data, step, height)):
        if number >= most:
            break
        rows, columns = one.frame.shape[:2]
        for name, finder in finders.items():
            began = time.process_time()
            hidden = covered(finder(one.frame).xyxy, columns, rows, grow)
            tally = tallies[name]
            tally.spent.append(time.process_time() - began)
            found = shares(one.faces, hidden)
            tally.rows += [
                Row(group, one.name, side, share) for group, (side, share) in zip(one.groups, found, strict=True)
            ]
            tally.wrong.append(falsely(one.faces, hidden, columns, rows))
    return tallies


def candidates(model: Path, score: float) -> dict[str, Finder]:
    """What is compared: the shipped passes, each alone and left out, and ways to see more."""

    def finder(passes: tuple[Pass, ...], at: float = score) -> Finder:
        return FaceFinder(model, score=at, passes=passes)

    names = [f"{one.side}" for one in PASSES]
    found: dict[str, Finder] = {"shipped": finder(PASSES)}
    for name, one in zip(names, PASSES, strict=True):
        found[f"only {name}"] = finder((replace(one, above=0),))
    for name in names[:-1]:
        found[f"without {name}"] = finder(tuple(one for one in PASSES if f"{one.side}" != name))
    extra = {f"{side}": Pass(side, largest=80.0, sure=0.7) for side in (960, 1440, 1600, 1920, 2560)}
    extra["640 flipped"] = replace(PASSES[1], flip=True)
    found |= {f"with {name}": finder((*PASSES, one)) for name, one in extra.items()}
    found |= {f"{side} for 1280": finder((*PASSES[:2], extra[side])) for side in ("1440", "1600", "1920")}
    found |= {f"score {at:g}": finder(PASSES, at) for at in (0.05, 0.07, 0.15, 0.3)}
    both = (found["shipped"], CenterFinder(model.parent / CENTERFACE, score=HELPING))
    found |= {"only centerface": both[1], "with centerface": together(both), "thorough passes": finder(THOROUGH)}
    found["thorough"] = thorough(model.parent, score=score)
    return found


def report(name: str, rows: list[Row]) -> None:
    good = sum(row.share >= 0.8 for row in rows)
    if rows:
        print(f"{name:24}{good:6} of {len(rows):5} faces covered  {good / len(rows):7.2%}")


def show_all(tallies: Mapping[str, Tally]) -> None:
    print(f"{'':16}{'>=12 px':>9}{'12-20':>8}{'20-40':>8}{'40-':>8}{'60-79 %':>9}{'<30 %':>8}{'false':>8}{'CPU ms':>8}")
    for name, one in tallies.items():
        big = [one.share(LEAST), one.share(12, 20), one.share(20, 40), one.share(40)]
        edges = one.share(LEAST, least=0.6) - one.share(LEAST)
        lost = 1 - one.share(LEAST, least=0.3)
        ms = 1000 * float(np.median(one.spent))
        cells = "".join(f"{value:8.1%}" for value in big[1:])
        print(f"{name:16}{big[0]:9.2%}{cells}{edges:9.2%}{lost:8.2%}{np.mean(one.wrong):8.1%}{ms:8.1f}")
    first = next(iter(tallies.values()))
    print(f"{len(first.spent)} frames, {sum(row.side >= LEAST for row in first.rows)} faces of {LEAST} px and more")


def show_one(one: Tally, misses: bool) -> None:
    for group in sorted({row.group for row in one.rows}):
        report(group, [row for row in one.rows if row.group == group])
    for low, high in SIZES:
        report(f"side {low}-{high} px", [row for row in one.rows if low <= row.side < high])
    report(f"side {LEAST} px and more", [row for row in one.rows if row.side >= LEAST])
    report("all", one.rows)
    ms = 1000 * float(np.median(one.spent))
    print(f"falsely hidden {np.mean(one.wrong):.1%} of the area; {ms:.0f} CPU ms a frame (median of {len(one.spent)})")
    for row in (row for row in one.rows if misses and row.share < 0.8):
        print(f"missed {row.group}/{row.picture} side {row.side:.0f} covered {row.share:.0%}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--score", type=float, default=SCORE)
    parser.add_argument("--grow", type=float, default=1.3)
    parser.add_argument("--step", type=int, default=1, help="every n-th picture only")
    parser.add_argument("--height", type=int, default=0, help="paste pictures into 16:9 frames of this height")
    parser.add_argument("--most", type=int, default=1_000_000, help="at most so many frames")
    parser.add_argument("--thorough", action="store_true", help="search as SEARCH=thorough does")
    parser.add_argument("--compare", action="store_true", help="a table of settings")
    parser.add_argument("--only", nargs="*", default=[], help="these rows of the table")
    parser.add_argument("--misses", action="store_true", help="list the faces that are not covered")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    if chosen.compare:
        finders = candidates(chosen.model, chosen.score)
        finders = {name: one for name, one in finders.items() if not chosen.only or name in chosen.only}
    else:
        usual = FaceFinder(chosen.model, score=chosen.score)
        finders = {"shipped": thorough(chosen.model.parent, score=chosen.score) if chosen.thorough else usual}
    tallies = measure(finders, chosen.data, chosen.step, chosen.height, chosen.grow, chosen.most)
    if chosen.compare:
        show_all(tallies)
    else:
        show_one(tallies["shipped"], chosen.misses)
    return 0


if __name__ == "__main__":
    sys.exit(main())
