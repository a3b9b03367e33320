"""What `fdl` makes of a text, as lines for the data cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from maskflow.errors import Problem
from maskflow.fdl import Loaded
from maskflow.model import EntryKind, Function, Limits, Port, Retry, Secret, Workflow


def render(loaded: Loaded, folder: Path) -> str:
    """All problems, then the workflow if there is one; paths relative to the case's folder."""
    lines = [*map(_problem, loaded.problems), *(_workflow(loaded.workflow) if loaded.workflow else ["no workflow"])]
    return "\n".join(lines).replace(f"{folder.absolute()}/", "").replace(f"{folder}/", "")


def _problem(problem: Problem) -> str:
    where = f"{problem.place.line}:{problem.place.column}" if problem.place.line else str(problem.place)
    return f"{problem.severity} {where} [{problem.code}] {problem.message}" + (
        f" | {problem.hint}" if problem.hint else ""
    )


def _workflow(workflow: Workflow) -> Iterator[str]:
    yield f"workflow {workflow.name}"
    for function in workflow.functions:
        yield from _function(function)
    for storage in workflow.storages.values():
        parts = [f"{field.name}={value}" for field in fields(storage) if (value := getattr(storage, field.name))]
        yield "storage " + _plain({part.split("=")[0]: part.split("=", 1)[1] for part in parts if "=***" not in part})
        for name in ("access_key", "secret_key", "token"):
            if secret := getattr(storage, name):
                yield f"  {name} {_secret(secret)}"
    for cluster in workflow.clusters.values():
        password = f" {_secret(cluster.auth_password)}" if cluster.auth_password else ""
        verify = "" if cluster.ssl_verify else " unverified"
        yield f"cluster {cluster.name} {cluster.endpoint} {cluster.auth_user}{password}{verify}".rstrip()


def _function(function: Function) -> Iterator[str]:
    entry = function.entry
    name = f"#{entry.name}" if entry.kind is EntryKind.PYTHON else ""
    yield f"function {function.provider} {function.name}: {entry.kind} {entry.source}{name} {function.image}".rstrip()
    yield from (f"  in  {_port(port)}" for port in function.inputs)
    yield from (f"  out {_port(port)}" for port in function.outputs)
    if function.limits != Limits():
        yield f"  limits {_plain({field.name: getattr(function.limits, field.name) for field in fields(Limits)})}"
    if function.retry != Retry():
        yield f"  retry {function.retry.attempts} {function.retry.backoff:g}"
    yield from (f"  env {key}={value!r}" for key, value in function.environment.items())
    yield from (f"  secret {key} {_secret(value)}" for key, value in function.secrets.items())
    if function.log_level != "INFO":
        yield f"  log {function.log_level}"
    yield from _settings("  set ", function.settings)


def _settings(head: str, settings: Mapping[str, object]) -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _settings(f"{head}{key}.", value)
        elif isinstance(value, tuple) and any(isinstance(each, Mapping) for each in value):
            for number, each in enumerate(value):
                yield from _settings(f"{head}{key}[{number}].", each)
        else:
            yield f"{head}{key} = {value!r}"


def _port(port: Port) -> str:
    names = [*(f"{text}*" for text in port.names.prefixes), *(f"*{text}" for text in port.names.suffixes)]
    return " ".join([str(port.path), *names])


def _plain(values: Mapping[str, object]) -> str:
    return " ".join(f"{key}={value}" for key, value in values.items() if value not in (None, False, "", "{}"))


def _secret(secret: Secret) -> str:
    assert str(secret) == repr(secret) == "***"
    return f"{secret.kind}:{secret.reference}"
