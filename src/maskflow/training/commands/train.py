"""Train the mask detector on labelled pictures, from the weights of COCO or from a network that is there.

DATA is a folder with `images/` and `labels/` (rows `class cx cy w h` in 0..1; 0 = no mask, 1 = mask), or one that
holds several of them. Folders whose names end in `valid` or `val` are scored and never trained on, `test` is left
alone; of a single folder, one picture in seven is held apart. The run folder has the settings, the metrics and curves
of every epoch, the state to go on from and the network so far, `model.onnx`. The same words again go on where the run
was cut: at most one epoch is lost, and the result is the same as without the cut.

    python -m maskflow.training train --data DATA --run runs/first --epochs 42
    python -m maskflow.training train --data MY_PICTURES --run runs/site --weights mask-detector.onnx --epochs 20
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from maskflow.errors import VisionError
from maskflow.training import checkpoint
from maskflow.training.augment import Recipe
from maskflow.training.dataset import LONG_SIDE, SIZE, Picture
from maskflow.training.evaluate import Judged
from maskflow.training.export import export
from maskflow.training.found import with_found
from maskflow.training.model import YoloV3Tiny, product_layout
from maskflow.training.output import counted, left, say
from maskflow.training.plot import draw_epochs, require
from maskflow.training.runs import RunFolder
from maskflow.training.sets import FINDER, Truth, shipped
from maskflow.training.splits import Sets, load_sets
from maskflow.training.train import Report, Settings, State, batches, start
from maskflow.training.train import run as run_epochs
from maskflow.training.views import clear, hidden_by_labels
from maskflow.training.weights import load_weights
from maskflow.vision.masks import MaskDetector

COCO = Path("weights") / "yolov3-tiny-coco.onnx"
"""Where in DATA the usual start lies."""

_WARM_BATCHES = 8
"""Batches from which folded batch norms are set up again."""


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    usual = Settings(42)
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled pictures, or of such folders")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run; one that is there is gone on with")
    parser.add_argument("--weights", type=Path, help=f"ONNX file to start from (default: DATA/{COCO.as_posix()})")
    parser.add_argument("--epochs", type=int, default=usual.epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=usual.batch, help="pictures a step")
    parser.add_argument("--rate", type=float, default=usual.rate, help="peak learning rate")
    parser.add_argument("--size", type=int, default=SIZE, help="side of the square with the input's area, pixels")
    parser.add_argument("--window", type=int, default=Recipe().size, help="side of what is trained on, pixels")
    parser.add_argument("--freeze", type=int, default=usual.frozen, metavar="N", help="keep the first N layers")
    parser.add_argument("--hidden", type=float, default=Recipe().hidden, help="share with hidden faces, 0..1")
    parser.add_argument("--often", action="append", default=[], metavar="FOLDER=N", help="draw its pictures N times")
    parser.add_argument("--rare", type=float, default=2.0, help="draw pictures with the rarer class so much oftener")
    parser.add_argument("--score-every", type=int, default=5, metavar="N", help="epochs between scores; 0 for none")
    parser.add_argument("--replicas", type=int, default=2, help="copies of the network that train side by side")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")


@dataclass(frozen=True, slots=True)
class _Job:
    """What a run needs besides its state."""

    folder: RunFolder
    sets: Sets
    settings: Settings
    every: int
    began: float
    first: int
    """Epochs that were done before."""


def run(chosen: argparse.Namespace) -> None:
    """Train to the end, saying one line an epoch."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(chosen.seed)
    settings = _settings(chosen)
    require()
    often = dict(_often(word) for word in chosen.often)
    if chosen.device == "cuda" and not torch.cuda.is_available():
        raise VisionError("there is no CUDA device here", hint="leave --device out to train on the CPU")
    folder = RunFolder(chosen.run)
    weights = chosen.weights or chosen.data / COCO
    config = {"data": str(chosen.data), "weights": str(weights), "often": often, "rare": chosen.rare}
    sets = load_sets(chosen.data, often, chosen.rare, max(LONG_SIDE, round(1.5 * chosen.size)), chosen.seed)
    folder.begin({**config, "size": chosen.size, "pictures": sets.names, "near": sets.near, **asdict(settings)})
    if chosen.hidden:
        sets = replace(sets, train=_with_found(sets.train, chosen.run))
    state, source = _state(folder, settings, sets, weights, chosen)
    say(_overview(sets, source, state.epoch))
    job = _Job(folder, sets, settings, chosen.score_every, time.monotonic(), state.epoch)
    run_epochs(
        state,
        sets.train,
        sets.weights,
        settings,
        folder=chosen.run,
        report=lambda done: _note(job, state, done),
        watch=lambda ready, number, epoch: _watched(ready, number, f"epoch {epoch} of {settings.epochs}"),
    )
    say(f"done: {folder.model}")


def _with_found(pictures: tuple[Picture, ...], run: Path) -> tuple[Picture, ...]:
    finder = shipped(FINDER)
    return with_found(pictures, finder, run / "found.npz", lambda all_, number: counted(all_, number, "seeking faces"))


def _settings(chosen: argparse.Namespace) -> Settings:
    problems = [
        f"--{name} {getattr(chosen, name)}: at least {least}"
        for name, least in (("epochs", 1), ("batch", 1), ("replicas", 1), ("score_every", 0), ("freeze", 0))
        if getattr(chosen, name) < least
    ]
    problems += [
        f"--{name} {getattr(chosen, name)}: a multiple of 32, at least 32"
        for name in ("size", "window")
        if getattr(chosen, name) < 32 or getattr(chosen, name) % 32
    ]
    problems += [] if 0 <= chosen.hidden <= 1 else [f"--hidden {chosen.hidden}: 0 to 1"]
    problems += [f"--{n} {getattr(chosen, n)}: above 0" for n in ("rate", "rare") if not getattr(chosen, n) > 0]
    if problems:
        raise VisionError("; ".join(problems))
    return Settings(
        chosen.epochs,
        seed=chosen.seed,
        batch=chosen.batch,
        rate=chosen.rate,
        plain=min(3, chosen.epochs // 4),
        frozen=chosen.freeze,
        replicas=1 if chosen.device == "cuda" else chosen.replicas,
        recipe=Recipe(size=chosen.window, whole=chosen.size, hidden=chosen.hidden),
    )


def _often(word: str) -> tuple[str, float]:
    name, _, number = word.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not value > 0:
        raise VisionError(f"--often {word}: a folder's name, =, and a number above 0")
    return name, value


def _state(
    folder: RunFolder, settings: Settings, sets: Sets, weights: Path, chosen: argparse.Namespace
) -> tuple[State, str]:
    """The state to go on from, and where it comes from."""
    model = YoloV3Tiny(product_layout(chosen.size))
    if folder.state.exists():
        state = start(model, settings, chosen.device)
        checkpoint.restore(state, folder.state)
        return state, str(folder.state)
    if not weights.exists():
        hint = "give --weights: yolov3-tiny of COCO as ONNX, or the mask-detector.onnx that this package ships"
        raise VisionError(f"no weights to start from: {weights}", hint=hint)
    some = islice(batches(sets.train, sets.weights, settings, settings.epochs), _WARM_BATCHES)
    source = load_weights(model, weights, (images for parts in some for images, _ in parts))
    return start(model, settings, chosen.device), source


def _overview(sets: Sets, source: str, epoch: int) -> str:
    faces = np.bincount(np.concatenate([p.class_id for p in sets.train]), minlength=2)
    lines = [
        f"{len(sets.train)} pictures to train on: {faces[0]} bare faces, {faces[1]} masks; {len(sets.valid)} to score",
        f"left out, as they nearly are scored pictures: {', '.join(sets.near) or 'none'}",
        f"from {source}, epoch {epoch}",
    ]
    return "\n".join(lines)


def _watched(ready: Iterable[Any], number: int, verb: str) -> Iterable[Any]:
    """A run of hours into a file needs a line an epoch, no more."""
    return counted(ready, number, verb) if sys.stderr.isatty() else ready


def _note(job: _Job, state: State, done: Report) -> None:
    """Write down and say what an epoch gave."""
    metrics = {k: v for k, v in asdict(done).items() if k != "epoch"}
    last = done.epoch == job.settings.epochs
    export(state.averaged, job.folder.model, {"epochs": str(done.epoch), "author": "maskflow.training"})
    if job.sets.valid and (last or (job.every and done.epoch % job.every == 0)):
        metrics |= _scores(job)
    job.folder.add(done.epoch, metrics)
    draw_epochs(job.folder.path / "curves.png", job.folder.metrics())
    spent = (time.monotonic() - job.began) / (done.epoch - job.first)
    scores = "".join(f"  mAP {k[4:]} {100 * v:.1f}" for k, v in metrics.items() if k.startswith("map_"))
    rest = "" if last else f", {left(spent * (job.settings.epochs - done.epoch))} left"
    say(
        f"epoch {done.epoch:3d}  loss {done.total:.4f}  box {done.box:.4f}  objectness {done.objectness:.4f}  "
        f"class {done.class_id:.4f}{scores}  {done.cpu_s:.0f} CPU s{rest}"
    )


def _scores(job: _Job) -> dict[str, float]:
    """Mean AP of the network so far on the pictures held apart, clear and with the labelled faces hidden."""
    detector = MaskDetector(job.folder.model)
    truth = [Truth.of(picture) for picture in job.sets.valid]
    scores = {}
    for name, view in (("clear", clear), ("hidden", hidden_by_labels)):
        found = [detector.candidates(view(picture)) for picture in job.sets.valid]
        scores[f"map_{name}"] = Judged(detector.names, found, truth).mean()
    return scores
