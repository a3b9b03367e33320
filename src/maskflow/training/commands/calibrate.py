"""Make an 8 bit model out of a float one, and print what every form of it is worth.

The ranges of activations are learnt from pictures of the training sets in DIR, half of them with hidden faces, never
from the valid set, on which the forms are then scored. Where accuracy falls, try --first-in-float; on processors
without VNNI, --reduce-range. With --compare every method is tried and shown; the file is made as the options say.

Example:
  python -m maskflow.training calibrate --model fp32.onnx --data ../shared/data --out int8.onnx
"""

from __future__ import annotations

import argparse
import itertools
import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import cv2

from maskflow.errors import StorageError, UsageError
from maskflow.training.dataset import Picture
from maskflow.training.forms import compare, forms_text
from maskflow.training.output import counted, say
from maskflow.training.quantise import METHODS, Scheme, halved, load, quantised, widened
from maskflow.training.sets import MODEL, VALID_SET, labelled, listed, read_all, scored_set, shipped
from maskflow.training.views import clear, hidden_by_labels
from maskflow.vision import onnx
from maskflow.vision.anonymise import Frame
from maskflow.vision.layout import read_layout
from maskflow.vision.yolo import prepare


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the training sets, or one")
    parser.add_argument("--out", type=Path, required=True, help="ONNX file to write")
    parser.add_argument("--model", type=Path, default=shipped(MODEL), help="ONNX file (default: the shipped one)")
    parser.add_argument("--valid", type=Path, help=f"labelled set to score on (default: {VALID_SET} in DIR or beside)")
    parser.add_argument("--pictures", type=int, default=64, help="training pictures to learn from (default: 64)")
    parser.add_argument("--method", choices=METHODS, default=Scheme().method, help="how ranges are chosen")
    parser.add_argument("--first-in-float", action="store_true", help="leave the first convolution in float")
    parser.add_argument("--reduce-range", action="store_true", help="weights of 7 bits, for processors without VNNI")
    parser.add_argument("--compare", action="store_true", help="also try the other methods")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="score on every N-th picture only")


def run(chosen: argparse.Namespace) -> None:
    """Write the 8 bit file, then print the table of forms."""
    cv2.setNumThreads(1)
    if chosen.pictures < 2 or chosen.every < 1:
        raise UsageError("--pictures is 2 or more, and --every 1 or more")
    valid = _valid(chosen)
    wide = widened(load(chosen.model))
    size = read_layout(onnx.load(chosen.model).metadata).size
    inputs = [prepare(image, size, size) for image in _shown(chosen)]
    wanted = Scheme(chosen.method, chosen.first_in_float, chosen.reduce_range)
    schemes = [wanted, *(scheme for scheme in _others() if chosen.compare and scheme != wanted)]
    with tempfile.TemporaryDirectory() as folder:
        files = {"float32": Path(folder) / "float32", "float16 stored, float32 computed": Path(folder) / "float16"}
        for path, model in zip(files.values(), (wide, halved(wide)), strict=True):
            path.write_bytes(model.SerializeToString(deterministic=True))
        for scheme in schemes:
            files[str(scheme)] = Path(folder) / str(len(files))
            files[str(scheme)].write_bytes(quantised(wide, inputs, scheme).SerializeToString(deterministic=True))
        content = files[str(wanted)].read_bytes()
        _write(chosen.out, content)
        say(f"{chosen.out}: {wanted}; {len(content)} bytes, sha256 {sha256(content).hexdigest()}")
        views = {"clear": clear, "hidden": hidden_by_labels}
        paths = listed(valid)[:: chosen.every]
        pictures = counted(read_all(paths, labelled), len(paths), "scoring")
        say(forms_text(compare(files, pictures, views, inputs[0])))


def _others() -> Iterator[Scheme]:
    yield from (Scheme(method) for method in METHODS)
    yield Scheme(first_in_float=True)
    yield Scheme(reduce_range=True)


def _valid(chosen: argparse.Namespace) -> Path:
    """The set to score on; nothing is learnt from it."""
    beside = [scored_set(chosen.data), chosen.data.resolve().parent / VALID_SET]
    found = chosen.valid or next((one for one in beside if one.name == VALID_SET and one.is_dir()), None)
    if found is None:
        raise UsageError(f"there is no {VALID_SET} in {chosen.data} nor beside it", hint="name a set with --valid")
    return Path(found)


def _shown(chosen: argparse.Namespace) -> Iterator[Frame]:
    """Pictures of the training sets, evenly spread over them, the faces of every second one hidden."""
    data = chosen.data.resolve()
    sets = [data] if (data / "images").is_dir() else sorted(path.parent for path in data.glob("*/images"))
    paths = [path for one in sets if one != _valid(chosen).resolve() for path in listed(one)]
    if not paths:
        raise UsageError(f"no training pictures in {chosen.data}: nothing is learnt from the set that is scored")
    step = max(1, len(paths) // chosen.pictures)
    some = paths[::step][: chosen.pictures]
    return map(_half_hidden, read_all(some, labelled), itertools.count())


def _half_hidden(picture: Picture, number: int) -> Frame:
    return hidden_by_labels(picture) if number % 2 else picture.image


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
