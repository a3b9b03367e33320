"""Measure what each way to hide faces leaves: who somebody is, against whether a mask is worn.

DIR holds the valid set adityap27_valid, other labelled sets, and videos in `videos`. Faces of people who appear more
than once are hidden and searched for among strangers, by five attackers: with a public recogniser, with pixels, with a
clear gallery and with one that is hidden in the same way, and by one who has learned from other hidden faces. Needs the
extras `measure` and `train`. What stands in --out already, ways and (clear!) faces, is not measured or sought again.

Example:
  python -m maskflow.training reidentify --data ../shared/data --out results --ways 'mosaic*' fill clear
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import cv2

from maskflow.errors import UsageError
from maskflow.training.identity.hidings import Hiding, hidings
from maskflow.training.output import counted, note, say
from maskflow.training.sets import FINDER, MODEL, labelled, listed, read_all, scored_set, shipped


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of the sets and videos")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for results and curves.png")
    parser.add_argument("--videos", type=Path, nargs="+", metavar="FILE", help="only these (default: DIR/videos/*.mp4)")
    parser.add_argument("--ways", nargs="+", default=["*"], metavar="NAME", help="only these; * and ? stand for others")
    parser.add_argument("--detect", action="store_true", help="also mean AP of the detector on the valid set")
    parser.add_argument("--model", type=Path, default=shipped(MODEL), help="the detector (default: the shipped one)")
    parser.add_argument("--finder", type=Path, default=shipped(FINDER), help="the face finder's ONNX file")
    parser.add_argument("--every", type=int, default=2, metavar="N", help="every N-th picture of the sets (default: 2)")
    parser.add_argument("--json", action="store_true", help="print every attacker's figures as JSON, shares in 0..1")


def run(chosen: argparse.Namespace) -> None:
    """Measure what is missing in --out, then print all of it and draw the curves."""
    cv2.setNumThreads(1)
    ways = [one for one in hidings() if any(fnmatchcase(one.name, pattern) for pattern in chosen.ways)]
    if not ways or chosen.every < 1:
        raise UsageError("--every is 1 or more, and --ways names some of: " + "; ".join(one.name for one in hidings()))
    chosen.out.mkdir(parents=True, exist_ok=True)
    _attack(chosen, [one for one in ways if not _file(chosen.out, one).exists()])
    if chosen.detect:
        _detect(chosen, ways)
    _show(chosen, ways)


def _attack(chosen: argparse.Namespace, ways: Sequence[Hiding]) -> None:
    if not ways:
        return
    import torch

    from maskflow.training.identity import material, measure, recogniser, report

    torch.set_num_threads(1)
    videos = chosen.videos or sorted((chosen.data / "videos").glob("*.mp4"))
    eye = recogniser.Recogniser(recogniser.published())
    faces = material.gather(chosen.data, videos, chosen.finder, eye, chosen.out / "faces", every=chosen.every)
    for line in material.described(faces):
        note(line)
    for way in counted(ways, len(ways), "attacking"):
        outcome = measure.identity(way, faces, eye)
        _file(chosen.out, way).write_text(json.dumps(report.document(outcome)), "utf-8")


def _detect(chosen: argparse.Namespace, ways: Sequence[Hiding]) -> None:
    """Mean AP where it is missing. It is forgotten with the file: give another model another --out."""
    from dataclasses import replace

    from maskflow.training.identity import measure, report
    from maskflow.training.predict import Predictor

    outcomes = {way: report.restored(_file(chosen.out, way).read_text("utf-8")) for way in ways}
    missing = [way for way in ways if outcomes[way].mean_ap is None]
    pictures = list(read_all(listed(scored_set(chosen.data)), labelled)) if missing else []
    for way in counted(missing, len(missing), "detecting"):
        done = replace(outcomes[way], mean_ap=measure.mean_ap(way, Predictor(chosen.model), pictures))
        _file(chosen.out, way).write_text(json.dumps(report.document(done)), "utf-8")


def _show(chosen: argparse.Namespace, ways: Sequence[Hiding]) -> None:
    from maskflow.training.identity import report
    from maskflow.training.plot import draw_tradeoff

    outcomes = [report.restored(_file(chosen.out, way).read_text("utf-8")) for way in ways]
    draw_tradeoff(chosen.out / "curves.png", outcomes)
    say(json.dumps([report.document(one) for one in outcomes], indent=1) if chosen.json else report.table(outcomes))


def _file(folder: Path, way: Hiding) -> Path:
    return folder / ("".join(c if c.isalnum() else "-" for c in way.name) + ".json")
