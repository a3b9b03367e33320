"""What goes in and what comes out, side by side: `tests/benchmarks/before_after.py [--video FILE] [--out FILE.jpg]`.

Without a video it is the demo's: portraits that are free to show. A row a frame: as filmed, as it leaves the house, as
the detector sees it. The picture in docs/ is made by this.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from maskflow.training.democlip import main as make_clip
from maskflow.vision.conceal import Style, conceal
from maskflow.vision.draw import annotate
from maskflow.vision.faces import FaceFinder
from maskflow.vision.frames import Sampling
from maskflow.vision.masks import MaskDetector
from maskflow.vision.pictures import encode_picture

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
PORTRAITS = ROOT / "workflows" / "demo" / "pictures"
WIDTH = 420
"""Of a picture on the sheet, pixels."""


def sheet(video: Path, rows: int) -> npt.NDArray[np.uint8]:
    """The first `rows` frames of `video` that show a face, three pictures each."""
    finder = FaceFinder(FUNCTIONS / "anon-and-split" / "yunet.onnx")
    detector = MaskDetector(FUNCTIONS / "mask-detector" / "mask-detector.onnx")
    lines = []
    for frame in Sampling(video, 5.0):
        raw = frame.bgr.copy()
        if len(conceal(frame.bgr, finder, Style(), finder.near).boxes):
            found = annotate(frame.bgr, detector(frame.bgr), detector.names)
            strip = np.zeros((len(found) - len(raw), raw.shape[1], 3), np.uint8)
            before, hidden = (np.concatenate([strip, picture]) for picture in (raw, frame.bgr))
            lines.append(np.concatenate([_small(picture) for picture in (before, hidden, found)], axis=1))
        if len(lines) == rows:
            break
    return np.concatenate(lines)


def _small(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height = round(len(picture) * WIDTH / picture.shape[1])
    return np.asarray(cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--video", type=Path)
    parser.add_argument("--rows", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "before-after.jpg")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="before-after-") as folder:
        video = chosen.video or Path(folder) / "people.mp4"
        if not chosen.video:
            make_clip([str(PORTRAITS), str(video)])
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_bytes(encode_picture(sheet(video, chosen.rows)))
    print(chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
