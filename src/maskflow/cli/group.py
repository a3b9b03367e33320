"""The command group. Commands are a table of names, so that `--help` and completion import none of them."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from types import MappingProxyType

import click
from click.shell_completion import CompletionItem

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "new": "Start a project from a template.",
        "validate": "Check workflow files, offline.",
        "plan": "Show what init would change.",
        "init": "Deploy a workflow.",
        "ls": "List what is deployed, or the objects of a bucket.",
        "put": "Upload files into a bucket.",
        "get": "Download objects from a bucket.",
        "run": "Run a workflow on files and wait for the results.",
        "logs": "Show what functions said.",
        "rm": "Remove deployed functions.",
        "retry": "Try again what failed for good.",
        "stop": "End the local worker.",
        "check-anonymity": "See whether face finders still find anybody in pictures.",
        "schema": "Print the JSON Schema of workflow files.",
        "doctor": "Check this machine and the configured sides.",
        "completion": "Print the completion script of a shell.",
    }
)
"""Name to the first line of its help; the module `commands.<name>`, with _ for -, holds the rest."""


class Commands(click.Group):
    """Imports a command's module when the command is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"maskflow.cli.commands.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"No such command {args[0]!r}.{_nearest(args[0])}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return names or click.Command.shell_complete(self, ctx, incomplete)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    scar = {"log": "logs", "list": "ls", "remove": "rm", "delete": "rm", "upload": "put", "download": "get",
            "deploy": "init", "apply": "init", "invoke": "run"}  # fmt: skip
    found = scar.get(name) or next(iter(get_close_matches(name, COMMANDS, n=1)), "")
    return f" Did you mean {found!r}?" if found else ""


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from .versions import of_maskflow

    click.echo(f"maskflow {of_maskflow()}")
    ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with:  maskflow new my-workflow",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show it.")
@click.pass_context
def maskflow(ctx: click.Context) -> None:
    """Serverless workflows across your own machines and the cloud, or whole on this one."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
