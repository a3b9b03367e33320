"""Precision-recall curves as a picture; the only file that knows matplotlib (extra `train`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from maskflow.errors import UsageError
from maskflow.training.figures import Curve


def draw_curves(path: Path, views: Mapping[str, Sequence[Curve]]) -> None:
    """Write one panel a view, one curve a class, as the PNG file `path`. Raises UsageError without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError("curves need matplotlib", hint="pip install 'maskflow[train]'") from error
    figure = Figure(figsize=(4.2 * len(views), 4.0), dpi=120, layout="constrained")
    for panel, (name, curves) in zip(figure.subplots(1, len(views), squeeze=False)[0], views.items(), strict=True):
        for curve in curves:
            recall = np.concatenate([[0.0], curve.recall])
            precision = np.concatenate([curve.precision[:1], curve.precision])
            panel.plot(recall, precision, label=f"{curve.name}: AP {100 * curve.ap:.1f}", linewidth=1.4)
        panel.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision", title=name)
        panel.grid(alpha=0.3)
        panel.legend(loc="lower left", fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png")
