"""The border: whatever happens inside becomes words on standard error and an exit code, here and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from maskflow.errors import EXIT_INTERRUPTED, EXIT_UNEXPECTED, MaskflowError, UsageError

from .group import maskflow
from .output import show_error


def main() -> NoReturn:
    """The console script."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _stay_quiet()
    sys.exit(code)


def run(arguments: Sequence[str], command: click.Command = maskflow) -> int:
    """Carry out a command line and return its exit code."""
    try:
        return main_inner(arguments, command)
    except click.ClickException as error:
        error.show()
        return UsageError.exit_code
    except MaskflowError as error:
        show_error(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _stay_quiet()
        return 1
    except Exception as error:
        from .crash import report

        report(error, arguments)
        return EXIT_UNEXPECTED


def main_inner(arguments: Sequence[str], command: click.Command) -> int:
    """The same, raising; a command's own exit code (`validate` has one) comes back as it is."""
    code = command.main(list(arguments), prog_name="maskflow", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _stay_quiet() -> None:
    """Whoever read our output has gone (`maskflow ls | head`); the interpreter must not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
