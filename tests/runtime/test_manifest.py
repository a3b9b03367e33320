"""Manifests come out of buckets: anything may stand in them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskflow.errors import FunctionError
from maskflow.runtime.manifest import Manifest, Part, loads


def written(name: str) -> bytes:
    part = {"name": name, "sha256": "0", "time": 0}
    return json.dumps({"maskflow-manifest": 1, "source": "s", "notes": [], "parts": [part]}).encode()


@given(st.lists(st.floats(0, 1e6)))
def test_what_is_written_is_read(times: list[float]) -> None:
    manifest = Manifest(
        "a.mp4", tuple(Part(f"img{n}.jpg", "ab", round(t, 6)) for n, t in enumerate(times)), ("a note",)
    )
    assert loads(manifest.dumps()) == manifest


@pytest.mark.parametrize("name", ["../x.jpg", "/etc/passwd", "a/../../b", "", "a//b", "a\0b", "."])
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(FunctionError, match="manifest is damaged"):
        loads(written(name))


def test_other_json_of_that_name_is_no_manifest() -> None:
    assert loads(b'{"name": "my-web-app"}') is None
    assert loads(b"not json") is None


def test_a_later_format_is_said() -> None:
    with pytest.raises(FunctionError, match="format 2"):
        loads(b'{"maskflow-manifest": 2}')


@given(st.binary() | st.recursive(st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_nothing_else_is_ever_raised(document: object) -> None:
    data = document if isinstance(document, bytes) else json.dumps({"maskflow-manifest": 1, "parts": document}).encode()
    try:
        loads(data)
    except FunctionError:
        return
