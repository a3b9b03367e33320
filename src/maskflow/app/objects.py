"""Objects of any side: listed, uploaded, downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from maskflow.storage import transfer
from maskflow.storage.base import ObjectInfo
from maskflow.storage.transfer import OnProgress, Transfer

from .sides import Found


def listed(found: Found) -> Iterator[ObjectInfo]:
    return found.storage.list(found.bucket, found.prefix)


def get(found: Found, target: Path, on_progress: OnProgress | None = None) -> Transfer:
    """Keys are kept: `result/door/img1.jpg` becomes `target/result/door/img1.jpg`."""
    return transfer.get(found.storage, found.bucket, found.prefix, target, on_progress=on_progress)


def put(found: Found, sources: Sequence[Path], on_progress: OnProgress | None = None) -> Transfer:
    """Files go to `prefix/name`, what is in a folder to `prefix/path below the folder`."""
    return transfer.put(found.storage, found.bucket, found.prefix, sources, on_progress=on_progress)
