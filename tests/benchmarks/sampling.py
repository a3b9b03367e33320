"""What sampling costs beside its rivals: `tests/benchmarks/sampling.py [--minutes 10] [--gop 1 2 10] [--rounds 1]`.

Each rival runs in a process of its own, in turn: ffmpeg's `fps` filter and a loop with PyAV, which decode every frame
with one thread, and ours, exact and at key frames. CPU seconds with all that a process costs; the median of the rounds
counts, and ratios are to ffmpeg, or to PyAV where there is no ffmpeg. "Off" says by how many frames the pictures
differ from those wanted, told by the numbers painted into them; ffmpeg's filter wants the middle of each interval.
Samples fall into the middle of GOPs as often as anywhere (`_clip.py`). A video of your own (`--video`) has no numbers
painted into it: no "off" then.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _clip import BITS, MINUTE, RATE, SQUARE, clip, number_of
from _spent import Spent, measured

CHILD = Path(__file__).with_name("_sampled.py")
BUILD = Path(__file__).parents[2] / "build" / "benchmarks"
INTERVAL = 5
WAYS = {"PyAV, every frame": "all", "ours, exact": "exact", "ours, keyframe": "keyframe"}


@dataclass(frozen=True, slots=True)
class Run:
    """One rival on one video."""

    spent: Spent
    wanted: list[int]
    """The numbers of the frames at the wanted times."""
    found: list[int] | None
    """The numbers painted into the frames returned, without their minute; None for a video without."""

    @property
    def off(self) -> str:
        if self.found is None:
            return "unknown"
        half = MINUTE // 2
        errors = [
            (found - wanted + half) % MINUTE - half for found, wanted in zip(self.found, self.wanted, strict=True)
        ]
        return f"{min(errors):+d}..{max(errors):+d}"


def ffmpeg(video: Path, corners: Path) -> tuple[Spent, list[int]]:
    shape = f"fps=1/{INTERVAL},crop=min(iw\\,{BITS * SQUARE}):min(ih\\,{SQUARE}):0:0,format=gray"
    words = ["ffmpeg", "-v", "error", "-threads", "1", "-i", video, "-vf", shape, "-f", "rawvideo", corners]
    spent, _said = measured(words)
    middle = round(INTERVAL / 2 * RATE)
    return spent, [middle + k * INTERVAL * RATE for k in range(corners.stat().st_size // (BITS * SQUARE * SQUARE))]


def python(way: str) -> Callable[[Path, Path], tuple[Spent, list[int]]]:
    def run(video: Path, corners: Path) -> tuple[Spent, list[int]]:
        spent, said = measured([sys.executable, CHILD, way, video, str(INTERVAL), corners])
        return spent, [index * INTERVAL * RATE for index, _time in json.loads(said)]

    return run


def numbers(corners: Path) -> list[int]:
    return [number_of(one) for one in np.fromfile(corners, np.uint8).reshape(-1, SQUARE, BITS * SQUARE)]


def compare(name: str, video: Path, rounds: int, painted: bool) -> None:
    rivals = {"ffmpeg -vf fps=1/5": ffmpeg} if shutil.which("ffmpeg") else {}
    rivals |= {title: python(way) for title, way in WAYS.items()}
    runs: dict[str, list[Run]] = {title: [] for title in rivals}
    size = video.stat().st_size
    print(f"{name}, {size / 1e6:.0f} MB, a frame every {INTERVAL} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="sampling-") as folder:
        corners = Path(folder) / "corners"
        for _ in range(rounds):
            for title, rival in rivals.items():
                spent, wanted = rival(video, corners)
                runs[title].append(Run(spent, wanted, numbers(corners) if painted else None))
                corners.unlink()
                if len(runs[title]) == rounds:
                    report(
                        title, runs[title], statistics.median(run.spent.cpu for run in next(iter(runs.values()))), size
                    )


def report(title: str, runs: list[Run], base: float, size: int) -> None:
    cpu = statistics.median(run.spent.cpu for run in runs)
    last = runs[-1]
    peak = max(run.spent.peak for run in runs)
    share = f"{last.spent.read / 1e6:5.0f} MB read ({last.spent.read / size:4.0%})" if last.spent.read else ""
    frames = f"{len(last.wanted):6} frames, off {last.off:9}"
    print(f"  {title:20}{cpu:8.2f} s{base / cpu:7.1f}x{frames}{peak:5.0f} MiB {share}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--video", type=Path)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--gop", type=int, nargs="+", default=[1, 2, 10], help="seconds between key frames")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=BUILD, help="where the clips are made and kept")
    chosen = parser.parse_args()
    if chosen.video:
        compare(chosen.video.name, chosen.video, chosen.rounds, painted=False)
        return 0
    for gop in chosen.gop:
        video = clip(chosen.folder, chosen.minutes, gop)
        compare(f"{chosen.minutes} min of 1080p H.264, GOP {gop} s", video, chosen.rounds, painted=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
