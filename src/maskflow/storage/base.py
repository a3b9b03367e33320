"""The one interface to objects in buckets, and the rules that every implementation keeps.

* A put is whole or not there: nobody ever sees half an object.
* `expect` makes a put conditional: None whatever is there, `ABSENT` only where nothing is, otherwise the ETag that
  must be there. A condition that does not hold raises PreconditionFailed and changes nothing.
* Listing goes by whole path segments (`res` never matches `res2/x`), sorted by the UTF-8 bytes of the keys, and hides
  what maskflow keeps for itself below `.maskflow/`.
* Keys are hostile text. An implementation that cannot express a key raises StorageError naming it; it never maps two
  keys to one place and never leaves its bucket.

The contract suite `tests/contracts/storage.py` runs against every implementation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from maskflow.model import NO_MAPPING

HIDDEN = ".maskflow/"
"""Keys that begin with this are maskflow's own and appear in no listing."""

ABSENT = ""
"""For `expect`: the object must not exist yet."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known of one object. A listing may leave `etag` and `metadata` empty where they cost a read."""

    key: str
    size: int
    etag: str = ""
    sequencer: str = ""
    modified: float = 0.0
    """Seconds since the epoch."""
    metadata: Mapping[str, str] = NO_MAPPING


class Storage(Protocol):
    """Objects in the buckets of one storage account. Raises NotFound, PreconditionFailed or StorageError only."""

    def buckets(self) -> tuple[str, ...]: ...

    def stat(self, bucket: str, key: str) -> ObjectInfo: ...

    def get(self, bucket: str, key: str, target: Path, *, start: int = 0) -> ObjectInfo:
        """Write the object's bytes from `start` on to the end of file `target` (created if need be)."""
        ...

    def read(self, bucket: str, key: str) -> tuple[bytes, str]:
        """The bytes and the ETag of a small object."""
        ...

    def put(
        self,
        bucket: str,
        key: str,
        source: Path | bytes,
        *,
        metadata: Mapping[str, str] = NO_MAPPING,
        expect: str | None = None,
        consume: bool = False,
    ) -> ObjectInfo:
        """Write an object. `consume`: the source file is not needed any more and may be moved instead of copied."""
        ...

    def list(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]: ...

    def delete(self, bucket: str, key: str) -> None:
        """Deleting what is not there is no error."""
        ...


@runtime_checkable
class InPlace(Protocol):
    """A storage whose objects are files of this machine: they can be read where they are."""

    def path(self, bucket: str, key: str) -> Path: ...
