"""Checks of the whole workflow, once its parts are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import combinations

from maskflow.errors import Place
from maskflow.model import Function, Port, StorageKind, StorageProvider, StorageRef, Workflow

from .loops import check_loops
from .overlap import overlap
from .problems import Report, shown
from .suggest import did_you_mean

MOST_FUNCTIONS = 100
MOST_PORTS = 500
MOST_FILTERS = 1000
"""Beyond these the pairwise checks would take long, and nobody could follow the workflow."""


_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_RULE = "1 to 63 letters, digits, dots, hyphens and underscores, beginning and ending with a letter or digit"


def check_workflow(workflow: Workflow, report: Report) -> None:
    """Everything that only shows when functions, storages and clusters are seen together."""
    ports = tuple(_ports(workflow))
    filters = sum(len(port.names.prefixes) + len(port.names.suffixes) for _, port in ports)
    if len(workflow.functions) > MOST_FUNCTIONS or len(ports) > MOST_PORTS or filters > MOST_FILTERS:
        message = f"more than {MOST_FUNCTIONS} functions, {MOST_PORTS} inputs and outputs or {MOST_FILTERS} filters"
        report.add("too-large", Place(workflow.file), message, "split the workflow into several files")
        return
    for check in CHECKS:
        check(workflow, report)


def _ports(workflow: Workflow) -> Iterator[tuple[Function, Port]]:
    for function in workflow.functions:
        for port in (*function.inputs, *function.outputs):
            yield function, port


def check_names(workflow: Workflow, report: Report) -> None:
    """Names are unique within AWS and within each cluster."""
    seen: dict[tuple[str, str], Function] = {}
    for function in workflow.functions:
        first = seen.setdefault((str(function.provider), function.name), function)
        if first is not function:
            message = f"{function.provider} has a function {shown(function.name)} already in line {first.place.line}"
            report.add("duplicate-name", function.place, message, "give each its own name")


def check_references(workflow: Workflow, report: Report) -> None:
    """Every storage that a port names is defined; `default` ones and a cluster's own MinIO always are."""
    for _, port in _ports(workflow):
        ref = port.path.storage
        own = ref.kind is StorageKind.MINIO and ref.name in workflow.clusters
        if ref.name == "default" or own or ref in workflow.storages:
            continue
        message = f"{shown(str(ref))} is not in 'storage_providers'"
        report.add("unknown-storage", port.place, message, partial(_defined, str(ref), map(str, workflow.storages)))


def _defined(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known) or "define it there"


def check_storages(workflow: Workflow, report: Report) -> None:
    """A storage that is defined says enough to be reached, under a name that can stand in other names."""
    for name, place in (
        *((ref.name, storage.place) for ref, storage in workflow.storages.items()),
        *((cluster.name, cluster.place) for cluster in workflow.clusters.values()),
    ):
        if not _NAME.fullmatch(name):
            report.add("bad-name", place, f"{shown(name)} cannot be the name of a storage or cluster", _RULE)
    for ref, storage in workflow.storages.items():
        if lack := _lack(ref, storage):
            report.add("incomplete-storage", storage.place, f"{ref} has no {shown(lack)}", "it cannot be reached so")


def _lack(ref: StorageRef, storage: StorageProvider) -> str:
    if ref.kind not in (StorageKind.S3, StorageKind.MINIO):
        return ""
    if storage.access_key and not storage.secret_key:
        return "secret_key"
    if storage.secret_key and not storage.access_key:
        return "access_key"
    return "endpoint" if ref.kind is StorageKind.MINIO and not storage.endpoint else ""


def check_members(workflow: Workflow, report: Report) -> None:
    """Every cluster that a federation names is defined."""
    for function in workflow.functions:
        for member in function.settings.get("federation", {}).get("members", ()):
            name = member.get("cluster_id", "")
            if name and name not in workflow.clusters:
                message = f"{shown(name)} is not in 'clusters'"
                report.add("unknown-cluster", function.place, message, partial(_defined, name, workflow.clusters))


def check_overlaps(workflow: Workflow, report: Report) -> None:
    """No object triggers twice: S3 refuses such a configuration, and a workflow should be able to move there."""
    inputs = [(function, port) for function in workflow.functions for port in function.inputs]
    for (first, one), (second, other) in combinations(inputs, 2):
        if overlap(one, other):
            _say_overlap(first, one, second, other, report)


def _say_overlap(first: Function, one: Port, second: Function, other: Port, report: Report) -> None:
    on_s3 = one.path.storage.kind is StorageKind.S3
    others = "the same function's" if first is second else f"{first.name}'s"
    message = f"objects below {other.path} can trigger {second.name} and also {others} input in line {one.place.line}"
    hint = "S3 allows one trigger for a key: use separate folders or suffixes"
    report.add("overlapping-triggers" if on_s3 else "shared-trigger", other.place, message, hint)


CHECKS: tuple[Callable[[Workflow, Report], None], ...] = (
    check_names,
    check_references,
    check_storages,
    check_members,
    check_overlaps,
    check_loops,
)
