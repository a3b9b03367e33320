"""What the runtime needs to know of one deployed function, and its JSON: the document that a deployment carries.

A local worker finds it in its state folder, an image carries it as a file. It holds references to secrets, never
their values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maskflow.errors import FunctionError
from maskflow.model import (
    NO_MAPPING,
    BucketPath,
    Entry,
    EntryKind,
    Limits,
    NameFilter,
    ObjectCreated,
    Port,
    Retry,
    Secret,
    SecretKind,
    StorageKind,
    StorageRef,
)


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One function as deployed. `code` is the digest (hex) of everything that its outputs depend on but the input."""

    name: str
    workflow: str
    code: str
    entry: Entry
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    limits: Limits = Limits()
    retry: Retry = Retry()
    environment: Mapping[str, str] = NO_MAPPING
    secrets: Mapping[str, Secret] = NO_MAPPING
    log_level: str = "INFO"

    def trigger(self, event: ObjectCreated) -> Port | None:
        """The input that `event` belongs to, or None when it is none of this function's business."""
        for port in self.inputs:
            if port.path.storage.realm != event.storage or port.path.bucket != event.bucket:
                continue
            relative = port.path.relative(event.key)
            if relative and not relative.endswith("/") and port.names.accepts(relative.rpartition("/")[2]):
                return port
        return None


def dumps(spec: FunctionSpec) -> str:
    """Canonical JSON: equal specs are equal text."""
    document = {
        "maskflow-function": 1,
        "name": spec.name,
        "workflow": spec.workflow,
        "code": spec.code,
        "entry": {"kind": str(spec.entry.kind), "source": spec.entry.source, "name": spec.entry.name},
        "inputs": [_port(port) for port in spec.inputs],
        "outputs": [_port(port) for port in spec.outputs],
        "limits": {name: getattr(spec.limits, name) for name in Limits.__dataclass_fields__},
        "retry": {"attempts": spec.retry.attempts, "backoff": spec.retry.backoff},
        "environment": dict(spec.environment),
        "secrets": {name: [str(secret.kind), secret.reference] for name, secret in spec.secrets.items()},
        "log_level": spec.log_level,
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def loads(text: str | bytes) -> FunctionSpec:
    """Raises FunctionError when the text is not a spec of this version."""
    try:
        return _read(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FunctionError(f"function document is damaged: {type(error).__name__} {error}") from error


def _read(document: Mapping[str, Any]) -> FunctionSpec:
    if document["maskflow-function"] != 1:
        raise FunctionError(f"function document of version {document['maskflow-function']!r}; this maskflow reads 1")
    entry = document["entry"]
    return FunctionSpec(
        name=document["name"],
        workflow=document["workflow"],
        code=document["code"],
        entry=Entry(EntryKind(entry["kind"]), entry["source"], entry["name"]),
        inputs=tuple(_read_port(port) for port in document["inputs"]),
        outputs=tuple(_read_port(port) for port in document["outputs"]),
        limits=Limits(**document["limits"]),
        retry=Retry(**document["retry"]),
        environment=document["environment"],
        secrets={name: Secret(SecretKind(kind), value) for name, (kind, value) in document["secrets"].items()},
        log_level=document["log_level"],
    )


def _port(port: Port) -> dict[str, Any]:
    path = port.path
    return {
        "storage": [str(path.storage.kind), path.storage.name],
        "bucket": path.bucket,
        "prefix": path.prefix,
        "prefixes": list(port.names.prefixes),
        "suffixes": list(port.names.suffixes),
    }


def _read_port(document: Mapping[str, Any]) -> Port:
    kind, name = document["storage"]
    path = BucketPath(StorageRef(StorageKind(kind), name), document["bucket"], document["prefix"])
    return Port(path, NameFilter(tuple(document["prefixes"]), tuple(document["suffixes"])))
