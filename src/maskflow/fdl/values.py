"""Scalars as written to typed values, one small reader a `Kind`; what is wrong is said at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from maskflow.model import Secret

from . import units
from .keys import Key, Kind
from .limits import LIMITS
from .nodes import Items, Node, Scalar, describe, is_null
from .problems import Report, shown
from .secret import HOW, bracketed, looks_like_reference, read_secret
from .suggest import did_you_mean

Value = str | int | float | bool | Secret

_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Context:
    """Where problems go, and the folder that relative paths start from."""

    report: Report
    folder: Path


def wrong_type(node: Node, what: str, key: Key, context: Context) -> None:
    """Say that a value is of the wrong type."""
    hint = ""
    if isinstance(node, Items) and len(node.items) == 1:
        hint = "write it without brackets; text that begins with '[' must be quoted"
    elif key.kind is Kind.RECORDS and not is_null(node):
        hint = "begin each with '- '"
    got = shown(node.text) if isinstance(node, Scalar) and not node.null else describe(node)
    message = f"{what} must be {key.kind.value}, not {got}"
    context.report.add("wrong-type", node.place, message, hint)


def read_scalar(node: Node, name: str, key: Key, context: Context) -> Value | None:
    """The value of a key whose kind is a single one; None when it is wrong (said) or unset."""
    if key.kind is Kind.SECRET or (key.kind is Kind.SETTING and looks_like_reference(node)):
        return read_secret(node, name, context.report, context.folder)
    if key.kind is Kind.SETTING and (text := bracketed(node)):
        context.report.add("placeholder", node.place, f"{shown(name)} is still a placeholder", HOW)
        return text
    if isinstance(node, Items) and len(node.items) == 1 and key.kind is Kind.ONE_TEXT:
        node = node.items[0]
    if not isinstance(node, Scalar):
        wrong_type(node, shown(name), key, context)
        return None
    value = _READERS[key.kind](node.text)
    if value is None:
        wrong_type(node, shown(name), key, context)
        return None
    return _bounded(_chosen(value, node, name, key, context), node, name, key, context)


def _chosen(value: Value, node: Scalar, name: str, key: Key, context: Context) -> Value | None:
    if not key.choices or not isinstance(value, str):
        return value
    for choice in key.choices:
        if value.casefold() == choice.casefold():
            return choice
    message = f"{shown(name)} cannot be {shown(value)}"
    context.report.add("wrong-value", node.place, message, lambda: did_you_mean(value, key.choices))
    return None


def _bounded(value: Value | None, node: Scalar, name: str, key: Key, context: Context) -> Value | None:
    if not key.limit or not isinstance(value, int | float):
        return value
    limit = LIMITS[key.limit]
    if limit.low <= value <= limit.high:
        return value
    message = f"{shown(name)} is {shown(node.text)}; allowed is {limit.shown()}"
    hint = f"{limit.source}, as of {limit.date}"
    if key.kind is Kind.SIZE and node.text.isdecimal():
        hint = f"a number alone counts bytes: write {node.text}Mi"
    context.report.add("out-of-range", node.place, message, hint)
    return None


def _whole(text: str) -> int | None:
    digits = text.replace("_", "")
    return int(digits) if digits.lstrip("+-").isdecimal() and digits.isascii() and len(digits) < 20 else None


def _flag(text: str) -> bool | None:
    return _FLAGS.get(text.casefold())


_READERS: Mapping[Kind, Callable[[str], Value | None]] = MappingProxyType(
    {
        Kind.TEXT: str,
        Kind.ONE_TEXT: str,
        Kind.TEXTS: str,
        Kind.SETTING: str,
        Kind.FLAG: _flag,
        Kind.WHOLE: _whole,
        Kind.WHOLES: _whole,
        Kind.SIZE: units.size,
        Kind.MEGABYTES: units.megabytes,
        Kind.CORES: units.cores,
        Kind.SECONDS: units.seconds,
        Kind.WHOLE_SECONDS: units.whole_seconds,
    }
)
