"""Folders for one event at a time, emptied and used again: making and removing directories is the dearest thing that
a file system does (a millisecond and more for `rmdir` on a journalled disk, where a small file costs a twentieth)."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


class Scratch:
    """A few named folders below `folder`, which one process has for itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def fresh(self, *names: str) -> Iterator[tuple[Path, ...]]:
        """The folders of these names, empty; emptied again at the end, however it comes."""
        paths = tuple(self.folder / name for name in names)
        for path in paths:
            empty(path)
        try:
            yield paths
        finally:
            for path in paths:
                empty(path)


def empty(folder: Path) -> None:
    """Make `folder` exist and hold nothing."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        folder.mkdir(parents=True)
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
