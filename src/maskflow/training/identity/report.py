"""What was measured, as text and as JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from maskflow.training.identity.attack import Attack
from maskflow.training.identity.measure import Outcome
from maskflow.training.identity.metrics import Recognition


def table(outcomes: Sequence[Outcome]) -> str:
    """One line a way: masks, then for each crowd the strongest attack from one and several pictures, in percent."""
    crowds = list(dict.fromkeys(a.crowd for one in outcomes for a in one.attacks))
    head = f"{'hidden by':26} {'masks':>5} {'mAP':>5}" + "".join(f"   {crowd:^36}" for crowd in crowds)
    second = " " * 38 + "   {:>6} {:>7} {:>4}  {:<15}".format("one", "several", "same", "strongest") * len(crowds)
    return "\n".join([head, second.rstrip(), *(_row(one, crowds) for one in outcomes), _chance(outcomes, crowds)])


def _row(one: Outcome, crowds: Sequence[str]) -> str:
    text = f"{one.way:26} {100 * one.evidence:5.1f} " + (
        "     " if one.mean_ap is None else f"{100 * one.mean_ap:5.1f}"
    )
    for crowd in crowds:
        best, same = one.strongest(crowd), one.same_picture(crowd)
        shares = 100 * best.one.rank1, 100 * best.several.rank1, 100 * same.one.rank1
        text += f"   {shares[0]:6.1f} {shares[1]:7.1f} {shares[2]:4.0f}  {best.attacker:<15}"
    return text.rstrip()


def _chance(outcomes: Sequence[Outcome], crowds: Sequence[str]) -> str:
    chances = [outcomes[0].strongest(crowd).one.chance for crowd in crowds]
    return (
        f"{'guessing':38}"
        + "".join(f"   {100 * chance:6.1f} {100 * chance:7.1f}{'':22}" for chance in chances).rstrip()
    )


def document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON values, all attackers included."""
    return asdict(outcome)


def restored(text: str) -> Outcome:
    """The outcome that `document` made the text of. Raises ValueError, KeyError or TypeError for anything else."""
    fields = json.loads(text)
    fields["attacks"] = tuple(
        Attack(a["crowd"], a["attacker"], Recognition(**a["one"]), Recognition(**a["several"]))
        for a in fields["attacks"]
    )
    return Outcome(**fields)
