"""`maskflow get`: objects of a bucket into a folder."""

from __future__ import annotations

from pathlib import Path

import click

from maskflow.cli.options import bucket_option, examples, json_option, only_local_option


@click.command(epilog=examples("maskflow get -b cctv/input", "maskflow get -b local:cctv/input/door.mp4 -p copies"))
@bucket_option
@click.option("-p", "--path", "path", type=click.Path(file_okay=False, path_type=Path), default=".", metavar="FOLDER",
              help="Where to; default: the current folder.")  # fmt: skip
@only_local_option
@json_option
def command(bucket: str, path: Path, local: bool, as_json: bool) -> None:
    """Download objects from a bucket.

    Keys are kept: cctv/result/door/img1.jpg becomes FOLDER/result/door/img1.jpg. What is there already is not fetched
    again and what was half fetched is continued, so an interrupted download is finished by the same command.
    """
    from maskflow.app.objects import get
    from maskflow.cli.objects import found_bucket, report_transfer
    from maskflow.cli.progress import transfer_progress
    from maskflow.errors import NotFound

    found = found_bucket(bucket, local=local)
    with transfer_progress("downloading") as on_progress:
        transfer = get(found, path, on_progress)
    if found.prefix and not (transfer.moved or transfer.failed):
        raise NotFound(f"{found.side.name}:{found.bucket} has nothing at {found.prefix!r}")
    report_transfer(transfer, "downloaded", as_json=as_json)
