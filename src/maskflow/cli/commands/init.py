"""`maskflow init`: plan, ask where something would go away, carry out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from maskflow.cli.options import examples, images_option, json_option, local_option, needed_file_option, yes_option


@click.command(
    epilog=examples(
        "maskflow init -f cctv/workflow.yaml --local",
        "maskflow plan -f cctv/workflow.yaml --local --out cctv.plan",
        "maskflow init -f cctv/workflow.yaml --local --plan cctv.plan",
    )
)
@needed_file_option
@local_option
@click.option("--plan", "saved", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="PLAN",
              help="Carry out this plan, and nothing else.")  # fmt: skip
@click.option("--adopt", is_flag=True, help="Take over what stands in the way and is not ours.")
@images_option
@yes_option
@json_option
def command(
    file: Path, local: bool, saved: Path | None, adopt: bool, images: Mapping[str, str], yes: bool, as_json: bool
) -> int:
    """Deploy a workflow.

    Does what plan shows, and again nothing when nothing has changed; an interrupted init is finished by the next one.
    With --local a background worker then watches the input folders: ls shows it, stop ends it, rm takes all away.
    """
    from maskflow.app.workflows import carry_out, plan, plan_as_saved
    from maskflow.cli import deploying
    from maskflow.cli.output import note, say
    from maskflow.deploy import render

    mapping, providers = deploying.image_mapping(images), deploying.providers(local=local)
    if saved:
        planned = plan_as_saved(file, mapping, providers, saved)
    else:
        planned = plan(file, mapping, providers, adopt=adopt)
    deploying.show_warnings(planned)
    planned.plan.refuse_conflicts()
    deploying.confirm([planned.plan], f"{render.plan_text(planned.plan, deploying.styled)}\nDo this?", yes=yes)
    report = carry_out(planned, deploying.on_event)
    if as_json:
        say(render.report_json(report).rstrip("\n"))
    elif not planned.plan.writes:
        note(render.NO_CHANGES)
    return deploying.exit_code(report)
