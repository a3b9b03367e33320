"""Whether another finder still sees faces that were hidden: `tests/benchmarks/leftover.py --data DIR --videos DIR`.

The frames are hidden by the function's own code and written as JPEG files; then CenterFace, which took no part in it,
looks for faces in them. A labelled face counts as still found when the middle of a detection lies in its box and they
overlap by an IoU of 0.3 or more. Findable is not identifiable: a mosaic of few cells may itself look like a face, so
the column "mosaic" counts the same after a hiding by the labels, which leaves no face at all. In videos, where nobody
drew labels, the faces are what CenterFace finds in the clear frames with a score of 0.5 or more.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from _labelled import frames

from maskflow.vision.anonymise import hide
from maskflow.vision.boxes import Detections, iou
from maskflow.vision.centerface import CenterFinder
from maskflow.vision.conceal import Style, conceal
from maskflow.vision.faces import FaceFinder
from maskflow.vision.finders import CENTERFACE, YUNET, thorough
from maskflow.vision.frames import Sampling
from maskflow.vision.pictures import decode_picture, encode_picture

MODELS = Path(__file__).parents[2] / "functions" / "anon-and-split"
SCORES = (0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6)
LEAST = 12
SURE = 0.5
Frame = npt.NDArray[np.uint8]


def best(found: Detections, faces: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """For each face (n, 4) the highest score of a detection on it, 0 for none."""
    middle = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2
    inside = (middle[None] >= faces[:, None, :2]) & (middle[None] <= faces[:, None, 2:])
    on_face = inside.all(axis=2) & (iou(faces, found.xyxy) >= 0.3)
    return np.asarray(np.where(on_face, found.score[None], 0).max(axis=1, initial=0), np.float64)


def shown(frame: Frame) -> Frame:
    return decode_picture(encode_picture(frame), "frame")


def video_frames(folder: Path, interval: float) -> Iterator[tuple[str, Frame]]:
    for video in sorted(one for one in folder.iterdir() if one.suffix in {".mp4", ".avi", ".mkv", ".webm"}):
        for frame in Sampling(video, interval):
            yield video.name, frame.bgr


def table(title: str, columns: dict[str, list[npt.NDArray[np.float64]]]) -> None:
    scores = {name: np.concatenate([np.zeros(0), *column]) for name, column in columns.items()}
    print(
        f"{title}: {len(next(iter(scores.values())))} faces\n{'score':>8}" + "".join(f"{name:>10}" for name in scores)
    )
    for least in SCORES:
        print(f"{least:8.2f}" + "".join(f"{(column >= least).mean():10.2%}" for column in scores.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between the frames of a video")
    parser.add_argument("--step", type=int, default=1, help="every n-th picture only")
    parser.add_argument("--thorough", action="store_true", help="hide as SEARCH=thorough does")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    judge = CenterFinder(MODELS / CENTERFACE, score=SCORES[0])
    usual = FaceFinder(MODELS / YUNET)
    find, again = (thorough(MODELS), None) if chosen.thorough else (usual, usual.near)
    style, spent = Style(), []

    def concealed(frame: Frame) -> Frame:
        copy = frame.copy()
        began = time.process_time()
        conceal(copy, find, style, again)
        spent.append(time.process_time() - began)
        return shown(copy)

    if chosen.data:
        pictures: dict[str, list[npt.NDArray[np.float64]]] = {"clear": [], "hidden": [], "mosaic": []}
        for one in frames(chosen.data, chosen.step, 0):
            faces = one.faces[np.sqrt((one.faces[:, 2:] - one.faces[:, :2]).prod(axis=1)) >= LEAST]
            by_labels = shown(hide(one.frame.copy(), one.faces))
            for name, frame in (("clear", one.frame), ("hidden", concealed(one.frame)), ("mosaic", by_labels)):
                pictures[name].append(best(judge(frame), faces))
        table(f"labelled faces of {LEAST} px and more still found", pictures)
    if chosen.videos:
        columns: dict[str, dict[str, list[npt.NDArray[np.float64]]]] = {}
        for name, frame in video_frames(chosen.videos, chosen.interval):
            seen = judge(frame)
            faces = seen.xyxy[seen.score >= SURE].astype(np.float64)
            column = columns.setdefault(name, {"clear": [], "hidden": []})
            column["clear"].append(best(seen, faces))
            column["hidden"].append(best(judge(concealed(frame)), faces))
        for name, column in columns.items():
            table(f"{name}, {len(column['clear'])} frames", column)
    print(f"finding, hiding and looking again: {1000 * np.median(spent):.0f} CPU ms a frame (median of {len(spent)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
