"""The dialect: a whole checked file to a `Workflow`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from maskflow.model import Cluster, Function, Workflow

from .aws import read_aws
from .code import Local, local_of, same_image
from .oscar import read_oscar
from .problems import Report, shown
from .shared import Build
from .storages import add_cluster, read_cluster, read_storages
from .table import Table

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_RULE = "1 to 40 lower-case letters, digits and hyphens, beginning and ending with a letter or digit"


def read_workflow(top: Table, file: Path, images: Mapping[str, Local], report: Report) -> Workflow:
    """The workflow as far as it could be understood; `report` knows whether it is whole."""
    said = _images(top.table("images"), file.parent)
    build = Build(report, file.parent, {**said, **images}, _several_clusters(top))
    clusters = {name: read_cluster(name, table) for name, table in top.table("clusters").named()}
    functions = tuple(_functions(top.table("functions"), clusters, build))
    if not functions and not report.failed:
        report.add(
            "no-functions", top.at("functions"), "the workflow has no function", "add one below 'aws' or 'oscar'"
        )
    _unused(said, functions, report)
    return Workflow(
        name=_name(top, file, report),
        functions=functions,
        storages=read_storages(top.table("storage_providers")),
        clusters=MappingProxyType(clusters),
        file=str(file),
    )


def _several_clusters(top: Table) -> bool:
    """Whether a bare `minio` means another server for each service: every cluster has its own."""
    services = top.table("functions").tables("oscar")
    clusters = {cluster for element in services for cluster, _ in element.named()}
    return len(clusters) > 1 and "default" not in top.table("storage_providers").table("minio")


def _functions(table: Table, clusters: dict[str, Cluster], build: Build) -> Iterator[Function]:
    for element in table.tables("aws"):
        if function := read_aws(element, build):
            yield function
    for element in table.tables("oscar"):
        for cluster, service in element.named():
            add_cluster(clusters, cluster, service, build.report)
            if service_function := read_oscar(cluster, service, build):
                yield service_function


def _images(table: Table, folder: Path) -> dict[str, Local]:
    return {same_image(name): local_of(str(cell.value), folder, cell.place) for name, cell in table.cells.items()}


def _unused(images: Mapping[str, Local], functions: tuple[Function, ...], report: Report) -> None:
    used = {same_image(function.image) for function in functions}
    for image, local in images.items():
        if image not in used:
            report.add("unused-image", local.place, f"no function has the image {shown(image)}")


def _name(top: Table, file: Path, report: Report) -> str:
    if "name" in top:
        name = top.text("name")
        if not _NAME.fullmatch(name):
            report.add("bad-name", top.at("name"), f"{shown(name)} cannot be a workflow's name", _RULE)
        return name
    return name_of(file)


def name_of(file: Path) -> str:
    """The name of a workflow that says none: the file's, in the letters that every provider takes."""
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.casefold()).strip("-")
    return name[:40].strip("-") or "workflow"
