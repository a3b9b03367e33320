"""Figures as text and as JSON: what `python -m maskflow.training` prints and the model card quotes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from maskflow.training.evaluate import IOU, LOOSE_IOU, MATCHING, SIZE, SIZES, SUPPRESSION
from maskflow.training.figures import Evaluation, Figures, Interval, Loss, Sweep
from maskflow.training.predict import FLOOR


def evaluation_text(title: str, done: Evaluation) -> str:
    """A table of all figures, in percent."""
    head = f"{title}: {done.pictures} pictures; AP at IoU {IOU:g}; P and R at score {done.threshold:g}"
    columns = f"{'':<10}{'boxes':>6}{'AP':>8}{'95 %':>15}{'AP11':>8}{'AP101':>8}{f'IoU {LOOSE_IOU:g}':>10}"
    columns += f"{'P':>8}{'R':>8}{'F1 best':>9}{'at':>6}"
    mean = done.mean
    lines = [_line(row) for row in (*done.classes, done.faces)]
    middle = f"{'mean':<10}{'':>6}{_aps(mean.ap, mean.interval, mean.ap11, mean.ap101, mean.loose_ap)}"
    bare = (
        f"bare faces: {_percent(done.bare_labelled)} % of those labelled, {_percent(done.bare_found)} % of those found"
    )
    return "\n".join([head, columns, *lines[:-1], middle, lines[-1], bare, "", *_sizes(done)])


def _line(row: Figures) -> str:
    aps = _aps(row.ap, row.interval, row.ap11, row.ap101, row.loose_ap)
    point = f"{_percent(row.precision):>8}{_percent(row.recall):>8}{_percent(row.best_f1):>9}{row.best_score:6.2f}"
    return f"{row.name:<10}{row.boxes:>6}{aps}{point}"


def _aps(ap: float, between: Interval, ap11: float, ap101: float, loose: float) -> str:
    low, high = between
    middle = f"{_percent(low)}-{_percent(high)}"
    return f"{_percent(ap):>8}{middle:>15}{_percent(ap11):>8}{_percent(ap101):>8}{_percent(loose):>10}"


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.2f}"


def _sizes(done: Evaluation) -> list[str]:
    """AP (and labelled faces) by size."""
    names = "".join(f"{f'{least:g}-{below:g} px'.replace('-inf', ' and up'):>16}" for least, below in SIZES)
    rows = [
        f"{row.name:<10}" + "".join(f"{f'{_percent(one.ap)} ({one.boxes})':>16}" for one in row.by_size)
        for row in (*done.classes, done.faces)
    ]
    return [f"AP (and boxes) by side of the face, at {SIZE} px", f"{'':<10}{names}", *rows]


def loss_text(loss: Loss) -> str:
    """What one view loses against another, in points, with the interval of the difference."""
    low, high = (100 * value for value in loss.interval)
    return f"mean AP, {loss.before} less {loss.after}: {100 * loss.ap:+.2f} points (95 %: {low:+.2f} to {high:+.2f})"


def sweep_text(title: str, names: Sequence[str], points: Sequence[Sweep]) -> str:
    """Precision / recall, in percent, of each class and of faces by threshold."""
    head = f"{title}, precision / recall by threshold\n{'score':<7}" + "".join(f"{n:>16}" for n in (*names, "faces"))
    rows = [
        f"{point.score:<7.2f}" + "".join(f"{100 * p:8.1f} /{100 * r:6.1f}" for p, r in point.points) for point in points
    ]
    return "\n".join([head, *rows])


def document(of: Mapping[str, Any], views: Mapping[str, Evaluation]) -> dict[str, Any]:
    """All figures for JSON: `of` says of what; shares are 0..1, and null where there was nothing to find."""
    rules = {"matching": MATCHING, "iou": IOU, "loose_iou": LOOSE_IOU, "suppression_iou": SUPPRESSION, "floor": FLOOR}
    told = {name: _plain(asdict(done)) for name, done in views.items()}
    return {**of, "rules": {**rules, "sizes_at": SIZE, "interval": 0.95}, "views": told}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
