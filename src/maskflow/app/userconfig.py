"""What the user has configured once for all workflows: storages, clusters, image mappings. Three files, all optional.

Ours has the keys of the workflow language, so the same tables read it. SCAR's (`scar.cfg`, JSON) and oscar-cli's name
clusters, which count where ours does not name one alike. A file of others is read for what we use of it and for
nothing else; ours is held against its keys, and all that is wrong with it is said at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from maskflow.errors import ConfigError, Place, Problem, Severity
from maskflow.fdl.keys import TEXT_BY_NAME, Key, Kind, named, record
from maskflow.fdl.keys_top import CLUSTER, STORAGES
from maskflow.fdl.nodes import Node
from maskflow.fdl.problems import Report
from maskflow.fdl.read import read_record
from maskflow.fdl.storages import read_cluster, read_storages
from maskflow.fdl.table import Table
from maskflow.fdl.text import compose
from maskflow.fdl.values import Context
from maskflow.model import NO_MAPPING, Cluster, Secret, SecretKind, StorageProvider, StorageRef

_OURS = record(
    "the configuration",
    storage_providers=Key(Kind.RECORD, "where bytes live", STORAGES),
    clusters=Key(Kind.RECORD, "OSCAR clusters", named("clusters", CLUSTER)),
    images=Key(Kind.RECORD, "container image: function folder[#file:attribute] to run instead", TEXT_BY_NAME),
)
_OSCAR_CLI = record("oscar-cli's configuration", oscar=Key(Kind.RECORD, record=named("clusters", CLUSTER)))


@dataclass(frozen=True, slots=True)
class ConfigFiles:
    """Where the files would be. None of them has to exist."""

    maskflow: Path
    scar: Path
    oscar_cli: Path


@dataclass(frozen=True, slots=True)
class UserConfig:
    storages: Mapping[StorageRef, StorageProvider] = NO_MAPPING
    clusters: Mapping[str, Cluster] = NO_MAPPING
    images: Mapping[str, str] = NO_MAPPING
    aws_profile: str = ""
    """SCAR's choice of an AWS profile and region, used where the standard credentials are."""
    aws_region: str = ""
    files: tuple[Path, ...] = ()
    """Those that were there."""
    warnings: tuple[Problem, ...] = ()


def read(files: ConfigFiles) -> UserConfig:
    """Raises ConfigError with everything that is wrong in a file."""
    table, warnings = _ours(files.maskflow)
    scar = _json(files.scar)
    clusters = {**_scar_clusters(scar), **_oscar_cli_clusters(files.oscar_cli)}
    clusters |= {name: read_cluster(name, one) for name, one in table.table("clusters").named()}
    s3 = _inside(scar, "aws", "s3")
    profile = _text(s3, "boto_profile")
    return UserConfig(
        storages=read_storages(table.table("storage_providers")),
        clusters=MappingProxyType(clusters),
        images=_images(table.table("images"), files.maskflow.parent),
        aws_profile="" if profile == "default" else profile,
        aws_region=_text(s3, "region"),
        files=tuple(path for path in (files.maskflow, files.scar, files.oscar_cli) if path.is_file()),
        warnings=warnings,
    )


def _images(table: Table, folder: Path) -> Mapping[str, str]:
    return MappingProxyType({image: str(folder / table.text(image)) for image in table.cells})


def _ours(path: Path) -> tuple[Table, tuple[Problem, ...]]:
    report = Report()
    node = _compose(path, report)
    table = read_record(node, _OURS, Context(report, path.parent)) if node else None
    problems = report.problems()
    if report.failed:
        raise _config_error(problems)
    return table or Table(Place(str(path)), {}), problems


def _config_error(problems: Iterable[Problem]) -> ConfigError:
    errors = (problem for problem in problems if problem.severity is Severity.ERROR)
    return ConfigError("\n".join(f"{one.place}: {one.message}{f' ({one.hint})' if one.hint else ''}" for one in errors))


def _compose(path: Path, report: Report) -> Node | None:
    data = _bytes(path)
    return compose(data, str(path), report) if data.strip() else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _oscar_cli_clusters(path: Path) -> Mapping[str, Cluster]:
    report = Report()
    node = _compose(path, report)
    table = read_record(node, _OSCAR_CLI, Context(report, path.parent)) if node else None
    if node is None and report.failed:
        raise _config_error(report.problems())
    found = table.table("oscar").named() if table else ()
    return {name: read_cluster(name, one) for name, one in found}


def _json(path: Path) -> Mapping[str, Any]:
    data = _bytes(path)
    if not data.strip():
        return {}
    try:
        document = json.loads(data)
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON: {error}", hint="SCAR writes it new when it is removed") from None
    return document if isinstance(document, dict) else {}


def _inside(document: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        inner = document.get(name)
        document = inner if isinstance(inner, dict) else {}
    return document


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""


def _scar_clusters(scar: Mapping[str, Any]) -> Mapping[str, Cluster]:
    """Those with an endpoint: SCAR's default file names one without."""
    found = _inside(scar, "oscar")
    return {
        name: _scar_cluster(name, _inside(found, name)) for name in found if _text(_inside(found, name), "endpoint")
    }


def _scar_cluster(name: str, document: Mapping[str, Any]) -> Cluster:
    password = _text(document, "auth_password")
    return Cluster(
        name,
        _text(document, "endpoint").rstrip("/"),
        _text(document, "auth_user"),
        Secret(SecretKind.LITERAL, password) if password else None,
        document.get("ssl_verify") is not False,
    )
