"""One element of `functions.aws` to a `Function`."""

from __future__ import annotations

import re
from types import MappingProxyType

from maskflow.model import Function, Limits, ProviderKind, ProviderRef

from .code import find_code
from .limits import LAMBDA_ENVIRONMENT, RESERVED
from .ports import Side
from .problems import shown
from .shared import Build, check_name, read_retry, split_environment, without_empty
from .table import Table

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RULE = "1 to 64 letters, digits, hyphens and underscores"
_TAKEN = frozenset(
    (
        "name",
        "memory",
        "timeout",
        "scratch",
        "log_level",
        "environment",
        "container",
        "init_script",
        "input",
        "output",
        "source",
        "entry",
        "retry",
        "secrets",
    )
)


def read_aws(element: Table, build: Build) -> Function | None:
    """The function; None when what is wrong (said) leaves nothing to go on with."""
    table = element.table("lambda")
    name = check_name(table, _NAME, _RULE, build.report)
    if not name:
        return None
    container = table.table("container")
    image = container.text("image")
    if not image and "source" not in table:
        build.report.add(
            "missing-key", table.place, "lambda needs 'container.image'", "or 'source', a function's folder"
        )
    environments = (table.table("environment").table("variables"), container.table("environment").table("variables"))
    plain, secret = split_environment(*environments, table.table("secrets"), report=build.report)
    for environment in environments:
        _reserved(environment, build)
    _size(plain, table, build)
    side = Side(ProviderKind.AWS, build.report)
    return Function(
        name=name,
        provider=ProviderRef(ProviderKind.AWS),
        entry=find_code(table, "init_script", image, build.images, build.report, build.folder),
        image=image,
        inputs=side.read(table.tables("input"), inputs=True),
        outputs=side.read(table.tables("output")),
        limits=Limits(memory=table.whole("memory"), timeout=table.number("timeout"), scratch=table.whole("scratch")),
        retry=read_retry(table),
        environment=MappingProxyType(plain),
        secrets=MappingProxyType(secret),
        log_level=table.text("log_level", "INFO"),
        settings=_settings(element, table, container),
        place=table.at("name"),
    )


def _reserved(environment: Table, build: Build) -> None:
    for name, cell in environment.cells.items():
        if name in RESERVED:
            message = f"Lambda sets {shown(name)} itself and refuses it from others"
            build.report.add("reserved-variable", cell.key_place, message, RESERVED[name])


def _size(plain: dict[str, str], table: Table, build: Build) -> None:
    number = sum(len(name.encode()) + len(value.encode()) for name, value in plain.items())
    if number > LAMBDA_ENVIRONMENT.high:
        message = f"the environment has {number} bytes; allowed are {LAMBDA_ENVIRONMENT.high:g}"
        hint = f"{LAMBDA_ENVIRONMENT.source}, as of {LAMBDA_ENVIRONMENT.date}"
        build.report.add("out-of-range", table.key_at("environment"), message, hint)


def _settings(element: Table, table: Table, container: Table) -> MappingProxyType[str, object]:
    own = dict(table.plain(_TAKEN))
    own["container"] = container.plain(("image", "environment"))
    services = {name: element.table(name).plain() for name in element.cells if name != "lambda"}
    return MappingProxyType(without_empty({"lambda": MappingProxyType(without_empty(own)), **services}))
