"""Write the averaged weights of a checkpoint as an ONNX file."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from maskflow.errors import VisionError
from maskflow.training import checkpoint
from maskflow.training.dataset import SIZE
from maskflow.training.export import export
from maskflow.training.model import YoloV3Tiny, product_layout
from maskflow.training.output import say

_NOTES = {
    "author": "maskflow",
    "license": "Apache-2.0; trained on pictures of others, see MODEL.md",
    "source": "YOLOv3-tiny, COCO weights of the public ONNX model zoo, fine-tuned by maskflow.training",
}


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="ONNX file to write")
    parser.add_argument(
        "--note", action="append", default=[], metavar="NAME=TEXT", help="more metadata, e.g. epochs=14"
    )
    parser.add_argument("--size", type=int, default=SIZE, help="side of the square with the input's area, pixels")
    parser.add_argument("--float32", action="store_true", help="store weights unrounded, at twice the size")


def run(chosen: argparse.Namespace) -> None:
    """Write the file and say its size and digest."""
    if chosen.size < 32 or chosen.size % 32:
        raise VisionError(f"the input side is a multiple of 32 pixels, not {chosen.size}")
    model = YoloV3Tiny(product_layout(chosen.size))
    checkpoint.load_averaged(model, chosen.checkpoint)
    notes = dict(note.partition("=")[::2] for note in chosen.note)
    export(model.eval(), chosen.output, {**_NOTES, **notes}, half=not chosen.float32)
    content = chosen.output.read_bytes()
    say(f"{chosen.output}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
