"""Snapshots of function code: what was deployed keeps running, whatever is edited meanwhile.

A snapshot is named by a digest of its files' names and bytes. Deploying again what did not change writes nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from maskflow.errors import ProviderError
from maskflow.model import Entry, EntryKind, Function

from .place import Root

LEFT_OUT = ("__pycache__", ".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".DS_Store")


def files(entry: Entry) -> list[tuple[str, Path]]:
    """What belongs to the code, by name. Raises ProviderError when there is nothing to snapshot."""
    source = Path(entry.source)
    if entry.kind is EntryKind.PROGRAM:
        found = [(source.name, source)]
    else:
        found = sorted(_below(source, source))
    if not found or not found[0][1].exists():
        raise ProviderError(f"{source} holds no code")
    return found


def _below(folder: Path, top: Path) -> Iterator[tuple[str, Path]]:
    for entry in os.scandir(folder) if folder.is_dir() else ():
        if entry.name in LEFT_OUT:
            continue
        if entry.is_dir():
            yield from _below(Path(entry.path), top)
        elif entry.is_file():
            yield Path(entry.path).relative_to(top).as_posix(), Path(entry.path)


def digest(entry: Entry) -> str:
    """Of the files (hex)."""
    total = hashlib.sha256()
    for name, path in files(entry):
        with open(path, "rb") as file:
            total.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def code_digest(function: Function, of_files: str) -> str:
    """Of all that outputs depend on but the input: files, entry and environment (hex)."""
    about = [of_files, str(function.entry.kind), function.entry.name, sorted(function.environment.items())]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()


@contextlib.contextmanager
def exclusive(root: Root) -> Iterator[None]:
    """One deployment at a time, of all threads and processes: what one has copied and not yet written down as used
    must not be cleared away by another."""
    with open(root.code.with_name("code.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def snapshot(root: Root, entry: Entry) -> Entry:
    """Copy the code below the data root, unless it is there, and return the entry that points to the copy."""
    name = digest(entry)
    target = root.code / name
    if not target.is_dir():
        unfinished = root.code / f"{name}.{os.getpid()}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        for relative, path in files(entry):
            copy = unfinished / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
        with contextlib.suppress(OSError):  # another deployment of the same code was first
            os.replace(unfinished, target)
        shutil.rmtree(unfinished, ignore_errors=True)
    if entry.kind is EntryKind.PROGRAM:
        return replace(entry, source=str(target / Path(entry.source).name))
    return replace(entry, source=str(target))


def clear(root: Root, used: set[str]) -> None:
    """Remove snapshots that no deployed function points to."""
    for folder in root.code.glob("*"):
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)
