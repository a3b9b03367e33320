"""Tables hold together: codes, keys, limits, the schema, and the room's borders."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from datacases import CASES, Case
from maskflow import fdl
from maskflow.errors import Severity
from maskflow.fdl import units
from maskflow.fdl.keys import Key, Kind, Record
from maskflow.fdl.keys_top import WORKFLOW
from maskflow.fdl.limits import LIMITS

ROOM = Path(fdl.__file__).parent
SCHEMA = fdl.schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FILES = sorted(CASES.glob("fdl/*.yaml"))
GOOD = [path for path in FILES if path.name.startswith("good-")]


def records(record: Record = WORKFLOW, path: str = "") -> Iterator[tuple[str, Record]]:
    yield path, record
    for name, key in (*record.keys.items(), *((("*", record.other),) if record.other else ())):
        if key.record:
            yield from records(key.record, f"{path}/{name}")


def keys() -> Iterator[tuple[str, Key]]:
    for path, record in records():
        yield from ((f"{path}/{name}", key) for name, key in record.keys.items())


def test_every_code_is_used_and_every_used_code_is_known() -> None:
    source = "\n".join(path.read_text() for path in sorted(ROOM.glob("*.py")))
    used = set(re.findall(r'(?:\.add|_stop|_Stop|Problem)\(\s*(?:place, severity, )?"([a-z-]+)"', source))
    used |= set(re.findall(r'code = "([a-z-]+)" if .* else "([a-z-]+)"', source)[0])
    for pair in re.findall(r'"([a-z-]+)" if [^"\n]+ else "([a-z-]+)"', source):
        used |= {code for code in pair if code in fdl.CODES}
    assert used == set(fdl.CODES)


def test_every_code_has_a_case() -> None:
    shown = {code for path in FILES for code in re.findall(r"^\w+ \S+ \[([a-z-]+)\]", Case(path).expected, re.M)}
    assert set(fdl.CODES) - shown == {"unreadable"}, "and that one is tested with real files"


def test_deploying_is_never_milder() -> None:
    rank = {Severity.WARNING: 0, Severity.ERROR: 1}
    assert all(rank[code.deploying] >= rank[code.offline] for code in fdl.CODES.values())


def test_keys_are_well_formed() -> None:
    for path, key in keys():
        assert (key.record is not None) == (key.kind in (Kind.RECORD, Kind.RECORDS)), path
        assert not key.limit or key.limit in LIMITS, path
        assert not key.blocks or key.refused, path
        assert not key.own or key.note, f"{path}: our own keys are documented"
    assert {key.limit for _, key in keys()} - {""} == set(LIMITS), "no limit is left over"


def test_limits_say_where_they_are_from() -> None:
    for limit in LIMITS.values():
        assert limit.low < limit.high
        assert limit.source
        assert re.fullmatch(r"\d{4}-\d{2}", limit.date)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA, allow_nan=False)


def test_the_schema_has_exactly_the_keys_of_the_tables() -> None:
    def compare(schema: dict[str, Any], record: Record) -> None:
        schema = next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
        schema = schema.get("items", schema)
        assert set(schema["properties"]) == {
            spelling for name, key in record.keys.items() for spelling in (name, *key.also)
        }
        for name, key in record.keys.items():
            if key.record:
                compare(schema["properties"][name], key.record)

    compare(SCHEMA, WORKFLOW)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_files_are_valid_by_the_schema(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(plain(path))] == []


@pytest.mark.parametrize(
    "name", ["unknown-keys", "unknown-port-key", "wrong-types", "wrong-values", "missing-keys", "oscar-other-capitals"]
)
def test_what_the_loader_flags_the_schema_refuses(name: str) -> None:
    path = CASES / "fdl" / f"{name}.yaml"
    unknown = {problem.place.line for problem in fdl.load(path).problems if problem.code == "unknown-key"}
    errors = list(VALIDATOR.iter_errors(plain(path)))
    assert errors
    assert len(errors) >= (1 if unknown else 0)


def plain(path: Path) -> Any:
    text = Case(path).input.decode("utf-8-sig").replace("\t", " ")
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


@given(st.integers(0, 2**50))
def test_sizes_come_back(number: int) -> None:
    assert units.size(units.show_size(number)) == number


@given(st.integers(0, 10**6))
def test_cores_come_back(millis: int) -> None:
    shown = units.cores(units.show_cores(millis / 1000))
    assert shown is not None
    assert abs(shown - millis / 1000) <= 0.001 * max(1.0, millis / 1000)


@given(st.text(max_size=30))
def test_units_take_anything(text: str) -> None:
    for read in (units.size, units.megabytes, units.cores, units.seconds):
        assert read(text) is None or read(text) >= 0  # type: ignore[operator]


def test_the_room_imports_only_what_it_may() -> None:
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                assert name != "yaml" or path.name == "text.py"
                assert not name.startswith("maskflow") or name in ("maskflow.model", "maskflow.errors")
