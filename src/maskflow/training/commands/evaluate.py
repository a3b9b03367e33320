"""Score a model file on the valid set, clear and hidden."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2

from maskflow.training.dataset import load_folder
from maskflow.training.evaluate import evaluate, hidden, sweep
from maskflow.training.output import say
from maskflow.training.report import evaluation_text, sweep_text
from maskflow.vision.masks import SCORE, MaskDetector

VALID_SET = "adityap27_valid"
"""Scored, never trained on."""


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--model", type=Path, required=True, help="ONNX file")
    parser.add_argument("--score", type=float, default=SCORE, help="operating threshold, 0..1")
    parser.add_argument("--sweep", action="store_true", help="also precision and recall over thresholds")


def run(chosen: argparse.Namespace) -> None:
    """Print the figures as tables."""
    cv2.setNumThreads(1)
    detector = MaskDetector(chosen.model)
    clear = load_folder(chosen.data / VALID_SET, long_side=1 << 16)
    for title, pictures in ((f"{VALID_SET} clear", clear), (f"{VALID_SET} hidden", hidden(clear))):
        say(evaluation_text(title, evaluate(detector, pictures, chosen.score), chosen.score) + "\n")
        if chosen.sweep:
            scores = [n / 20 for n in range(2, 15)]
            say(sweep_text(title, detector.names, sweep(detector, pictures, scores)) + "\n")
