"""What the seed workflow starts afresh for every picture; `pipeline.py` runs it. Needs OpenCV and numpy, not maskflow.

    python _seed_picture.py faces MODEL PICTURE OUT            find faces at the picture's size, blur each, write
    python _seed_picture.py masks MODEL PICTURE OUT LAYOUT     YOLO in OpenCV, suppression in Python, draw, write

LAYOUT is `[size, [[stride, anchors], ...]]`, since OpenCV does not read a model's metadata.
With `--tensorflow`, `faces` imports it first, as the published program does. The graph that it would load and run there
cannot be had any more, so that its cost is left out: OpenCV's YuNet stands in for it.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

FLOOR, IOU = 0.2, 0.45
COLOURS = ((40, 40, 220), (60, 160, 40))
Picture = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float, float, int]


def faces(model: str, picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    found = cv2.FaceDetectorYN.create(model, "", (width, height), 0.6).detect(picture)[1]
    for x, y, w, h in [] if found is None else found[:, :4].astype(int):
        region = picture[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)]
        if region.size:
            region[:] = cv2.blur(region, (10, 10))
    return picture


def masks(model: str, picture: Picture, size: int, heads: Any) -> Picture:
    height, width = picture.shape[:2]
    network = cv2.dnn.readNetFromONNX(model)
    network.setInput(cv2.dnn.blobFromImage(picture, 1 / 255, (size, size), swapRB=True))
    for x1, y1, x2, y2, score, kind in suppressed(boxes(network.forward()[0], size, heads)):
        corners = [int(n / size * side) for n, side in zip((x1, y1, x2, y2), (width, height) * 2, strict=True)]
        cv2.rectangle(picture, tuple(corners[:2]), tuple(corners[2:]), COLOURS[kind], 4)
        cv2.putText(picture, f"{score:.2f}", tuple(corners[:2]), cv2.FONT_HERSHEY_SIMPLEX, 1, COLOURS[kind], 2)
    return np.asarray(cv2.copyMakeBorder(picture, 100, 0, 0, 0, cv2.BORDER_CONSTANT), np.uint8)


def boxes(rows: Any, size: int, heads: Any) -> list[Box]:
    """The rows above the floor, decoded one by one."""
    logistic = 1 / (1 + np.exp(-rows))
    found: list[Box] = []
    start = 0
    for stride, anchors in heads:
        side = size // stride
        for number, anchor in enumerate(anchors):
            first = start + number * side * side
            for cell in np.flatnonzero(logistic[first : first + side * side, 4] > FLOOR):
                row = logistic[first + cell]
                x, y = (float(2 * row[axis] - 0.5 + (cell % side, cell // side)[axis]) * stride for axis in (0, 1))
                w, h = (float((2 * row[2 + axis]) ** 2 * anchor[axis]) for axis in (0, 1))
                kind = int(row[5:].argmax())
                found.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2, float(row[4] * row[5 + kind]), kind))
        start += len(anchors) * side * side
    return found


def suppressed(found: list[Box]) -> list[Box]:
    kept: list[Box] = []
    for box in sorted(found, key=lambda one: -one[4]):
        if box[4] > FLOOR and all(overlap(box, other) <= IOU for other in kept):
            kept.append(box)
    return kept


def overlap(a: Box, b: Box) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inter = max(0.0, width) * max(0.0, height)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter
    return inter / union if union > 0 else 0.0


def main() -> int:
    arguments = [word for word in sys.argv[1:] if word != "--tensorflow"]
    if len(arguments) < len(sys.argv) - 1:
        importlib.import_module("tensorflow")
    step, model, source, target, *layout = arguments
    cv2.setNumThreads(1)
    picture = np.asarray(cv2.imread(source), np.uint8)
    done = faces(model, picture) if step == "faces" else masks(model, picture, *json.loads(layout[0]))
    return 0 if cv2.imwrite(target, done) else 1


if __name__ == "__main__":
    sys.exit(main())
