"""Plans and reports as text and as JSON; strings only, nothing is printed here. Secrets show as `***`.

`style` is how a terminal may colour a line: it gets an action's (or outcome's) name and the text, and returns the text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from .apply import Failed, Report
from .diff import FieldChange, Missing, Side
from .plan import Action, Change, Plan
from .spec import Ref, Sealed, Unknown, canonical, plain

Style: TypeAlias = Callable[[str, str], str]

FORMAT = 1
SYMBOLS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.ADOPT: "@",
    Action.DELETE: "-",
    Action.KEEP: "=",
}
NO_CHANGES = "No changes"


def unstyled(name: str, text: str) -> str:
    """The style of a pipe: none."""
    return text


def plan_text(plan: Plan, style: Style = unstyled, *, kept: bool = False) -> str:
    """Every line that writes with the fields that it writes, what stands in the way, and a summary.

    Of what is kept only that appears which somebody may have expected to go, unless `kept` asks for all of it.
    """
    lines = [line for change in plan.changes if kept or _worth_saying(change) for line in _change(change, style)]
    lines += [style("conflict", f"! {problem}") for problem in plan.conflicts]
    return "\n".join([*lines, summary(plan)])


def summary(plan: Plan) -> str:
    """`Plan: 3 to create, 1 to update, 0 to delete`, or that there is nothing to do."""
    if plan.conflicts:
        number = len(plan.conflicts)
        return f"Plan: {number} conflict{'s' if number > 1 else ''}, nothing can be done"
    if not plan.writes:
        return NO_CHANGES
    counts = plan.counts
    always = (Action.CREATE, Action.UPDATE, Action.DELETE)
    seldom = (Action.REPLACE, Action.ADOPT)
    named = [*always[:2], *(action for action in seldom if counts[action]), always[2]]
    return "Plan: " + ", ".join(f"{counts[action]} to {action}" for action in named)


def report_text(report: Report, style: Style = unstyled) -> str:
    """What failed and why, what is left, and a summary."""
    lines = [style("failed", f"failed: {_heading(one.change)}: {one.error}") for one in report.failed]
    lines += [style("left", f"left: {_heading(change)}") for change in report.left]
    counts = f"{len(report.done)} done, {len(report.failed)} failed, {len(report.left)} left"
    return "\n".join([*lines, f"Interrupted: {counts}" if report.interrupted else f"Done: {counts}"])


def plan_json(plan: Plan) -> str:
    """The plan for machines, and for `saved`: the fingerprint in it tells whether it still holds."""
    document = {
        "format": FORMAT,
        "workflow": plan.workflow,
        "adopt": plan.adopt,
        "data": plan.data,
        "fingerprint": {"wanted": plan.fingerprint.wanted, "actual": plan.fingerprint.actual},
        "summary": {action.value: plan.counts[action] for action in Action},
        "changes": [_change_json(change) for change in plan.changes],
        "conflicts": [
            {"place": str(one.place), "code": one.code, "message": one.message, "hint": one.hint}
            for one in plan.conflicts
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def report_json(report: Report) -> str:
    """The report for machines."""
    document = {
        "format": FORMAT,
        "workflow": report.plan.workflow,
        "complete": report.complete,
        "interrupted": report.interrupted,
        "done": [_line_json(change) for change in report.done],
        "failed": [_failed_json(one) for one in report.failed],
        "left": [_line_json(change) for change in report.left],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _worth_saying(change: Change) -> bool:
    return change.action is not Action.KEEP or change.resource is None


def _heading(change: Change) -> str:
    return f"{SYMBOLS[change.action]} {change.address}"


def _change(change: Change, style: Style) -> Iterator[str]:
    reason = f"  ({change.reason})" if change.reason else ""
    yield style(change.action.value, _heading(change) + reason)
    for field in change.fields:
        yield f"      {field_text(field)}"


def field_text(field: FieldChange) -> str:
    """`memory: 512 -> 1024`, or only the new value where there was nothing."""
    after = side_text(field.after)
    return f"{field.path}: {after if isinstance(field.before, Missing) else f'{side_text(field.before)} -> {after}'}"


def side_text(side: Side) -> str:
    """A value as JSON; what JSON does not have as a word."""
    return str(side) if isinstance(side, Missing | Unknown | Ref | Sealed) else canonical(side)


def _change_json(change: Change) -> dict[str, Any]:
    fields = [
        {"path": field.path, "before": _side_json(field.before), "after": _side_json(field.after)}
        for field in change.fields
    ]
    return {**_line_json(change), "reason": change.reason, "fields": fields}


def _line_json(change: Change) -> dict[str, str]:
    return {"action": change.action.value, "address": str(change.address)}


def _failed_json(one: Failed) -> dict[str, str]:
    return {**_line_json(one.change), "error": str(one.error)}


def _side_json(side: Side) -> Any:
    return None if isinstance(side, Missing) else plain(side)
