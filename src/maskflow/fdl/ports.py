"""Inputs and outputs: storage references and bucket paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maskflow.errors import Place
from maskflow.model import BucketPath, NameFilter, Port, ProviderKind, StorageKind, StorageRef

from .problems import Report, shown
from .suggest import did_you_mean
from .table import Table

MOVED = (StorageKind.S3, StorageKind.MINIO)
"""The storages whose bytes maskflow itself reads and writes."""

TRIGGERS: Mapping[ProviderKind, StorageKind] = MappingProxyType(
    {ProviderKind.AWS: StorageKind.S3, ProviderKind.OSCAR: StorageKind.MINIO}
)
"""The storage whose events each provider can be started by."""

_BUCKET = re.compile(r"(?!xn--)(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_BUCKET_RULE = "3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit"
_LONGEST_KEY = 1024


@dataclass(frozen=True, slots=True)
class Side:
    """What a function's provider makes of ports."""

    provider: ProviderKind
    report: Report
    minio: str = "default"
    """The storage that a bare `minio` means; with several clusters each has its own, named as the cluster."""

    def read(self, tables: tuple[Table, ...], *, inputs: bool = False) -> tuple[Port, ...]:
        """The ports that are right; what is wrong with the others is said."""
        ports = (_port(table, self, inputs=inputs) for table in tables)
        return tuple(port for port in ports if port)

    def check_mount(self, table: Table) -> None:
        """Say what is wrong with a bucket that OSCAR mounts; maskflow only passes it on."""
        if not table.text("storage_provider") or not table.text("path"):
            return
        if _storage(table.text("storage_provider"), table.at("storage_provider"), self):
            _path(table.text("path"), StorageRef(StorageKind.MINIO), table.at("path"), self.report)


def _storage(text: str, place: Place, side: Side) -> StorageRef | None:
    """`minio`, `s3.archive`; None when there is no such kind (said)."""
    kind, _, name = text.strip().partition(".")
    kinds = [each.value for each in StorageKind]
    if kind not in kinds:
        message = f"there is no storage type {shown(kind)}"
        side.report.add("wrong-value", place, message, lambda: did_you_mean(kind, kinds))
        return None
    default = side.minio if kind == StorageKind.MINIO else "default"
    return StorageRef(StorageKind(kind), name or default)


def _port(table: Table, side: Side, *, inputs: bool) -> Port | None:
    if not table.text("storage_provider") or not table.text("path"):
        return None
    storage = _storage(table.text("storage_provider"), table.at("storage_provider"), side)
    if not storage:
        return None
    _supported(storage, side, table.at("storage_provider"), inputs=inputs)
    path = _path(table.text("path"), storage, table.at("path"), side.report)
    if not path:
        return None
    if side.provider is ProviderKind.OSCAR and storage.kind in MOVED and not path.prefix:
        reads = f"OSCAR itself reads this as the folder {path.bucket!r} of a bucket named as the service"
        message = f"this is the whole bucket {path.bucket!r} to maskflow; {reads}"
        side.report.add("bare-bucket", table.at("path"), message, "write bucket/folder")
    names = NameFilter(table.texts("prefix"), table.texts("suffix"))
    if inputs:
        _matchable(names, table, side.report)
        names = least(names)
    return Port(path, names, table.place)


def _supported(storage: StorageRef, side: Side, place: Place, *, inputs: bool) -> None:
    if storage.kind not in MOVED:
        message = f"maskflow moves no bytes to or from {storage.kind}"
        side.report.add("not-supported", place, message, "use s3 or minio")
    elif inputs and storage.kind is not TRIGGERS[side.provider]:
        names = {ProviderKind.AWS: "Lambda", ProviderKind.OSCAR: "OSCAR"}
        message = f"{names[side.provider]} cannot be triggered by {storage.kind}"
        side.report.add("not-supported", place, message, f"an input here must be in {TRIGGERS[side.provider]}")


def _path(text: str, storage: StorageRef, place: Place, report: Report) -> BucketPath | None:
    if fault := _fault(text):
        report.add("bad-path", place, f"{shown(text)} {fault}", "write bucket/folder")
        return None
    bucket, _, prefix = text.removesuffix("/").partition("/")
    if storage.kind in MOVED and not _BUCKET.fullmatch(bucket):
        report.add("bad-name", place, f"{shown(bucket)} cannot be a bucket's name", _BUCKET_RULE)
        return None
    return BucketPath(storage, bucket, prefix)


def _fault(text: str) -> str:
    """Why a text is no path, in words that continue it; nothing when it is one."""
    if text.startswith("/"):
        return "begins with a slash, so its bucket would have no name"
    if not text.isprintable():
        return "has characters that cannot be printed"
    if len(text.encode()) > _LONGEST_KEY:
        return f"is longer than {_LONGEST_KEY} bytes"
    segments = text.removesuffix("/").split("/")
    if "" in segments:
        return "has an empty folder name between slashes"
    return "has '.' or '..' as a folder name" if {".", ".."} & set(segments) else ""


def least(names: NameFilter) -> NameFilter:
    """The same filter without texts that another makes needless: S3 refuses a rule for `jpg` beside one for `pg`."""
    backwards = _least(tuple(text[::-1] for text in names.suffixes))
    return NameFilter(_least(names.prefixes), tuple(text[::-1] for text in backwards))


def _least(texts: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    for text in sorted(set(texts)):  # a text stands before all that begin with it
        if not kept or not text.startswith(kept[-1]):
            kept.append(text)
    whole = set(kept) - {""}
    return tuple(text for text in dict.fromkeys(texts) if text in whole)


def _matchable(names: NameFilter, table: Table, report: Report) -> None:
    for name, texts in (("prefix", names.prefixes), ("suffix", names.suffixes)):
        for text in texts:
            if "/" in text:
                message = f"{shown(text)} can match no name: an input's filters see the last part of a key only"
                report.add("filter-never-matches", table.at(name), message, "put folders into 'path'")
