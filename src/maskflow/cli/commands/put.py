"""`maskflow put`: files and folders into a bucket."""

from __future__ import annotations

from pathlib import Path

import click

from maskflow.cli.options import bucket_option, examples, json_option, only_local_option


@click.command(epilog=examples("maskflow put -b cctv/input door.mp4", "maskflow put -b cctv/input -p videos/"))
@bucket_option
@click.option("-p", "--path", "paths", type=click.Path(exists=True, path_type=Path), multiple=True,
              help="A file, or a folder with everything in it. Can be repeated.")  # fmt: skip
@click.argument("files", type=click.Path(exists=True, path_type=Path), nargs=-1)
@only_local_option
@json_option
def command(bucket: str, paths: tuple[Path, ...], files: tuple[Path, ...], local: bool, as_json: bool) -> None:
    """Upload files into a bucket.

    A file becomes PREFIX/NAME, what is in a folder PREFIX/PATH-BELOW-THE-FOLDER. What is there already is not sent
    again, so an interrupted upload is finished by the same command.
    """
    from maskflow.app.objects import put
    from maskflow.cli.objects import found_bucket, report_transfer
    from maskflow.cli.progress import transfer_progress

    if not (paths or files):
        raise click.UsageError("Nothing to upload: name files, or -p PATH.")
    found = found_bucket(bucket, local=local)
    with transfer_progress("uploading") as on_progress:
        transfer = put(found, (*paths, *files), on_progress)
    report_transfer(transfer, "uploaded", as_json=as_json)
