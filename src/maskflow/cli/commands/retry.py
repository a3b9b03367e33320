"""`maskflow retry`: the dead-letter place is emptied into the queue."""

from __future__ import annotations

import click

from maskflow.cli.options import examples, json_option


@click.command(epilog=examples("maskflow retry", "maskflow retry -n mask-detector"))
@click.option("-n", "--name", "names", metavar="FUNCTION", multiple=True, help="Of this function. Can be repeated.")
@click.option("--local", is_flag=True, help="On this machine; there is no other way yet.")
@json_option
def command(names: tuple[str, ...], local: bool, as_json: bool) -> None:
    """Try again what failed for good.

    ls shows what that is. The background worker does the work, and is started when it is not there.
    """
    from maskflow.app.retrying import retry
    from maskflow.cli.output import clean, count, note, say, show_json
    from maskflow.cli.surroundings import data_root

    del local
    reopened = retry(data_root(), names)
    if as_json:
        show_json(reopened)
        return
    for name in reopened:
        say(clean(name))
    note(f"{count(len(reopened), 'event')} will be tried again" if reopened else "nothing has failed for good")
