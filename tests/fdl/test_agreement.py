"""Documents made up from the key tables: the loader answers them all, and agrees with the schema on the good ones."""

from __future__ import annotations

from typing import Any

import jsonschema
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datacases import CASES
from maskflow import fdl
from maskflow.errors import Severity
from maskflow.fdl.keys import Key, Kind, Record
from maskflow.fdl.keys_top import WORKFLOW

VALIDATOR = jsonschema.Draft202012Validator(fdl.schema())
FILE = CASES / "fdl" / "made-up.yaml"

LIKELY: dict[Kind, list[Any]] = {
    Kind.TEXT: ["a-name", "functions/detect", "s3", "minio", "a-bucket/in", "function:handle", "run.sh", 5, True, ""],
    Kind.ONE_TEXT: ["a", ["a"], ["a", "b"], []],
    Kind.TEXTS: ["a", ["a", "b"], [], [1]],
    Kind.FLAG: [True, False, "true", "no", "maybe"],
    Kind.WHOLE: [1, 3, "2", 30, -1, 1.5, "x"],
    Kind.WHOLES: [80, [80, 81], "80", []],
    Kind.SIZE: ["512Mi", "2Gi", 2**30, "1e9", "x"],
    Kind.MEGABYTES: [512, "1Gi", "1024", 0.5, "many"],
    Kind.CORES: ["0.5", 1, "500m", "x"],
    Kind.SECONDS: [300, "90s", "5m", "1h", "soon"],
    Kind.WHOLE_SECONDS: [300, "90s", "5m", 1.5],
    Kind.SECRET: [{"env": "A"}, {"keyring": "a/b"}, "${env:A}", "${file:x}", "xxxx", "clear", {"evn": "A"}, ["a"]],
    Kind.SETTING: ["a", 1, True, {"env": "A"}, "${env:A}", ["a"], ["a", "b"]],
    Kind.ANYTHING: [{}, [], 1, "a"],
}
JUNK: list[Any] = [None, "", 0, -1, [], {}, [[]], "*", {"a": {"b": "c"}}]


def values(key: Key) -> st.SearchStrategy[Any]:
    if key.record and key.kind is Kind.RECORD:
        good = documents(key.record)
    elif key.record:
        good = st.lists(documents(key.record), max_size=3)
    else:
        good = st.sampled_from([*key.choices, *key.honoured, *LIKELY[key.kind]])
    return st.integers(0, 19).flatmap(lambda number: good if number else st.sampled_from(JUNK))


@st.composite
def documents(draw: st.DrawFn, record: Record) -> dict[str, Any]:
    names = [name for name, key in record.keys.items() if key.required]
    if record.keys:
        names += draw(st.lists(st.sampled_from(sorted(record.keys)), max_size=4))
    made = {name: draw(values(record.keys[name])) for name in names}
    if record.other:
        for name in draw(st.lists(st.sampled_from(["one", "two", "home"]), max_size=2)):
            made[name] = draw(values(record.other))
    return made


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(documents(WORKFLOW), st.booleans())
def test_the_loader_answers_and_the_schema_agrees(document: dict[str, Any], deploying: bool) -> None:
    loaded = fdl.check(yaml.safe_dump(document), FILE, deploying=deploying)
    errors = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
    assert (loaded.workflow is None) == bool(errors)
    refused = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]
    assert loaded.problems or not refused, "the schema is no stricter than the loader"
    if loaded.workflow is not None:
        hash(loaded.workflow.functions[0].provider)
        assert "hunter2" not in repr(loaded.workflow)
