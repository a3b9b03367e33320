"""`maskflow check-anonymity`: whether anybody can still be seen in pictures."""

from __future__ import annotations

from pathlib import Path

import click

from maskflow.cli.options import examples, json_option

_FINDERS = ("centerface", "yunet")


@click.command(
    epilog=examples(
        "maskflow check-anonymity results/frames",
        "maskflow check-anonymity --json --finder centerface --finder yunet results/frames/door/img1.jpg",
    ),
)
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="PICTURES...")
@click.option("--finder", "finders", type=click.Choice(_FINDERS), multiple=True, default=_FINDERS[:1],
              help="Who looks; can be repeated. Default: centerface, which had no part in the hiding.")  # fmt: skip
@click.option("--score", type=click.FloatRange(0, 1, min_open=True, max_open=True), metavar="0..1",
              help="The lowest score that counts as a face; default: each finder's own.")  # fmt: skip
@click.option("--draw", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Write the pictures in which somebody is seen, with boxes.")  # fmt: skip
@json_option
def command(
    paths: tuple[Path, ...], finders: tuple[str, ...], score: float | None, draw: Path | None, as_json: bool
) -> int:
    """See whether face finders still find anybody in pictures.

    PICTURES are files, or folders that are searched for pictures. A mosaic may itself look like a face: look at what
    --draw shows before you believe it, and raise --score if need be. Ends with 0 when nobody is seen, with 10 when
    somebody is or a picture cannot be read.
    """
    from maskflow.app.checking import check
    from maskflow.cli.output import clean, count, note, show_json, show_table, warn
    from maskflow.cli.progress import transfer_progress
    from maskflow.errors import VisionError

    with transfer_progress("checking") as on_progress:
        result = check(paths, finders, score, draw, on_progress)
    seen = [(picture.path, face) for picture in result.pictures for face in picture.faces]
    if as_json:
        show_json(result)
    else:
        rows = [(path, face.finder, f"{face.score:.2f}", " ".join(map(str, face.box))) for path, face in seen]
        if rows:
            show_table(["PICTURE", "FINDER", "SCORE", "BOX"], rows)
        for one in result.unreadable:
            warn(clean(f"{one.path}: {one.message}"))
        within = len({path for path, _ in seen})
        note(f"{count(len(seen), 'face')} seen in {within:,} of {count(len(result.pictures), 'picture')}")
    return 0 if result.passed else VisionError.exit_code
