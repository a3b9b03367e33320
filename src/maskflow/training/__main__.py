"""Train, score and export the mask detector: `python -m maskflow.training train|evaluate|export --help`."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import cv2
import torch

from maskflow.errors import MaskflowError, VisionError
from maskflow.training import checkpoint
from maskflow.training.augment import Recipe
from maskflow.training.dataset import Picture, load_folder
from maskflow.training.evaluate import evaluate, hidden, sweep
from maskflow.training.export import export
from maskflow.training.model import YoloV3Tiny, load_coco, product_layout
from maskflow.training.report import epoch_text, evaluation_text, sweep_text
from maskflow.training.train import Report, Settings, run, start
from maskflow.vision.masks import SCORE, MaskDetector

TRAINING_SETS = (("adityap27_train", 2.0), ("andrewmvd_extra", 1.0), ("jolignier_train", 1.0))
"""Folders and how often their pictures are drawn; the first has the crowds and the box habits of cameras."""

_BARE_WEIGHT = 2.0
"""Pictures with a bare face are drawn this much oftener: bare faces are a third of all and half of mean AP."""

VALID_SET = "adityap27_valid"
"""Scored, never trained on."""

_NOTES = {
    "author": "maskflow",
    "license": "Apache-2.0; trained on pictures of others, see MODEL.md",
    "source": "YOLOv3-tiny, COCO weights of the public ONNX model zoo, fine-tuned by maskflow.training",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status of the error tree (0 when all went well)."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    try:
        options.command(options)
    except MaskflowError as error:
        _say(f"error: {error}", sys.stderr)
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
    train.add_argument("--freeze", type=int, default=0, metavar="N", help="keep the first N layers as they are")
    train.add_argument(
        "--hidden", type=float, default=Recipe().hidden, help="share of pictures with hidden faces, 0..1"
    )
    train.set_defaults(command=_train)
    score = commands.add_parser("evaluate", help="score a model file on the valid set, clear and hidden")
    score.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    score.add_argument("--model", type=Path, required=True, help="ONNX file")
    score.add_argument("--score", type=float, default=SCORE, help="operating threshold, 0..1")
    score.add_argument("--sweep", action="store_true", help="also precision and recall over thresholds")
    score.set_defaults(command=_evaluate)
    write = commands.add_parser("export", help="write the averaged weights of a checkpoint as an ONNX file")
    write.add_argument("--checkpoint", type=Path, required=True)
    write.add_argument("--output", type=Path, required=True, help="ONNX file to write")
    write.add_argument("--note", action="append", default=[], metavar="NAME=TEXT", help="more metadata, e.g. epochs=14")
    write.add_argument("--size", type=int, default=416, help="input side in pixels, a multiple of 32")
    write.add_argument("--float32", action="store_true", help="store weights unrounded, at twice the size")
    write.set_defaults(command=_export)
    return parser


def _train(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    recipe = Recipe(hidden=options.hidden)
    settings = Settings(options.epochs, seed=options.seed, frozen=options.freeze, recipe=recipe)
    model = YoloV3Tiny(product_layout())
    copied = load_coco(model, options.data / "weights" / "yolov3-tiny-coco.onnx")
    state = start(model, settings)
    last = options.run / "last.pt"
    if last.exists():
        checkpoint.restore(state, last)
    pictures, weights = _training_pictures(options.data)
    faces = sum(len(p.class_id) for p in pictures)
    _say(f"{len(pictures)} pictures, {faces} faces, {copied} tensors from COCO, epoch {state.epoch}")
    run(state, pictures, weights, settings, folder=options.run, report=_print_epoch)


def _training_pictures(data: Path) -> tuple[list[Picture], list[float]]:
    pictures: list[Picture] = []
    weights: list[float] = []
    for name, weight in TRAINING_SETS:
        loaded = load_folder(data / name, relabel=True)
        pictures += loaded
        weights += [weight * (_BARE_WEIGHT if 0 in p.class_id else 1.0) for p in loaded]
    return pictures, weights


def _print_epoch(done: Report) -> None:
    _say(epoch_text(done))


def _evaluate(options: argparse.Namespace) -> None:
    detector = MaskDetector(options.model)
    clear = load_folder(options.data / VALID_SET, long_side=1 << 16)
    for title, pictures in ((f"{VALID_SET} clear", clear), (f"{VALID_SET} hidden", hidden(clear))):
        _say(evaluation_text(title, evaluate(detector, pictures, options.score), options.score) + "\n")
        if options.sweep:
            scores = [n / 20 for n in range(2, 15)]
            _say(sweep_text(title, detector.names, sweep(detector, pictures, scores)) + "\n")


def _export(options: argparse.Namespace) -> None:
    if options.size < 32 or options.size % 32:
        raise VisionError(f"the input side is a multiple of 32 pixels, not {options.size}")
    model = YoloV3Tiny(product_layout(options.size))
    checkpoint.load_averaged(model, options.checkpoint)
    notes = dict(note.partition("=")[::2] for note in options.note)
    export(model.eval(), options.output, {**_NOTES, **notes}, half=not options.float32)
    content = options.output.read_bytes()
    _say(f"{options.output}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
