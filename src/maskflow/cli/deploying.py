"""What `plan`, `init`, `rm` and `run` share: which providers, which questions, what a plan and a report look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from maskflow.app.workflows import Planned, Providers, local_providers
from maskflow.deploy import render
from maskflow.deploy.apply import Event, Failed, Finished, Report, Started
from maskflow.deploy.plan import Action, Plan
from maskflow.errors import EXIT_INTERRUPTED, EXIT_UNEXPECTED, MaskflowError, ProviderError

from . import surroundings
from .output import clean, note, paint, show_error, show_problems

_COLOURS = {"create": "green", "update": "yellow", "replace": "magenta", "adopt": "cyan", "delete": "red",
            "conflict": "red", "failed": "red", "left": "yellow"}  # fmt: skip
_GRAVE = frozenset({Action.DELETE, Action.REPLACE, Action.ADOPT})


def providers(*, local: bool) -> Providers:
    """Who carries out plans. Raises ProviderError for what this version cannot do."""
    if not local:
        raise ProviderError(
            "deploying to AWS and to OSCAR clusters is not yet in this version of maskflow",
            hint="use --local: the same file runs whole on this machine",
        )
    return local_providers(surroundings.data_root())


def image_mapping(given: Mapping[str, str]) -> Mapping[str, str]:
    """Those of the configuration, and over them those of the command line."""
    from maskflow.app.userconfig import read

    return {**read(surroundings.config_files()).images, **given}


def show_warnings(planned: Planned) -> None:
    if planned.warnings:
        show_problems(planned.warnings)


def styled(name: str, text: str) -> str:
    return paint(clean(text), _COLOURS[name]) if name in _COLOURS else clean(text)


def confirm(plans: Sequence[Plan], question: str, *, yes: bool) -> None:
    """Ask before anything goes away; without a terminal somebody must have said --yes."""
    if yes or not any(change.action in _GRAVE for plan in plans for change in plan.writes):
        return
    if not surroundings.on_terminal():
        raise click.UsageError("This takes something away, and there is nobody to ask: add --yes.")
    if not click.confirm(question, err=True):
        note("nothing was changed")
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


def on_event(event: Event) -> None:
    """One line for every thing that is done, on standard error."""
    heading = f"{render.SYMBOLS[event.change.action]} {clean(event.change.address)}"
    if isinstance(event, Finished):
        note(styled(event.change.action, heading))
    elif isinstance(event, Failed):
        note(f"{styled('failed', heading)}: {clean(event.error)}")
    elif not isinstance(event, Started):
        note(f"{styled('left', heading)}: not done")


def exit_code(report: Report) -> int:
    """0 when all is done; else the code of what failed first, with its hint."""
    if report.complete:
        return 0
    errors = [one.error for one in report.failed]
    if errors and isinstance(errors[0], MaskflowError):
        show_error(errors[0])
        return errors[0].exit_code
    if errors:
        raise errors[0]
    return EXIT_INTERRUPTED if report.interrupted else EXIT_UNEXPECTED


def write_plan(plan: Plan, target: Path) -> None:
    try:
        target.write_text(render.plan_json(plan), "utf-8")
    except OSError as error:
        raise click.UsageError(f"The plan cannot be written to {target}: {error.strerror}.") from None
