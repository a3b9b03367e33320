"""`maskflow plan`: what `init` would do, without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from maskflow.cli.options import examples, images_option, json_option, local_option, needed_file_option


@click.command(
    epilog=examples(
        "maskflow plan -f cctv/workflow.yaml --local", "maskflow plan -f cctv/workflow.yaml --local --out cctv.plan"
    )
)
@needed_file_option
@local_option
@click.option("-o", "--out", "out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the plan to a file, for init --plan.")  # fmt: skip
@click.option("--adopt", is_flag=True, help="Take over what stands in the way and is not ours.")
@images_option
@json_option
def command(file: Path, local: bool, out: Path | None, adopt: bool, images: Mapping[str, str], as_json: bool) -> None:
    """Show what init would change.

    Reads what is deployed and compares; changes nothing.
    """
    from maskflow.app.workflows import plan
    from maskflow.cli import deploying
    from maskflow.cli.output import note, say
    from maskflow.deploy import render

    planned = plan(file, deploying.image_mapping(images), deploying.providers(local=local), adopt=adopt)
    deploying.show_warnings(planned)
    if as_json:
        say(render.plan_json(planned.plan).rstrip("\n"))
    else:
        say(render.plan_text(planned.plan, deploying.styled))
    planned.plan.refuse_conflicts()
    if out:
        deploying.write_plan(planned.plan, out)
        note(f"written to {out}; carry it out with: init -f {file} --local --plan {out}")
