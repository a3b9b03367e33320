"""`maskflow rm`: functions and workflows go; buckets and what is in them only with --data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from maskflow.cli.options import examples, file_option, images_option, json_option, only_local_option, yes_option
from maskflow.deploy.plan import Plan


@click.command(
    epilog=examples(
        "maskflow rm -n mask-detector --yes",
        "maskflow rm -f cctv/workflow.yaml --yes",
        "maskflow rm --all --data --yes",
    )
)
@click.option("-n", "--name", "names", metavar="NAME", multiple=True, help="A function or a workflow. Can be repeated.")
@file_option
@click.option("-a", "--all", "everything", is_flag=True, help="Every workflow.")
@click.option("--data", is_flag=True, help="Buckets of the workflow and everything in them, too.")
@only_local_option
@images_option
@yes_option
@json_option
def command(
    names: tuple[str, ...],
    file: Path | None,
    everything: bool,
    data: bool,
    local: bool,
    images: Mapping[str, str],
    yes: bool,
    as_json: bool,
) -> int:
    """Remove deployed functions.

    Asks on a terminal. Objects stay where they are unless --data is given; a later init takes up from them.
    """
    from maskflow.app.workflows import Planned, carry_out
    from maskflow.cli import deploying
    from maskflow.cli.output import note, say
    from maskflow.deploy import render

    if sum((bool(names), bool(file), everything)) != 1:
        raise click.UsageError("Say what: -n NAME, -f FILE or --all.")
    del local  # this machine is the only side that can be deployed to, so far
    providers = deploying.providers(local=True)
    plans = [plan for plan in _plans(names, file, images, data=data) if plan.writes]
    lines = "\n".join(render.plan_text(plan, deploying.styled) for plan in plans)
    deploying.confirm(plans, f"{lines}\nDo this?{' The data cannot be brought back.' if data else ''}", yes=yes)
    reports = [carry_out(Planned(plan.workflow, plan, providers), deploying.on_event) for plan in plans]
    if as_json:
        say("[" + ",\n".join(render.report_json(report).rstrip("\n") for report in reports) + "]")
    elif not plans:
        note("nothing of that is deployed")
    return max((deploying.exit_code(report) for report in reports), default=0)


def _plans(names: Sequence[str], file: Path | None, images: Mapping[str, str], *, data: bool) -> Sequence[Plan]:
    from maskflow.app import removal
    from maskflow.app.workflows import local_providers
    from maskflow.cli import deploying
    from maskflow.cli.surroundings import data_root

    root = data_root()
    providers = local_providers(root)
    if file:
        return [removal.of_workflow(removal.workflow_name(file, deploying.image_mapping(images)), providers, data=data)]
    return removal.of_names(root, names or tuple(removal.deployed(root)), providers, data=data)
