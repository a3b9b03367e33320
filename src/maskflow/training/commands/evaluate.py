"""Score a model on a labelled set: clear, with hidden faces, and with --anonymise as the product would hide them.

DIR is a set (a folder with `images` and `labels`) or the folder above the set adityap27_valid. "hidden" hides the
labelled faces; "anonymised" those that the product's own finder sees, by the product's code.

Example:
  python -m maskflow.training evaluate --data ../shared/data/adityap27_valid --anonymise --json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import cv2

from maskflow.errors import UsageError
from maskflow.training.dataset import NAMES, Picture
from maskflow.training.evaluate import Judged, interval
from maskflow.training.figures import Loss
from maskflow.training.output import counted, note, say
from maskflow.training.predict import Predictor, aligned, read
from maskflow.training.report import document, evaluation_text, loss_text, sweep_text
from maskflow.training.sets import FINDER, MODEL, Truth, labelled, listed, read_all, scored_set, shipped
from maskflow.training.views import View, clear, hidden_by_finder, hidden_by_labels
from maskflow.vision.boxes import Detections
from maskflow.vision.masks import SCORE

SWEEP = tuple(n / 20 for n in range(2, 15))


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a labelled set, or the folder above")
    parser.add_argument("--model", type=Path, default=shipped(MODEL), help="ONNX file (default: the shipped one)")
    parser.add_argument("--predictions", type=Path, help="score what `predict` wrote, or another program, instead")
    parser.add_argument("--anonymise", action="store_true", help="also with the faces hidden as the product does it")
    parser.add_argument("--finder", type=Path, default=shipped(FINDER), help="the face finder's ONNX file")
    parser.add_argument("--score", type=float, default=SCORE, help=f"operating threshold, 0..1 (default: {SCORE})")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th picture only")
    parser.add_argument("--sweep", action="store_true", help="also precision and recall over thresholds")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="precision-recall curves as a PNG file")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON, shares in 0..1")


def run(chosen: argparse.Namespace) -> None:
    """Print the figures."""
    cv2.setNumThreads(1)
    if chosen.every < 1 or not 0 < chosen.score < 1:
        raise UsageError("--every is 1 or more, and --score lies between 0 and 1")
    folder = scored_set(chosen.data)
    views = _from_file(chosen, folder) if chosen.predictions else _from_model(chosen, folder)
    if chosen.plot:
        from maskflow.training.plot import draw_curves

        draw_curves(chosen.plot, {name: judged.curves() for name, judged in views.items()})
    done = {name: judged.evaluation(chosen.score) for name, judged in views.items()}
    losses = _losses(views)
    if chosen.json:
        source = chosen.predictions or chosen.model
        of = {"set": folder.resolve().name, "file": source.name, "sha256": sha256(source.read_bytes()).hexdigest()}
        of["losses"] = [asdict(one) for one in losses]
        say(json.dumps(document(of, done), indent=1))
        return
    for name, judged in views.items():
        title = f"{folder.resolve().name} {name}"
        say(evaluation_text(title, done[name]) + "\n")
        if chosen.sweep:
            say(sweep_text(title, judged.names, judged.sweep(SWEEP)) + "\n")
    for one in losses:
        say(loss_text(one))


def _from_model(chosen: argparse.Namespace, folder: Path) -> dict[str, Judged]:
    predictor = Predictor(chosen.model)
    shown: dict[str, View] = {"clear": clear, "hidden": hidden_by_labels}
    if chosen.anonymise:
        shown["anonymised"] = hidden_by_finder(chosen.finder)
    found: dict[str, list[Detections]] = {name: [] for name in shown}
    truth = []
    for picture in _pictures(chosen, folder):
        truth.append(Truth.of(picture))
        for name, view in shown.items():
            found[name].append(predictor(picture, view(picture)).found)
    return {name: Judged(predictor.names, seen, truth) for name, seen in found.items()}


def _from_file(chosen: argparse.Namespace, folder: Path) -> dict[str, Judged]:
    predictions = read(chosen.predictions)
    truth = [Truth.of(picture) for picture in _pictures(chosen, folder)]
    found = aligned(predictions, truth)
    absent = len(truth) - len(predictions)
    if absent:
        note(f"{absent} of {len(truth)} pictures have no line in {chosen.predictions}: nothing was seen in them")
    return {"predicted": Judged(NAMES, found, truth)}


def _pictures(chosen: argparse.Namespace, folder: Path) -> Iterator[Picture]:
    paths = listed(folder)[:: chosen.every]
    return counted(read_all(paths, labelled), len(paths), "looking")


def _losses(views: Mapping[str, Judged]) -> list[Loss]:
    """What each view loses against the first, over the same draws of pictures."""
    first, *others = views
    before = views[first].samples()
    mean = {name: judged.mean() for name, judged in views.items()}
    return [Loss(first, name, mean[first] - mean[name], interval(before - views[name].samples())) for name in others]
