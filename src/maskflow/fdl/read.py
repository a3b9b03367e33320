"""Nodes to tables: every mapping of the file held against the tables of keys."""

from __future__ import annotations

from typing import Any

from .keys import Key, Kind, Record
from .nodes import Items, Node, Pair, Pairs, Scalar, is_null
from .problems import shown
from .suggest import did_you_mean, nearest
from .table import Cell, Table
from .values import Context, read_scalar, wrong_type

_NOT_FREE = "x-"
"""Top-level keys that begin so are the user's own, a place for anchors."""


def read_record(node: Node, record: Record, context: Context) -> Table | None:
    """A mapping's known keys as typed values; None when it is no mapping (said)."""
    if is_null(node):
        node = Pairs(node.place, ())
    if not isinstance(node, Pairs):
        wrong_type(node, record.what, Key(Kind.RECORD), context)
        return None
    cells: dict[str, Cell] = {}
    tried: set[str] = set()
    spellings = _spellings(record)
    for pair in node.pairs:
        canonical, key = _find(pair, spellings, record, context)
        if key is None:
            continue
        if canonical in tried:
            message = f"{shown(pair.key.text)} says again what another spelling of {shown(canonical)} says"
            context.report.add("duplicate-key", pair.key.place, message, "keep one of the two")
            continue
        tried.add(canonical)
        value = read_value(pair.value, pair.key.text, key, context)
        if value is not None and not _refuse(pair, key, record, context):
            cells[canonical] = Cell(value, pair.value.place, pair.key.place)
    _require(node, record, tried, cells, context)
    return Table(node.place, cells)


def _require(node: Pairs, record: Record, tried: set[str], cells: dict[str, Cell], context: Context) -> None:
    for name, key in record.keys.items():
        unset = name not in tried or (name in cells and cells[name].value == "")
        nulls = any(pair.key.text == name and is_null(pair.value) for pair in node.pairs)
        if key.required and (unset or nulls):
            message = f"{record.what} needs {shown(name)}"
            context.report.add("missing-key", node.place, message, key.note)


def _spellings(record: Record) -> dict[str, str]:
    """Every way to write the record's keys, with the canonical one; in small letters too where capitals are free."""
    exact = {spelling: name for name, key in record.keys.items() for spelling in (name, *key.also)}
    return {**{spelling.casefold(): name for spelling, name in exact.items()}, **exact} if record.fold else exact


def _find(pair: Pair, spellings: dict[str, str], record: Record, context: Context) -> tuple[str, Key | None]:
    """The canonical name and the key that a written key stands for."""
    name = pair.key.text
    if canonical := spellings.get(name):
        return canonical, record.keys[canonical]
    if record.other:
        return name, record.other
    if record.fold and (canonical := spellings.get(name.casefold())):
        message = f"{shown(name)} is taken as {shown(canonical)}"
        context.report.add("spelling", pair.key.place, message, f"write {canonical!r}")
        return canonical, record.keys[canonical]
    _unknown(pair.key, record, context)
    return name, None


def _unknown(key: Scalar, record: Record, context: Context) -> None:
    if key.text.startswith(_NOT_FREE):
        return
    code = "unknown-port-key" if record.strict else "unknown-key"
    names = record.keys.keys()

    def hint() -> str:
        return did_you_mean(key.text, names) if record.strict or nearest(key.text, names) else record.advice

    context.report.add(code, key.place, f"{record.what} has no key {shown(key.text)}", hint)


def _refuse(pair: Pair, key: Key, record: Record, context: Context) -> bool:
    """Whether a key is one that maskflow does nothing with; its author is told why."""
    if not key.refused:
        return False
    if isinstance(pair.value, Scalar) and pair.value.text.casefold() in (value.casefold() for value in key.honoured):
        return True
    code = "not-supported" if key.blocks else "ignored-key"
    context.report.add(code, pair.key.place, f"{shown(pair.key.text)} of {record.what} is not honoured: {key.refused}")
    return True


def read_value(node: Node, name: str, key: Key, context: Context) -> Any:
    """The typed value of a key, None when it is unset or wrong (said)."""
    if key.kind is Kind.SECRET:
        return read_scalar(node, name, key, context)
    if is_null(node) and key.kind is not Kind.RECORD:
        return "" if key.kind is Kind.SETTING else None
    if key.kind is Kind.ANYTHING:
        return ""
    if key.kind is Kind.RECORD:
        assert key.record is not None
        return read_record(node, key.record, context)
    if key.kind is Kind.RECORDS:
        return _records(node, name, key, context)
    if key.kind in (Kind.TEXTS, Kind.WHOLES):
        return _list(node, name, key, context)
    return read_scalar(node, name, key, context)


def _records(node: Node, name: str, key: Key, context: Context) -> tuple[Table, ...] | None:
    assert key.record is not None
    if not isinstance(node, Items):
        wrong_type(node, shown(name), key, context)
        return None
    tables = (read_record(item, key.record, context) for item in node.items)
    return tuple(table for table in tables if table is not None)


def _list(node: Node, name: str, key: Key, context: Context) -> tuple[Any, ...]:
    items = node.items if isinstance(node, Items) else (node,)
    values = (read_scalar(item, name, key, context) for item in items)
    return tuple(value for value in values if value is not None)
