"""Fine-tune from the COCO weights, or go on from a checkpoint."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import torch

from maskflow.training import checkpoint
from maskflow.training.augment import Recipe
from maskflow.training.dataset import Picture, load_folder
from maskflow.training.model import YoloV3Tiny, load_coco, product_layout
from maskflow.training.output import say
from maskflow.training.train import Report, Settings, start
from maskflow.training.train import run as run_epochs

TRAINING_SETS = (("adityap27_train", 2.0), ("andrewmvd_extra", 1.0), ("jolignier_train", 1.0))
"""Folders and how often their pictures are drawn; the first has the crowds and the box habits of cameras."""

_BARE_WEIGHT = 2.0
"""Pictures with a bare face are drawn this much oftener: bare faces are a third of all and half of mean AP."""


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--run", type=Path, required=True, help="folder for checkpoints; one that is there is resumed")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--freeze", type=int, default=0, metavar="N", help="keep the first N layers as they are")
    parser.add_argument(
        "--hidden", type=float, default=Recipe().hidden, help="share of pictures with hidden faces, 0..1"
    )
    parser.add_argument("--threads", type=int, default=1, help="threads of torch")


def run(chosen: argparse.Namespace) -> None:
    """Train, saying one line an epoch."""
    torch.set_num_threads(chosen.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(chosen.seed)
    recipe = Recipe(hidden=chosen.hidden)
    settings = Settings(chosen.epochs, seed=chosen.seed, frozen=chosen.freeze, recipe=recipe)
    model = YoloV3Tiny(product_layout())
    copied = load_coco(model, chosen.data / "weights" / "yolov3-tiny-coco.onnx")
    state = start(model, settings)
    last = chosen.run / "last.pt"
    if last.exists():
        checkpoint.restore(state, last)
    pictures, weights = _training_pictures(chosen.data)
    faces = sum(len(p.class_id) for p in pictures)
    say(f"{len(pictures)} pictures, {faces} faces, {copied} tensors from COCO, epoch {state.epoch}")
    run_epochs(state, pictures, weights, settings, folder=chosen.run, report=lambda done: say(epoch_text(done)))


def _training_pictures(data: Path) -> tuple[list[Picture], list[float]]:
    pictures: list[Picture] = []
    weights: list[float] = []
    for name, weight in TRAINING_SETS:
        loaded = load_folder(data / name, relabel=True)
        pictures += loaded
        weights += [weight * (_BARE_WEIGHT if 0 in p.class_id else 1.0) for p in loaded]
    return pictures, weights


def epoch_text(done: Report) -> str:
    """One line on an epoch of training."""
    return (
        f"epoch {done.epoch:3d}  loss {done.total:.4f}  box {done.box:.4f}  objectness {done.objectness:.4f}  "
        f"class {done.class_id:.4f}  {done.cpu_s:.0f} CPU s, {done.wall_s:.0f} s"
    )
