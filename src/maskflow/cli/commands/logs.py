"""`maskflow logs`: the journal, filtered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import click

from maskflow.cli.options import examples, json_option
from maskflow.providers.local.journal import Line

_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}


def _since(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """10m, 2h or a time as ISO, to the time as ISO."""
    if not value:
        return ""
    from maskflow.fdl.units import seconds

    span = seconds(value)
    try:
        moment = datetime.now(UTC) - timedelta(seconds=span) if span is not None else datetime.fromisoformat(value)
        return moment.astimezone(UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is neither a span such as 90s, 10m or 2h nor a time") from None


@click.command(
    epilog=examples(
        "maskflow logs --since 10m", "maskflow logs -n mask-detector --json", "maskflow logs --run 6631a35a0aba"
    )
)
@click.option("-n", "--name", "names", metavar="FUNCTION", multiple=True, help="Of this function. Can be repeated.")
@click.option("--since", callback=_since, metavar="SPAN", help="Not older than 90s, 10m, 2h, or a time.")
@click.option("--run", "run", default="", metavar="ID", help="Of one upload and everything that came of it.")
@click.option("--follow", is_flag=True, help="Go on until Ctrl-C.")
@json_option
def command(names: tuple[str, ...], since: str, run: str, follow: bool, as_json: bool) -> None:
    """Show what functions said.

    One line each; with --json one JSON object a line.
    """
    from maskflow.app import logs
    from maskflow.cli.surroundings import data_root

    wanted = logs.Wanted(names, run, since)
    _show((logs.follow if follow else logs.read)(data_root(), wanted), as_json=as_json)


def _show(lines: Iterable[Line], *, as_json: bool) -> None:
    from maskflow.cli.output import clean, paint, say

    for line in lines:
        if as_json:
            say(line.dumps())
            continue
        head, *more = line.message.splitlines() or [""]
        level = paint(f"{line.level:7}", _COLOURS[line.level]) if line.level in _COLOURS else f"{line.level:7}"
        subject = f"{line.function} {line.object}".strip()
        say(f"{line.time[:19]} {level} {clean(subject)}: {clean(head)}")
        for text in more:
            say(f"    {clean(text)}")
