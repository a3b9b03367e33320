"""`maskflow validate`: all problems of workflow files at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from maskflow.cli.options import examples, images_option, json_option
from maskflow.errors import Problem


@click.command(
    epilog=examples("maskflow validate cctv/workflow.yaml", "maskflow validate --json cctv/workflow.yaml"),
)
@click.argument("files", type=click.Path(path_type=Path), nargs=-1)
@click.option("-f", "--file", "--conf-file", "more", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
              help="The same as naming FILES.")  # fmt: skip
@images_option
@json_option
def command(files: tuple[Path, ...], more: tuple[Path, ...], images: Mapping[str, str], as_json: bool) -> int:
    """Check workflow files, offline.

    Says all problems with file, line and column. Ends with 0 when there is no error, with 4 otherwise.
    """
    from maskflow.app.workflows import validate
    from maskflow.cli.output import note, show_json, show_problems
    from maskflow.errors import Severity, WorkflowError

    if not (files or more):
        raise click.UsageError("Name at least one workflow file.")
    problems = validate((*files, *more), images)
    if as_json:
        show_json([_flat(problem) for problem in problems])
    elif problems:
        show_problems(problems)
    else:
        note("no problems")
    failed = any(problem.severity is Severity.ERROR for problem in problems)
    return WorkflowError.exit_code if failed else 0


def _flat(problem: Problem) -> dict[str, object]:
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }
