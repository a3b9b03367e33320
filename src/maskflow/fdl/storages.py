"""`storage_providers` and clusters to their types."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from maskflow.model import Cluster, StorageKind, StorageProvider, StorageRef

from .problems import Report, shown
from .table import Table

_COMMON = frozenset(("endpoint", "region", "verify", "access_key", "secret_key", "token", "profile", "password",
                     "access_token", "refresh_token"))  # fmt: skip


def read_storages(table: Table) -> Mapping[StorageRef, StorageProvider]:
    """Every storage of the file by its reference."""
    found = (
        _storage(StorageRef(StorageKind(kind), name), storage)
        for kind, kinds in table.named()
        for name, storage in kinds.named()
    )
    return MappingProxyType({storage.ref: storage for storage in found})


def _storage(ref: StorageRef, table: Table) -> StorageProvider:
    tokens = (table.secret(name) for name in ("token", "password", "access_token", "refresh_token"))
    options = {name: ",".join(table.texts(name)) or table.text(name) for name in table.cells if name not in _COMMON}
    return StorageProvider(
        ref=ref,
        endpoint=table.text("endpoint"),
        region=table.text("region"),
        verify=table.flag("verify", True),
        access_key=table.secret("access_key"),
        secret_key=table.secret("secret_key"),
        token=next((token for token in tokens if token), None),
        profile=table.text("profile"),
        options=MappingProxyType(options),
        place=table.place,
    )


def read_cluster(name: str, table: Table) -> Cluster:
    return Cluster(
        name=name,
        endpoint=table.text("endpoint").rstrip("/"),
        auth_user=table.text("auth_user"),
        auth_password=table.secret("auth_password"),
        ssl_verify=table.flag("ssl_verify", True),
        place=table.place,
    )


def add_cluster(found: dict[str, Cluster], name: str, table: Table, report: Report) -> None:
    """Take up a cluster that is named by a service, with what the service says about it if it does."""
    inline = read_cluster(name, table)
    known = found.get(name)
    if known is None or not known.endpoint:
        found[name] = inline
    elif inline.endpoint and inline != known:
        message = f"the cluster {shown(name)} is described differently in line {known.place.line}"
        report.add("cluster-conflict", table.at("endpoint"), message, "describe it once, in 'clusters'")
