"""One OSCAR service to a `Function`, with the spellings of older servers made those of v4.1."""

from __future__ import annotations

import re
from types import MappingProxyType

from maskflow.model import EntryKind, Function, Limits, ProviderKind, ProviderRef

from .code import find_code
from .ports import Side
from .shared import Build, check_name, read_retry, split_environment, without_empty
from .table import Table

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,37}[a-z0-9])?")
_RULE = "1 to 39 lower-case letters, digits and hyphens, beginning and ending with a letter or digit"
CLUSTER_KEYS = ("endpoint", "auth_user", "auth_password", "ssl_verify")
_OF_V3 = ("replicas", "delegation", "rescheduler_threshold")
_TAKEN = frozenset(
    (
        "name",
        "image",
        "script",
        "memory",
        "cpu",
        "timeout",
        "ephemeral_storage_request",
        "enable_gpu",
        "log_level",
        "environment",
        "input",
        "output",
        "source",
        "entry",
        "retry",
        "secrets",
        "federation",
    )
).union(CLUSTER_KEYS, _OF_V3)


def read_oscar(cluster: str, table: Table, build: Build) -> Function | None:
    """The service; None when what is wrong (said) leaves nothing to go on with."""
    name = check_name(table, _NAME, _RULE, build.report)
    if not name:
        return None
    image = table.text("image")
    if not image and "source" not in table:
        build.report.add("missing-key", table.place, "the service needs 'image'", "or 'source', a function's folder")
    entry = find_code(table, "script", image, build.images, build.report, build.folder)
    if entry.kind is EntryKind.IMAGE and "kserve" not in table:
        message = f"the service {name!r} has neither 'script' nor 'source'; OSCAR refuses such services"
        build.report.add("no-code", table.place, message, "add 'script: file.sh' or 'source: folder'")
    environment = table.table("environment")
    plain, secret = split_environment(
        environment.table("variables"), environment.table("secrets"), table.table("secrets"), report=build.report
    )
    side = Side(ProviderKind.OSCAR, build.report, cluster if build.several_clusters else "default")
    side.check_mount(table.table("mount"))
    return Function(
        name=name,
        provider=ProviderRef(ProviderKind.OSCAR, cluster),
        entry=entry,
        image=image,
        inputs=side.read(table.tables("input"), inputs=True),
        outputs=side.read(table.tables("output")),
        limits=_limits(table),
        retry=read_retry(table),
        environment=MappingProxyType(plain),
        secrets=MappingProxyType(secret),
        log_level=table.text("log_level", "INFO"),
        settings=_settings(table),
        place=table.at("name"),
    )


def _limits(table: Table) -> Limits:
    return Limits(
        memory=table.whole("memory"),
        cpu=table.number("cpu"),
        timeout=table.number("timeout"),
        scratch=table.whole("ephemeral_storage_request"),
        gpu=table.flag("enable_gpu"),
    )


def _settings(table: Table) -> MappingProxyType[str, object]:
    """What remains, with `replicas` and its companions of v3 under `federation` as in v4.1."""
    old = dict(table.plain(table.cells.keys() - set(_OF_V3)))
    if "replicas" in old:
        old["members"] = old.pop("replicas")
    federation = {**old, **table.table("federation").plain()}
    rest = dict(table.plain(_TAKEN))
    return MappingProxyType(without_empty({**rest, "federation": MappingProxyType(without_empty(federation))}))
