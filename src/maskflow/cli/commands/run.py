"""`maskflow run`: files in, results out, in the foreground."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from maskflow.cli.options import examples, images_option, json_option, needed_file_option


@click.command(
    epilog=examples(
        "maskflow run -f cctv/workflow.yaml door.mp4",
        "maskflow run -f cctv/workflow.yaml -o results door.mp4",
        "maskflow run -f cctv/workflow.yaml --again door.mp4",
    )
)
@needed_file_option
@click.argument("files", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True)
@click.option("-n", "--name", "name", metavar="FUNCTION", default="", help="Begin at this function.")
@click.option("-o", "--output", "output", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Fetch the results into a folder.")  # fmt: skip
@click.option("--again", is_flag=True, help="Also what has been worked on before.")
@click.option("-a", "--asynchronous", is_flag=True, help="Put the files, start the background worker, do not wait.")
@click.option("--local", is_flag=True, help="On this machine; there is no other way yet.")
@images_option
@json_option
def command(
    file: Path,
    files: tuple[Path, ...],
    name: str,
    output: Path | None,
    again: bool,
    asynchronous: bool,
    local: bool,
    images: Mapping[str, str],
    as_json: bool,
) -> int:
    """Run a workflow on files and wait for the results.

    Everything happens on this machine, whatever the file says. What has been worked on before is not worked on again;
    an interrupted run is finished by the same command. Ends with 10 when a function failed.
    """
    from maskflow.cli import running

    del local
    specs = running.deploy(file, images, worker=asynchronous)
    if asynchronous:
        return running.hand_over(specs, files, name, again=again)
    return running.follow(specs, files, name, output, again=again, as_json=as_json)
