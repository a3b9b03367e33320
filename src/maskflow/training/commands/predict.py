"""Write what a model sees in the pictures of a folder, as one line of JSON a picture.

A line is {"image": name, "width": w, "height": h, "boxes": [[x1, y1, x2, y2, score, class], ...]}: pixels of the
picture as it is stored, scores down to 0.005, class 0 = no mask and 1 = mask, pictures in the order of their names.

Example:
  python -m maskflow.training predict --data site/images --out seen.jsonl --anonymise
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2

from maskflow.training.output import counted, say
from maskflow.training.predict import Predictor, write
from maskflow.training.sets import FINDER, MODEL, listed, read_all, shipped, unlabelled
from maskflow.training.views import clear, hidden_by_finder


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("--data", type=Path, required=True, help="folder of pictures, or one with a folder `images`")
    parser.add_argument("--out", type=Path, required=True, help="file to write, one line of JSON a picture")
    parser.add_argument("--model", type=Path, default=shipped(MODEL), help="ONNX file (default: the shipped one)")
    parser.add_argument("--anonymise", action="store_true", help="hide the faces first, as the product does")
    parser.add_argument("--finder", type=Path, default=shipped(FINDER), help="the face finder's ONNX file")


def run(chosen: argparse.Namespace) -> None:
    """Write the file and say how many lines it has."""
    cv2.setNumThreads(1)
    predictor = Predictor(chosen.model)
    view = hidden_by_finder(chosen.finder) if chosen.anonymise else clear
    paths = listed(chosen.data)
    pictures = counted(read_all(paths, unlabelled), len(paths), "predicting")
    count = write(chosen.out, (predictor(picture, view(picture)) for picture in pictures))
    say(f"{chosen.out}: {count} pictures")
