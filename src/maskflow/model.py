"""The nouns of maskflow, frozen: what a workflow says, where bytes live, what happened. Standard library only.

A `Workflow` is what `fdl` makes of a text and what every provider plans from. Nothing here reads files, the network
or the environment; a `Secret` is only a reference until somebody who needs the value resolves it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from .errors import Place


class _NoMapping(Mapping[Any, Any]):
    """Holds nothing, for ever; hashable, because Python 3.11 takes no other default for a field of a dataclass."""

    def __getitem__(self, key: object) -> NoReturn:
        raise KeyError(key)

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return 0


NO_MAPPING: Mapping[Any, Any] = _NoMapping()


class StorageKind(enum.StrEnum):
    """The storage systems that the language can name."""

    S3 = "s3"
    MINIO = "minio"
    ONEDATA = "onedata"
    WEBDAV = "webdav"
    RUCIO = "rucio"


class SecretKind(enum.StrEnum):
    ENV = "env"
    FILE = "file"
    KEYRING = "keyring"
    LITERAL = "literal"
    """Written in clear in the file: it works, and it is warned about."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret. `str` and `repr` never show the reference's value, not even of a literal."""

    kind: SecretKind
    reference: str = field(repr=False)

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True, order=True)
class StorageRef:
    """Which storage account: `minio.default`, `s3.archive`. A bare `s3` means `s3.default`."""

    kind: StorageKind
    name: str = "default"

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"

    @property
    def realm(self) -> str:
        """The namespace that bucket names are unique in: S3's is global, each MinIO (or other server) has its own."""
        return "s3" if self.kind is StorageKind.S3 else str(self)


@dataclass(frozen=True, slots=True, order=True)
class BucketPath:
    """A place in a storage: a bucket and a prefix without slashes at its ends (empty: the whole bucket)."""

    storage: StorageRef
    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.storage}:{self.bucket}/{self.prefix}".rstrip("/")

    def key(self, relative: str) -> str:
        """The object key of `relative` below this path."""
        return f"{self.prefix}/{relative}" if self.prefix else relative

    def relative(self, key: str) -> str | None:
        """What remains of `key` below this path by whole segments, or None when it lies elsewhere."""
        if not self.prefix:
            return key
        head = self.prefix + "/"
        return key[len(head) :] if key.startswith(head) and len(key) > len(head) else None


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Which names pass: any of the prefixes (none given: all) and any of the suffixes (none given: all).

    For an output they are matched against the path relative to the output folder, as faas-supervisor does; for an
    input against the last segment of the key.
    """

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`(a*, *.mp4, *.mkv)`, or nothing when every name passes."""
        patterns = [f"{prefix}*" for prefix in self.prefixes] + [f"*{suffix}" for suffix in self.suffixes]
        return f"({', '.join(patterns)})" if patterns else ""

    def accepts(self, name: str) -> bool:
        return (not self.prefixes or name.startswith(self.prefixes)) and (
            not self.suffixes or name.endswith(self.suffixes)
        )


@dataclass(frozen=True, slots=True)
class Port:
    """One input (a trigger) or output of a function."""

    path: BucketPath
    names: NameFilter = NameFilter()
    place: Place = field(default=Place(""), compare=False)

    def __str__(self) -> str:
        return f"{self.path} {self.names}".rstrip()


class EntryKind(enum.StrEnum):
    PYTHON = "python"
    """A callable in a Python file of the source folder, loaded once for each warm process."""
    PROGRAM = "program"
    """Any executable or script, SCAR's contract."""
    IMAGE = "image"
    """Whatever the container image starts; cannot run without a container."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What runs. `source` is an absolute folder (python) or file (program)."""

    kind: EntryKind
    source: str = ""
    name: str = ""
    """For a callable `file:attribute`, e.g. `function:handle`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Memory in bytes, processor in cores, time in seconds, scratch space in bytes; None: the provider's default."""

    memory: int | None = None
    cpu: float | None = None
    timeout: float | None = None
    scratch: int | None = None
    gpu: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """How often an event is tried in all, and the pause before the second try in seconds (doubling after that)."""

    attempts: int = 3
    backoff: float = 1.0


@dataclass(frozen=True, slots=True)
class StorageProvider:
    """One entry of `storage_providers`. Fields that a kind does not have stay empty."""

    ref: StorageRef
    endpoint: str = ""
    region: str = ""
    verify: bool = True
    access_key: Secret | None = None
    secret_key: Secret | None = None
    token: Secret | None = None
    profile: str = ""
    options: Mapping[str, str] = NO_MAPPING
    """Kind-specific plain settings: `space`, `hostname`, `rse`, ..."""
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Cluster:
    """An OSCAR cluster as written in the file, or found by name in the user's configuration (endpoint empty)."""

    name: str
    endpoint: str = ""
    auth_user: str = ""
    auth_password: Secret | None = None
    ssl_verify: bool = True
    place: Place = field(default=Place(""), compare=False)


class ProviderKind(enum.StrEnum):
    AWS = "aws"
    OSCAR = "oscar"


@dataclass(frozen=True, slots=True)
class ProviderRef:
    """Where the file says that a function runs: `aws`, or `oscar.my_cluster`."""

    kind: ProviderKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}" if self.name else str(self.kind)


@dataclass(frozen=True, slots=True)
class Function:
    """One function or service of a workflow, whatever its provider.

    `settings` holds the provider's own remaining keys as typed scalars, tuples and nested read-only mappings, under
    the path they have in the file with every spelling already made canonical; the provider that owns them turns
    them into its API's documents, nobody else looks inside.
    """

    name: str
    provider: ProviderRef
    entry: Entry
    image: str = ""
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    limits: Limits = Limits()
    retry: Retry = Retry()
    environment: Mapping[str, str] = NO_MAPPING
    secrets: Mapping[str, Secret] = NO_MAPPING
    log_level: str = "INFO"
    settings: Mapping[str, Any] = NO_MAPPING
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Workflow:
    """A whole file. `name` is the ownership mark that everything deployed from it bears."""

    name: str
    functions: tuple[Function, ...]
    storages: Mapping[StorageRef, StorageProvider] = NO_MAPPING
    clusters: Mapping[str, Cluster] = NO_MAPPING
    file: str = ""


@dataclass(frozen=True, slots=True)
class ObjectCreated:
    """Something was written: the one event that all sources are parsed into.

    `storage` is the namespace of the bucket as the receiver knows it (`StorageRef.realm`), `key` is decoded,
    `etag` has no quotes, `sequencer` orders the versions of one key (compare with `sequence_key`); an empty one is
    unknown. `run` ties everything that came from one upload together.
    """

    storage: str
    bucket: str
    key: str
    size: int = -1
    etag: str = ""
    sequencer: str = ""
    time: str = ""
    run: str = ""

    def __str__(self) -> str:
        return f"{self.storage}:{self.bucket}/{self.key}"


def sequence_key(sequencer: str) -> str:
    """S3's rule for comparing sequencers of one key: pad on the right with zeros, then compare as text."""
    return sequencer.ljust(64, "0")
