"""`maskflow ls`: what is deployed on every side, or what a bucket holds."""

from __future__ import annotations

import click

from maskflow.cli.options import examples, json_option, only_local_option


@click.command(epilog=examples("maskflow ls", "maskflow ls -b cctv/input", "maskflow ls --json"))
@click.option("-b", "--bucket", "bucket", metavar="[PROVIDER:]BUCKET[/PREFIX]", help="List its objects instead.")
@only_local_option
@json_option
def command(bucket: str | None, local: bool, as_json: bool) -> None:
    """List what is deployed, or the objects of a bucket.

    Shows functions and how they are doing, the background worker, events that failed for good, and buckets.
    """
    from maskflow.cli import listing

    if bucket is None:
        listing.deployed(local=local, as_json=as_json)
    else:
        listing.objects(bucket, local=local, as_json=as_json)
