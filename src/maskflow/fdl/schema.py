"""The JSON Schema (2020-12) of the language for editors, written from the same tables that files are read by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .keys import Key, Kind, Record
from .keys_top import WORKFLOW
from .limits import LIMITS

Schema = dict[str, Any]

_AMOUNT = r"^(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)? ?"
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_TRUTH: Schema = {"enum": [True, False, "true", "false", "yes", "no", "on", "off"]}
_REFERENCE: Schema = {
    "type": "object",
    "properties": {"env": {"type": "string"}, "file": {"type": "string"}, "keyring": {"type": "string"}},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}


def schema() -> Schema:
    """The schema of a whole workflow file."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "maskflow workflow",
        "description": "SCAR's and OSCAR's Functions Definition Language, with maskflow's additions",
    }
    return {**head, **_record(WORKFLOW)}


def _record(record: Record) -> Schema:
    properties = {spelling: _key(key) for name, key in record.keys.items() for spelling in (name, *key.also)}
    made: Schema = {"type": ["object", "null"], "properties": properties}
    made["additionalProperties"] = _key(record.other) if record.other else False
    if not record.other:
        made["patternProperties"] = {"^x-": True}
    if required := [name for name, key in record.keys.items() if key.required]:
        made["required"] = required
        made["type"] = "object"
    return made


def _key(key: Key) -> Schema:
    made = dict(_KINDS[key.kind](key))
    if not key.required and key.kind is not Kind.ANYTHING:
        made = {"anyOf": [made, {"type": "null"}]}
    if key.note:
        made["description"] = key.note
    if key.refused:
        made["deprecated"] = True
        made["description"] = f"not honoured: {key.refused}"
    return made


def _range(key: Key) -> Schema:
    if not key.limit:
        return {}
    limit = LIMITS[key.limit]
    return {"minimum": limit.low, "maximum": limit.high}


def _text(key: Key) -> Schema:
    if not key.choices:
        return _SCALAR
    return {"enum": list(dict.fromkeys(text for each in key.choices for text in (each, each.upper(), each.lower())))}


def _whole(key: Key) -> Schema:
    return {"anyOf": [{"type": "integer", **_range(key)}, {"type": "string", "pattern": r"^[+-]?\d[\d_]*$"}]}


def _quantity(units: str) -> Callable[[Key], Schema]:
    """A number or a text with a unit; ranges depend on the unit and are left to the loader."""
    made: Schema = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"{_AMOUNT}({units})?$"}]}
    return lambda _: made


def _some(one: Callable[[Key], Schema]) -> Callable[[Key], Schema]:
    return lambda key: {"anyOf": [one(key), {"type": "array", "items": one(key)}]}


def _secret(_: Key) -> Schema:
    return {"anyOf": [{"type": ["string", "number", "null"]}, _REFERENCE]}


def _nested(key: Key) -> Schema:
    assert key.record is not None
    return _record(key.record)


_SIZE_UNITS = "[kKMGT]|[KMGT]i|[KMG]i?B"

_KINDS: Mapping[Kind, Callable[[Key], Schema]] = MappingProxyType(
    {
        Kind.TEXT: _text,
        Kind.ONE_TEXT: lambda key: {"anyOf": [_text(key), {"type": "array", "items": _text(key), "maxItems": 1}]},
        Kind.TEXTS: _some(_text),
        Kind.FLAG: lambda _: _TRUTH,
        Kind.WHOLE: _whole,
        Kind.WHOLES: _some(_whole),
        Kind.SIZE: _quantity(_SIZE_UNITS),
        Kind.MEGABYTES: _quantity(_SIZE_UNITS),
        Kind.CORES: _quantity("m"),
        Kind.SECONDS: _quantity("ms|s|m|h"),
        Kind.WHOLE_SECONDS: _quantity("ms|s|m|h"),
        Kind.SECRET: _secret,
        Kind.SETTING: lambda _: {"anyOf": [_SCALAR, _REFERENCE]},
        Kind.RECORD: _nested,
        Kind.RECORDS: lambda key: {"type": "array", "items": _nested(key)},
        Kind.ANYTHING: lambda _: {},
    }
)
