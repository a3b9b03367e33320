"""Checks of the whole workflow, once its parts are right."""

from __future__ import annotations

from collections.abc import Callable

from maskflow.model import Workflow

from .problems import Report

CHECKS: tuple[Callable[[Workflow, Report], None], ...] = ()


def check_workflow(workflow: Workflow, report: Report) -> None:
    for check in CHECKS:
        check(workflow, report)
