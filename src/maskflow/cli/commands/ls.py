"""`maskflow ls`: what is deployed on every side, or what a bucket holds."""

from __future__ import annotations

import click

from maskflow.cli.options import examples, json_option, local_option


@click.command(epilog=examples("maskflow ls", "maskflow ls -b cctv/input", "maskflow ls --json"))
@click.option("-b", "--bucket", "bucket", metavar="[PROVIDER:]BUCKET[/PREFIX]", help="List its objects instead.")
@local_option
@json_option
def command(bucket: str | None, local: bool, as_json: bool) -> None:
    """List what is deployed, or the objects of a bucket."""
    if bucket is None:
        _list_deployed(local=local, as_json=as_json)
    else:
        _list_objects(bucket, local=local, as_json=as_json)


def _list_objects(bucket: str, *, local: bool, as_json: bool) -> None:
    from maskflow.app.objects import listed
    from maskflow.cli.objects import found_bucket
    from maskflow.cli.output import clean, say, show_json

    objects = listed(found_bucket(bucket, local=local))
    if as_json:
        show_json(list(objects))
        return
    for info in objects:
        say(clean(info.key))


def _list_deployed(*, local: bool, as_json: bool) -> None:
    from maskflow.app.sides import all_buckets
    from maskflow.cli.output import show_json, show_table, warn
    from maskflow.cli.surroundings import configured_sides

    buckets, unreachable = all_buckets(configured_sides(local=local))
    if as_json:
        show_json({"buckets": buckets, "unreachable": unreachable})
        return
    show_table(("SIDE", "BUCKET"), [(one.side, one.bucket) for one in buckets])
    for one in unreachable:
        warn(f"{one.side} could not be asked: {one.reason}")
