"""`maskflow completion`: the script that makes a shell complete our commands and options."""

from __future__ import annotations

import click

from maskflow.cli.options import examples
from maskflow.cli.output import say

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog=examples("maskflow completion bash", "maskflow completion zsh", "maskflow completion fish"),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash:  eval "$(maskflow completion bash)"              in ~/.bashrc
    zsh:   eval "$(maskflow completion zsh)"               in ~/.zshrc
    fish:  maskflow completion fish | source               in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    say(kind(ctx.find_root().command, {}, "maskflow", "_MASKFLOW_COMPLETE").source())
