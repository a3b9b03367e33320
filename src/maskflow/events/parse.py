"""The door: bytes, text or decoded JSON in; events and raw input out. Anything at all may arrive here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maskflow.errors import FunctionError
from maskflow.model import ObjectCreated

from . import http, plain, s3

MAX_DEPTH = 4
"""A body in a body in a body: OSCAR's delegation wraps twice; more is an attack or a mistake."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a payload asks for: objects to work on, or `raw` bytes that are themselves the input."""

    events: tuple[ObjectCreated, ...] = ()
    raw: bytes | None = None


def parse(payload: object, depth: int = 0) -> Parsed:
    """Understand `payload`. Raises FunctionError when it claims to be an event and cannot be read as one."""
    if depth > MAX_DEPTH:
        raise FunctionError(f"event is wrapped more than {MAX_DEPTH} times")
    if isinstance(payload, str):
        payload = payload.encode("utf-8", "surrogatepass")
    if isinstance(payload, bytes | bytearray | memoryview):
        return _from_bytes(bytes(payload), depth)
    if plain.accepts(payload):
        return Parsed(plain.parse(payload))
    if isinstance(payload, Mapping):
        return _from_mapping(payload, depth)
    return Parsed(raw=json.dumps(payload).encode())


def _from_mapping(payload: Mapping[str, Any], depth: int) -> Parsed:
    if s3.accepts(payload):
        return Parsed(s3.parse(payload))
    if payload.get("Event") == "s3:TestEvent":
        return Parsed()
    if http.accepts(payload):
        return parse(http.body(payload), depth + 1)
    if "event" in payload and "storage_provider" in payload:  # OSCAR's delegation to another cluster
        return parse(payload["event"], depth + 1)
    return Parsed(raw=json.dumps(payload).encode())


def _from_bytes(data: bytes, depth: int) -> Parsed:
    """JSON is looked into; everything else is the input itself."""
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        return Parsed(raw=data)
    if isinstance(payload, Mapping | list):
        parsed = parse(payload, depth + 1)
        return parsed if parsed.raw is None else Parsed(raw=data)
    return Parsed(raw=data)
