"""The mask detector's speed beside other engines: `tests/benchmarks/detector.py [--model FILE] [--float FILE]`.

A frame of 1080p with faces (the demo's portraits) goes through all of them in turn, one thread each; CPU ms, the median
of the rounds, the least in brackets. Rows: what the product does and its parts; the same network with float32 weights
in onnxruntime and in OpenCV's DNN. --float names the float form where the model is one of 8 bits (`calibrate` makes
such files); without it OpenCV and the float row run the model itself, its weights widened.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from maskflow.training.democlip import portraits, wall
from maskflow.training.quantise import load, widened
from maskflow.vision import onnx as engine
from maskflow.vision.boxes import nms, stretch
from maskflow.vision.layout import read_layout
from maskflow.vision.masks import SCORE, MaskDetector
from maskflow.vision.yolo import decode, grid, prepare

TOP = Path(__file__).parents[2]
MODEL = TOP / "functions" / "mask-detector" / "mask-detector.onnx"
PICTURES = TOP / "workflows" / "demo" / "pictures"
IOU = 0.45


def frame(width: int, height: int) -> np.ndarray[Any, Any]:
    """The demo's wall of portraits, as one frame."""
    made = wall(portraits(PICTURES))
    wide = round(made.shape[0] * width / height)
    return np.asarray(cv2.resize(made[:, :wide], (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def steps(model: Path, whole: Path, picture: np.ndarray[Any, Any]) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    height, width = picture.shape[:2]
    network, wide = engine.load(model), engine.load(whole)
    layout = read_layout(network.metadata)
    size = layout.input_size(width, height)
    cells, blob = grid(layout, *size), prepare(picture, *size)
    raw = network.run(blob)[0][0]
    detector = MaskDetector(model)

    def after() -> object:
        return stretch(width, height, *size).inverse(nms(decode(raw, cells, SCORE), IOU, per_class=False).xyxy)

    print(f"{model.name}: input {size[0]}x{size[1]}, {len(raw)} rows, {len(detector(picture))} faces in the frame")
    return {
        "the product, whole": lambda: detector(picture),
        "  before: frame to input": lambda: prepare(picture, *size),
        "  network, onnxruntime": lambda: network.run(blob),
        "  after: rows to faces": after,
        "float32, onnxruntime": lambda: wide.run(blob),
        "float32, OpenCV DNN": opencv(whole, blob),
    }


def opencv(model: Path, blob: np.ndarray[Any, Any]) -> Callable[[], object]:
    net = cv2.dnn.readNetFromONNX(str(model))

    def run() -> object:
        net.setInput(blob)
        return net.forward()

    theirs, ours = np.asarray(run()), engine.load(model).run(blob)[0]
    apart = np.abs(theirs.reshape(ours.shape) - ours).max()
    print(f"OpenCV {cv2.__version__} and onnxruntime differ by at most {apart:.1e}")
    return run


def fixed(model: Path, target: Path, width: int, height: int) -> Path:
    """A copy with float32 weights and the input's size written into it, which OpenCV needs."""
    copy = widened(load(model))
    dims = copy.graph.input[0].type.tensor_type.shape.dim
    for dim, value in zip(dims, (1, 3, height, width), strict=True):
        dim.Clear()
        dim.dim_value = value
    target.write_bytes(copy.SerializeToString())
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--float", type=Path, dest="whole", help="the same network in float, where the model is not")
    parser.add_argument("--rounds", type=int, default=20)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    picture = frame(1920, 1080)
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        size = read_layout(engine.load(chosen.model).metadata).input_size(1920, 1080)
        whole = fixed(chosen.whole or chosen.model, Path(folder) / "float32.onnx", *size)
        timed = steps(chosen.model, whole, picture)
        for number in range(chosen.rounds + 1):
            for name, work in timed.items():
                began = time.process_time()
                work()
                if number:  # the first round prepares
                    spent.setdefault(name, []).append(1000 * (time.process_time() - began))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    for name, times in spent.items():
        print(f"{name:28}{medians[name]:8.2f} ms  ({min(times):.2f})")
    around = medians["  before: frame to input"] + medians["  after: rows to faces"]
    network, rest = medians["  network, onnxruntime"], ("float32, onnxruntime", "float32, OpenCV DNN")
    print(f"before and after are {around / network:.1%} of the network's time")
    print("; ".join(f"{name}: {medians[name] / network:.2f} x the product's network" for name in rest))
    return 0


if __name__ == "__main__":
    sys.exit(main())
