"""List pictures that are nearly the same, mirrored or not, within and across sets.

`train` leaves out what is near a picture of the valid set.

Example:
  python -m maskflow.training duplicates --data ../shared/data
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path

import cv2

from maskflow.errors import UsageError
from maskflow.training.duplicates import NEAR, Hashes, hashes, pairs
from maskflow.training.output import counted, say
from maskflow.training.sets import listed, read_all, unlabelled


def options(parser: argparse.ArgumentParser) -> None:
    """The words that the command takes."""
    parser.add_argument(
        "--data", type=Path, nargs="+", required=True, metavar="DIR", help="sets, or folders that hold sets"
    )
    parser.add_argument("--bits", type=int, default=NEAR, help=f"differing bits of 63 that are near (default: {NEAR})")
    parser.add_argument("--json", action="store_true", help="print pairs and counts as JSON")


def run(chosen: argparse.Namespace) -> None:
    """Print the pairs, nearest first, and how many there are."""
    cv2.setNumThreads(1)
    if not 0 <= chosen.bits < 32:
        raise UsageError("--bits lies between 0 and 31: two pictures of nothing in common differ in about 32")
    folders = [inner for folder in chosen.data for inner in _sets(folder)]
    paths = {folder: listed(folder) for folder in folders}
    total = sum(len(files) for files in paths.values())
    read = iter(counted(read_all([path for files in paths.values() for path in files], unlabelled), total, "reading"))
    known: dict[Path, Hashes] = {
        folder: hashes(picture.image for picture in itertools.islice(read, len(files)))
        for folder, files in paths.items()
    }
    next(read, None)  # ends the reading, which is when it says what could not be read
    rows, counts = [], []
    for first, second in itertools.combinations_with_replacement(folders, 2):
        found = pairs(known[first], None if first == second else known[second], chosen.bits)
        counts.append({"first": first.name, "second": second.name, "pairs": len(found)})
        rows += [
            {
                "bits": pair.bits,
                "first": f"{first.name}/{paths[first][pair.first].name}",
                "second": f"{second.name}/{paths[second][pair.second].name}",
            }
            for pair in found
        ]
    if chosen.json:
        say(json.dumps({"bits": chosen.bits, "pairs": rows, "counts": counts}, indent=1))
        return
    for row in rows:
        say(f"{row['bits']:>2} bits  {row['first']}  {row['second']}")
    for count in counts:
        where = (
            f"within {count['first']}" if count["first"] == count["second"] else f"{count['first']}, {count['second']}"
        )
        say(f"{count['pairs']:>4} pairs  {where}")


def _sets(folder: Path) -> list[Path]:
    """The sets in `folder`, or the folder itself when it holds pictures."""
    inner = sorted(path.parent for path in folder.glob("*/images"))
    return [folder.resolve()] if (folder / "images").is_dir() or not inner else inner
