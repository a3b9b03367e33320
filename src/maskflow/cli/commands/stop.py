"""`maskflow stop`: the background worker ends; what is deployed stays."""

from __future__ import annotations

import click

from maskflow.cli.options import examples


@click.command(epilog=examples("maskflow stop"))
@click.option("--local", is_flag=True, help="Of this machine; there is no other.")
def command(local: bool) -> None:
    """End the local worker.

    What it was doing is found again and finished when init, run or retry starts a worker.
    """
    from maskflow.app.worker import stop
    from maskflow.cli.output import note
    from maskflow.cli.surroundings import data_root

    del local
    note("the worker has ended" if stop(data_root()) else "no worker is running")
