"""Bytes to YAML nodes with line and column. The only place that knows the YAML library.

Files come from strangers: size, nesting and what aliases stand for are bounded, tags that build objects are refused,
and duplicate keys, which YAML libraries let pass silently, are said. Events come from libyaml where it is there
(it also takes a TAB behind a value, as published workflow files have), else from the pure parser, which is a hundred
times slower and therefore gets smaller files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

import yaml

from maskflow.errors import Place

from .nodes import Items, Node, Pair, Pairs, Scalar
from .problems import Report, shown

MOST_BYTES = 1_000_000
MOST_BYTES_PURE = 100_000
DEEPEST = 40
MOST_NODES = 20_000
"""Counted with every alias expanded."""

_STANDARD = "tag:yaml.org,2002:"
_TAGS = frozenset({None, "!", *(_STANDARD + name for name in ("str", "int", "float", "bool", "null", "seq", "map"))})
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Stop(Exception):
    """The text cannot be read any further."""

    def __init__(self, code: str, place: Place, message: str, hint: str = "") -> None:
        self.problem = (code, place, message, hint)


def compose(data: bytes | str, file: str, report: Report, *, pure: bool = False) -> Node | None:
    """The root node of the only document in `data`; None when there is none, and then `report` says why."""
    try:
        return _Composer(_decode(data, file), file, report, pure=pure or not hasattr(yaml, "CSafeLoader")).root()
    except _Stop as stop:
        report.add(*stop.problem)
    return None


def _decode(data: bytes | str, file: str) -> str:
    text = (_utf8(data, file) if isinstance(data, bytes) else data).removeprefix("\ufeff")
    if found := _CONTROL.search(text):
        what = f"the control character U+{ord(found.group()):04X} has no place in a workflow file"
        raise _Stop("encoding", _after(text[: found.start()], file), what, "remove it")
    return text


def _utf8(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise _Stop("encoding", _after(before, file), "this is not UTF-8 text", "save the file as UTF-8") from None


def _after(text: str, file: str) -> Place:
    return Place(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _events(text: str, file: str, *, pure: bool) -> Iterator[yaml.Event]:
    most = MOST_BYTES_PURE if pure else MOST_BYTES
    if len(text) > most:
        raise _Stop("too-large", Place(file), f"the file has more than {most:,} characters", "split it")
    if pure:
        text = re.sub(r"[ \t]*\t[ \t]*(?=#|\r?$)", " ", text, flags=re.MULTILINE)
    try:
        yield from yaml.parse(text, Loader=yaml.SafeLoader if pure else yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        raise _Stop("yaml", place, f"not YAML: {error.problem or error.context}", _advice(text, place)) from None
    except yaml.YAMLError as error:
        raise _Stop("yaml", Place(file), f"not YAML: {error}") from None


def _advice(text: str, place: Place) -> str:
    lines = text.splitlines()
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, YAML allows no tabs there"
    return "look at the indentation and the quotes of this line and the one before"


class _Composer:
    """Builds nodes from events, counting what it builds."""

    def __init__(self, text: str, file: str, report: Report, *, pure: bool) -> None:
        self._events = _events(text, file, pure=pure)
        self._file = file
        self._report = report
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._count = 0

    def root(self) -> Node:
        next(self._events)
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            raise _Stop("empty-file", Place(self._file), "the file is empty", "a workflow needs at least 'functions:'")
        node = self._node(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            message = "a second YAML document begins here"
            raise _Stop("many-documents", self._place(after), message, "keep one workflow in one file")
        return node

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _grow(self, event: yaml.Event, weight: int, depth: int) -> None:
        self._count += weight
        if self._count > MOST_NODES:
            message = f"more than {MOST_NODES:,} values, with aliases expanded"
            self._stop("too-large", event, message, "no workflow needs that many")
        if depth > DEEPEST:
            self._stop("too-large", event, f"nested deeper than {DEEPEST} levels", "no workflow needs that many")

    def _stop(self, code: str, event: yaml.Event, message: str, hint: str = "") -> NoReturn:
        raise _Stop(code, self._place(event), message, hint)

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        self._grow(event, 1, depth)
        if getattr(event, "tag", None) not in _TAGS:
            message = f"the YAML tag {shown(str(event.tag))} is not allowed"  # type: ignore[attr-defined]
            self._stop("yaml-tag", event, message, "remove the tag; a secret is written {env: NAME}")
        before = self._count
        anchor: str | None = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = None
        node = self._content(event, depth)
        if anchor:
            self._anchors[anchor] = (node, self._count - before + 1)
        return node

    def _alias(self, event: yaml.AliasEvent, depth: int) -> Node:
        name = str(event.anchor)
        if name not in self._anchors:
            self._stop("yaml-alias", event, f"no anchor {shown('&' + name)} stands before this alias")
        known = self._anchors[name]
        if known is None:
            self._stop("yaml-alias", event, f"the alias {shown('*' + name)} contains itself")
        node, weight = known
        self._grow(event, weight, depth)
        return node

    def _content(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(self._place(event), tuple(self._items(depth)))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        assert isinstance(event, yaml.ScalarEvent)
        quoted = bool(event.style) or event.tag == _STANDARD + "str"
        return Scalar(self._place(event), event.value, quoted)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, start: yaml.Event, depth: int) -> Pairs:
        own: dict[str, Pair] = {}
        merged: dict[str, Pair] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                self._stop("wrong-type", event, "a key must be a single word", "quote it if it has brackets or braces")
            value = self._node(next(self._events), depth + 1)
            if key.text == "<<" and not key.quoted:
                self._merge(event, value, merged)
            else:
                self._own(key, value, own)
        return Pairs(self._place(start), (*own.values(), *(pair for name, pair in merged.items() if name not in own)))

    def _own(self, key: Scalar, value: Node, own: dict[str, Pair]) -> None:
        if first := own.get(key.text):
            message = f"{shown(key.text)} stands already in line {first.key.place.line}"
            self._report.add("duplicate-key", key.place, message, "keep one of the two")
        else:
            own[key.text] = Pair(key, value)

    def _merge(self, event: yaml.Event, value: Node, merged: dict[str, Pair]) -> None:
        for source in value.items if isinstance(value, Items) else (value,):
            if not isinstance(source, Pairs):
                self._stop("wrong-type", event, "'<<' merges mappings only", "write '<<: *name' of a mapping")
            for pair in source.pairs:
                merged.setdefault(pair.key.text, pair)
