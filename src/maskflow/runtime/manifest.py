"""The list of parts that one object was split into, so that whoever works on the parts knows when all are there.

A function that makes many objects out of one writes `manifest.json` beside them. Each part is named relative to the
manifest's folder and pinned by the SHA-256 of its bytes, so a set is never taken for whole with parts of an older
version in it. The file is canonical JSON (sorted keys, fixed separators): equal manifests are equal bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import FunctionError, StorageError
from maskflow.storage.keys import check_key

MANIFEST_NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name below the manifest's folder, its digest (hex), and its time in the source in seconds."""

    name: str
    sha256: str
    time: float = 0.0


@dataclass(frozen=True, slots=True)
class Manifest:
    """All parts, in order, of the object called `source`; `notes` are warnings for people (frames lost and why)."""

    source: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    def dumps(self) -> bytes:
        document = {
            "maskflow-manifest": FORMAT,
            "source": self.source,
            "notes": list(self.notes),
            "parts": [{"name": part.name, "sha256": part.sha256, "time": round(part.time, 6)} for part in self.parts],
        }
        return (json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def part_of(file: Path, folder: Path, time: float = 0.0) -> Part:
    """The `Part` for a file that lies below `folder`."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Part(file.relative_to(folder).as_posix(), digest, time)


def loads(data: bytes) -> Manifest | None:
    """Read a manifest; None when the bytes are some other JSON or text that merely bears the name.

    Raises FunctionError when it says that it is one of ours but is of a format that this version cannot read.
    """
    try:
        document = json.loads(data)
    except ValueError:
        return None
    if not isinstance(document, dict) or "maskflow-manifest" not in document:
        return None
    if document["maskflow-manifest"] != FORMAT:
        raise FunctionError(f"manifest of format {document['maskflow-manifest']!r}; this version reads {FORMAT}")
    try:
        parts = tuple(Part(str(p["name"]), str(p["sha256"]), float(p["time"])) for p in document["parts"])
        for part in parts:
            check_key(part.name)  # it becomes a path: whoever can write a manifest must not lead us elsewhere
        return Manifest(str(document["source"]), parts, tuple(map(str, document.get("notes", ()))))
    except (KeyError, TypeError, ValueError, StorageError) as error:
        raise FunctionError(f"manifest is damaged: {error}") from error
