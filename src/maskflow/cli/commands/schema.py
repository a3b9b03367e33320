"""`maskflow schema`: what editors need to check and complete workflow files."""

from __future__ import annotations

import click

from maskflow.cli.options import examples
from maskflow.cli.output import show_json


@click.command(epilog=examples("maskflow schema > maskflow.schema.json"))
def command() -> None:
    """Print the JSON Schema of workflow files.

    \b
    In an editor with the YAML language server, as the first line of the file:
      # yaml-language-server: $schema=maskflow.schema.json
    """
    from maskflow.fdl.schema import schema

    show_json(schema())
