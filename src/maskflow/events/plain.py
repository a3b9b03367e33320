"""Our own form of an event: `{"maskflow-event": 1, "storage": ..., "bucket": ..., "key": ...}`, or a list of them.

What local workers are fed and what tests write; every field of `ObjectCreated` under its own name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from maskflow.errors import FunctionError
from maskflow.model import ObjectCreated

MARK = "maskflow-event"
TYPES = {field.name: int if field.name == "size" else str for field in fields(ObjectCreated)}


def accepts(payload: object) -> bool:
    if isinstance(payload, list):
        return bool(payload) and all(accepts(item) for item in payload)
    return isinstance(payload, Mapping) and MARK in payload


def parse(payload: Any) -> tuple[ObjectCreated, ...]:
    """Raises FunctionError for an unknown version, a missing field, or one of the wrong type."""
    items = payload if isinstance(payload, list) else [payload]
    return tuple(_one(item) for item in items)


def dumps(event: ObjectCreated) -> str:
    return json.dumps({MARK: 1, **asdict(event)}, separators=(",", ":"))


def row(event: ObjectCreated) -> list[str | int]:
    """The fields in their order, the shortest JSON that `ObjectCreated(*row)` takes back."""
    return [event.storage, event.bucket, event.key, event.size, event.etag, event.sequencer, event.time, event.run]


def _one(item: Mapping[str, Any]) -> ObjectCreated:
    if item[MARK] != 1:
        raise FunctionError(f"event of version {item[MARK]!r}; this maskflow reads 1")
    values = {name: item[name] for name in TYPES if name in item}
    for name, value in values.items():
        if not isinstance(value, TYPES[name]) or isinstance(value, bool):
            raise FunctionError(f"event's {name} is {value!r}, not {TYPES[name].__name__}")
    if not values.get("bucket") or not values.get("key") or "storage" not in values:
        raise FunctionError("event lacks its storage, bucket or key")
    return ObjectCreated(**values)
