"""`maskflow new`: a folder to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from maskflow.cli.options import examples, json_option


@click.command(epilog=examples("maskflow new cctv", "maskflow new shop --from mask", "maskflow new --list"))
@click.argument("folder", metavar="NAME", type=click.Path(path_type=Path), required=False)
@click.option("--from", "template", metavar="TEMPLATE", default="mask", show_default=True, help="What to start from.")
@click.option("--list", "list_", is_flag=True, help="Show the templates.")
@json_option
def command(folder: Path | None, template: str, list_: bool, as_json: bool) -> None:
    """Start a project from a template.

    Makes a folder with workflow.yaml, its functions and a README, ready for run and init.
    """
    from maskflow.app import templates
    from maskflow.cli.output import note, say, show_json, show_table

    if list_:
        found = templates.templates()
        rows = [(one.name, ", ".join(one.functions), one.summary) for one in found]
        show_json(found) if as_json else show_table(("TEMPLATE", "FUNCTIONS", "WHAT IT DOES"), rows)
        return
    if folder is None:
        raise click.UsageError("Name the folder to make, or use --list.")
    made = templates.make(folder, template)
    if as_json:
        show_json([str(path) for path in made])
        return
    for path in made:
        say(str(path))
    note(f"try it: maskflow run -f {folder / 'workflow.yaml'} -o results VIDEO...")
