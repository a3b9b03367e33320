"""Figures as text: what `python -m maskflow.training` prints and the model card quotes."""

from __future__ import annotations

from collections.abc import Sequence

from maskflow.training.evaluate import Evaluation, Figures, Sweep


def evaluation_text(title: str, done: Evaluation, threshold: float) -> str:
    """A table of all figures, in percent."""
    head = f"{title}: {done.pictures} pictures; AP at IoU 0.5; P and R at score {threshold:g}"
    columns = f"{'class':<10}{'boxes':>6}{'AP':>8}{'AP11':>8}{'AP101':>8}{'P':>8}{'R':>8}{'F1 best':>9}{'at':>6}"
    mean = "".join(f"{100 * value:8.2f}" for value in done.mean)
    lines = [_line(row) for row in (*done.classes, done.faces)]
    return "\n".join([head, columns, *lines[:-1], f"{'mean':<10}{'':>6}{mean}", lines[-1]])


def _line(row: Figures) -> str:
    shares = "".join(f"{100 * value:8.2f}" for value in (row.ap, row.ap11, row.ap101, row.precision, row.recall))
    return f"{row.name:<10}{row.boxes:>6}{shares}{100 * row.best_f1:9.2f}{row.best_score:6.2f}"


def sweep_text(title: str, names: Sequence[str], points: Sequence[Sweep]) -> str:
    """Precision / recall, in percent, of each class and of faces by threshold."""
    head = f"{title}, precision / recall by threshold\n{'score':<7}" + "".join(f"{n:>16}" for n in (*names, "faces"))
    rows = [
        f"{point.score:<7.2f}" + "".join(f"{100 * p:8.1f} /{100 * r:6.1f}" for p, r in point.points) for point in points
    ]
    return "\n".join([head, *rows])
