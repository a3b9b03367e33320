"""Workflow files: checked, planned, deployed, removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskflow import fdl
from maskflow.deploy.apply import Event, Report, apply, ignore
from maskflow.deploy.plan import Plan
from maskflow.deploy.reading import plan_for
from maskflow.deploy.resource import Provider
from maskflow.deploy.saved import SavedPlan
from maskflow.errors import ConfigError, Problem, WorkflowError
from maskflow.model import NO_MAPPING, Workflow
from maskflow.providers.local.place import Root
from maskflow.providers.local.provider import LocalProvider

Providers = Mapping[str, Provider]


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with those who can carry it out, and what the file was warned about."""

    workflow: str
    plan: Plan
    providers: Providers
    warnings: tuple[Problem, ...] = ()


def validate(files: Sequence[Path], images: Mapping[str, str] = NO_MAPPING) -> tuple[Problem, ...]:
    """Everything that is wrong with the files; needs neither a network nor a configuration."""
    return tuple(problem for file in files for problem in fdl.load(file, images=images).problems)


def load(file: Path, images: Mapping[str, str]) -> tuple[Workflow, tuple[Problem, ...]]:
    """The workflow to run on this machine, and warnings. Raises WorkflowError with all problems."""
    loaded = fdl.load(file, images=images)
    if loaded.workflow is None:
        raise WorkflowError(loaded.problems)
    return loaded.workflow, loaded.problems


def local_providers(root: Path, *, worker: bool = True) -> Providers:
    return {"local": LocalProvider(Root(root), worker=worker)}


def plan(file: Path, images: Mapping[str, str], providers: Providers, *, adopt: bool = False) -> Planned:
    """What would have to be done; nothing is."""
    workflow, warnings = load(file, images)
    return Planned(workflow.name, plan_for(workflow, providers, adopt=adopt), providers, warnings)


def plan_as_saved(file: Path, images: Mapping[str, str], providers: Providers, saved: Path) -> Planned:
    """The plan of a file that `plan --out` wrote; Conflict when it does not hold any more."""
    try:
        promised = SavedPlan.parse(saved.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{saved} cannot be read as a plan: {error}") from None
    workflow, warnings = load(file, images)
    now = plan_for(workflow, providers, adopt=promised.adopt, data=promised.data)
    promised.check(now)
    return Planned(workflow.name, now, providers, warnings)


def carry_out(planned: Planned, on_event: Callable[[Event], None] = ignore) -> Report:
    """Do what the plan says. Raises Conflict, before anything is done, when something stands in the way."""
    return apply(planned.plan, planned.providers, on_event)
