"""Curves as pictures: precision over recall, identity over masks. The only file that knows matplotlib (`train`)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from maskflow.errors import UsageError
from maskflow.training.figures import Curve

if TYPE_CHECKING:
    from maskflow.training.identity.measure import Outcome

_MARKS = ("o-", "s-", "^-", "v-", "D-", "P-", "X-", "*-", "<-", ">-", "h-")


def draw_curves(path: Path, views: Mapping[str, Sequence[Curve]]) -> None:
    """Write one panel a view, one curve a class, as the PNG file `path`. Raises UsageError without matplotlib."""
    figure = _figure(4.2 * len(views), 4.0)
    for panel, (name, curves) in zip(figure.subplots(1, len(views), squeeze=False)[0], views.items(), strict=True):
        for curve in curves:
            recall = np.concatenate([[0.0], curve.recall])
            precision = np.concatenate([curve.precision[:1], curve.precision])
            panel.plot(recall, precision, label=f"{curve.name}: AP {100 * curve.ap:.1f}", linewidth=1.4)
        panel.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision", title=name)
        panel.grid(alpha=0.3)
        panel.legend(loc="lower left", fontsize="small")
    _save(figure, path)


EPOCHS = (("box", "objectness", "class_id"), ("rate",), ("map_clear", "map_hidden"))
"""What is shown of a run, a panel each."""


def draw_epochs(path: Path, metrics: Sequence[Mapping[str, float]]) -> None:
    """Write losses, learning rate and mean AP over the epochs as the PNG file `path`. Raises UsageError as above."""
    figure = _figure(4.2 * len(EPOCHS), 3.5)
    for panel, names in zip(figure.subplots(1, len(EPOCHS)), EPOCHS, strict=True):
        for name in names:
            points = [(line["epoch"], line[name]) for line in metrics if name in line]
            if points:
                panel.plot(*zip(*points, strict=True), label=name, linewidth=1.4, marker=".")
        panel.set(xlabel="epoch")
        panel.grid(alpha=0.3)
        if panel.get_legend_handles_labels()[0]:
            panel.legend(fontsize="small")
    _save(figure, path)


def draw_tradeoff(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write one panel a crowd, one line a family of ways to hide, as the PNG file `path`: low and right is good.

    Across: how well masks are judged (AUC); up: how often the strongest attacker names the person. Raises UsageError
    without matplotlib.
    """
    crowds = list(dict.fromkeys(attack.crowd for one in outcomes for attack in one.attacks))
    figure = _figure(5.6 * len(crowds), 5.2)
    for panel, crowd in zip(figure.subplots(1, len(crowds), squeeze=False)[0], crowds, strict=True):
        for number, family in enumerate(dict.fromkeys(one.family for one in outcomes)):
            ways = [one for one in outcomes if one.family == family]
            best = [max(a.one.rank1, a.several.rank1) for a in (one.strongest(crowd) for one in ways)]
            panel.plot([one.evidence for one in ways], best, _MARKS[number % len(_MARKS)], label=family, linewidth=1)
            for one, height in zip(ways, best, strict=True):
                panel.annotate(one.way.removeprefix(family.partition(",")[0]).partition(",")[0], (one.evidence, height))
        panel.axhline(outcomes[0].strongest(crowd).one.chance, color="grey", linestyle=":", linewidth=1)
        panel.set(ylim=(-0.02, 1.02), title=crowd, xlabel="masks told from bare faces, AUC")
        panel.set_ylabel("people recognised by the strongest attacker, rank-1")
        panel.grid(alpha=0.3)
    figure.legend(*panel.get_legend_handles_labels(), loc="outside right", fontsize="small")
    _save(figure, path)


def require() -> None:
    """Raise UsageError without matplotlib: before hours of work whose curves could not be drawn."""
    _figure(1, 1)


def _figure(width: float, height: float) -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError("curves need matplotlib", hint="pip install 'maskflow[train]'") from error
    return Figure(figsize=(width, height), dpi=120, layout="constrained")


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    figure.savefig(part, format="png")
    os.replace(part, path)
