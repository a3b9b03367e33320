"""Train, score and export the mask detector: `python -m maskflow.training train|evaluate|export --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import torch

from maskflow.errors import MaskflowError
from maskflow.training import checkpoint
from maskflow.training.dataset import Picture, load_folder
from maskflow.training.model import HEADS, NAMES, YoloV3Tiny, load_coco
from maskflow.training.train import Report, Settings, run, start
from maskflow.vision.yolo import Layout

TRAINING_SETS = (("adityap27_train", 2.0), ("andrewmvd_extra", 1.0), ("jolignier_train", 1.0))
"""Folders and how often their pictures are drawn; the first has the crowds and the box habits of cameras."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status of the error tree (0 when all went well)."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    try:
        options.command(options)
    except MaskflowError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m maskflow.training", description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of torch")
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="fine-tune from the COCO weights, or go on from a checkpoint")
    train.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    train.add_argument("--run", type=Path, required=True, help="folder for checkpoints; one that is there is resumed")
    train.add_argument("--epochs", type=int, default=14)
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--rate", type=float, default=Settings(0).rate)
    train.set_defaults(command=_train)
    return parser


def layout(size: int = 416) -> Layout:
    """The product's network: two classes, two heads, `size` pixels squared."""
    return Layout(NAMES, size, HEADS)


def _train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    settings = Settings(options.epochs, seed=options.seed, rate=options.rate)
    model = YoloV3Tiny(layout())
    copied = load_coco(model, options.data / "weights" / "yolov3-tiny-coco.onnx")
    state = start(model, settings)
    last = options.run / "last.pt"
    if last.exists():
        checkpoint.restore(state, last)
    pictures, weights = _training_pictures(options.data)
    print(f"{len(pictures)} pictures, {sum(len(p.class_id) for p in pictures)} faces, {copied} tensors from COCO, "
          f"from epoch {state.epoch}", flush=True)
    run(state, pictures, weights, settings, folder=options.run, report=_print_epoch)


def _training_pictures(data: Path) -> tuple[list[Picture], list[float]]:
    pictures: list[Picture] = []
    weights: list[float] = []
    for name, weight in TRAINING_SETS:
        loaded = load_folder(data / name, relabel=True)
        pictures += loaded
        weights += [weight] * len(loaded)
    return pictures, weights


def _print_epoch(done: Report) -> None:
    print(f"epoch {done.epoch:3d}  loss {done.total:.4f}  box {done.box:.4f}  objectness {done.objectness:.4f}  "
          f"class {done.class_id:.4f}  {done.cpu_s:.0f} CPU s, {done.wall_s:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
