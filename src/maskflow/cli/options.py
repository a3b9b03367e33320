"""Options that several commands share, each spelled the same everywhere, and the examples below their helps."""

from __future__ import annotations

from pathlib import Path

import click

json_option = click.option("-j", "--json", "as_json", is_flag=True, help="Print JSON, for programs.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
local_option = click.option("--local", is_flag=True, help="Everything on this machine, whatever the file says.")
only_local_option = click.option("--local", is_flag=True, help="Look at this machine only.")
file_option = click.option(
    "-f", "--file", "--conf-file", "file", type=click.Path(path_type=Path), metavar="FILE", help="The workflow file."
)
needed_file_option = click.option(
    "-f", "--file", "--conf-file", "file", type=click.Path(path_type=Path), metavar="FILE", required=True,
    help="The workflow file.",
)  # fmt: skip
bucket_option = click.option(
    "-b", "--bucket", "bucket", metavar="[PROVIDER:]BUCKET[/PREFIX]", required=True, help="Where, e.g. cctv/result."
)
name_option = click.option("-n", "--name", "name", metavar="FUNCTION", help="This function only.")


def _mapping(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    for value in values:
        if not all(value.partition("=")[::2]):
            raise click.BadParameter(f"{value!r} is not IMAGE=FOLDER")
    return {image: str(Path(folder).absolute()) for image, _, folder in (value.rpartition("=") for value in values)}


images_option = click.option(
    "--image", "images", metavar="IMAGE=FOLDER", multiple=True, callback=_mapping,
    help="Run this function folder where the file names the image. Can be repeated.",
)  # fmt: skip


def examples(*lines: str) -> str:
    """The end of a help text. Every line is carried out by a test."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
