"""One network in several forms (float32, float16 stored, 8 bits), side by side: accuracy, size, time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskflow.training.dataset import Picture
from maskflow.training.evaluate import Judged
from maskflow.training.predict import Predictor
from maskflow.training.sets import Truth
from maskflow.training.views import View
from maskflow.vision import onnx
from maskflow.vision.boxes import Detections, Floats


@dataclass(frozen=True, slots=True)
class Form:
    """What one form is worth."""

    name: str
    bytes: int
    mean_ap: Mapping[str, float]
    """Mean AP at IoU 0.5, 0..1, by view."""
    cpu_ms: float
    """CPU ms of one run of the network on one thread, the median over the rounds."""


def compare(
    files: Mapping[str, Path], pictures: Iterable[Picture], views: Mapping[str, View], example: Floats, rounds: int = 15
) -> list[Form]:
    """Each of `files` (by name) on every view of the pictures, and timed in turn on the network input `example`."""
    predictors = {name: Predictor(path) for name, path in files.items()}
    found: dict[tuple[str, str], list[Detections]] = {(name, view): [] for name in files for view in views}
    truth = []
    for picture in pictures:
        truth.append(Truth.of(picture))
        for view, show in views.items():
            shown = show(picture)
            for name, predictor in predictors.items():
                found[name, view].append(predictor(picture, shown).found)
    times = cpu_ms(list(files.values()), example, rounds)
    return [
        Form(
            name,
            path.stat().st_size,
            {view: Judged(predictors[name].names, found[name, view], truth).mean() for view in views},
            spent,
        )
        for (name, path), spent in zip(files.items(), times, strict=True)
    ]


def cpu_ms(files: Sequence[Path], example: Floats, rounds: int) -> list[float]:
    """Median CPU ms of one run of each model, in rounds that take every model in turn."""
    networks = [onnx.load(path) for path in files]
    spent: list[list[float]] = [[] for _ in networks]
    for _ in range(rounds + 1):
        for column, network in zip(spent, networks, strict=True):
            began = time.process_time()
            network.run(example)
            column.append(1000 * (time.process_time() - began))
    return [statistics.median(column[1:]) for column in spent]  # the first run prepares


def forms_text(forms: Sequence[Form]) -> str:
    """A table; the ratios are to the first form."""
    views = list(forms[0].mean_ap)
    head = f"{'form':<42}{'MB':>7}" + "".join(f"{'mAP ' + view:>16}" for view in views) + f"{'CPU ms':>9}{'ratio':>7}"
    lines = [
        f"{form.name:<42}{form.bytes / 1e6:7.2f}"
        + "".join(f"{100 * form.mean_ap[view]:16.2f}" for view in views)
        + f"{form.cpu_ms:9.1f}{forms[0].cpu_ms / form.cpu_ms:7.2f}"
        for form in forms
    ]
    return "\n".join([head, *lines])
