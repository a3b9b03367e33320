"""`maskflow doctor`: is this machine well, and who answers?"""

from __future__ import annotations

import os

import click

from maskflow.cli.options import examples, json_option

_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


@click.command(epilog=examples("maskflow doctor", "maskflow doctor --json"))
@json_option
def command(as_json: bool) -> int:
    """Check this machine and the configured sides.

    Changes nothing. Ends with 5 when something failed.
    """
    from maskflow.app.doctor import State, examine
    from maskflow.cli import surroundings
    from maskflow.cli.output import clean, paint, say, show_json
    from maskflow.errors import ConfigError

    checks = examine(surroundings.data_root(), surroundings.config_files(), os.environ)
    if as_json:
        show_json(checks)
    else:
        for check in checks:
            hint = f"\n         {clean(check.hint)}" if check.hint else ""
            say(f"{paint(f'{check.state:8}', _COLOURS[check.state])} {clean(check.name)}: {clean(check.detail)}{hint}")
    return ConfigError.exit_code if any(check.state is State.FAILED for check in checks) else 0
