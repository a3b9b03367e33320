"""Every source's payload, as it was seen or documented, and whatever else may arrive."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskflow.errors import FunctionError
from maskflow.events import Parsed, parse, plain
from maskflow.model import ObjectCreated, sequence_key


def record(**changes: Any) -> dict[str, Any]:
    """One S3 record; `changes` go into its object part, `source` and `name` into the record."""
    about = {"eventSource": changes.pop("source", "aws:s3"), "eventName": changes.pop("name", "ObjectCreated:Put")}
    thing = {"key": "in/dog.jpg", "size": 3, "eTag": "e1", "sequencer": "0A"} | changes
    return about | {"eventTime": "2026-01-01T00:00:00Z", "s3": {"bucket": {"name": "b"}, "object": thing}}


DOG = ObjectCreated("s3", "b", "in/dog.jpg", 3, "e1", "0A", "2026-01-01T00:00:00Z")
MINIO = {
    "EventName": "s3:ObjectCreated:Put",
    "Key": "b/in/dog.jpg",
    "Records": [record(source="minio:s3", name="s3:ObjectCreated:Put")],
}
CASES: dict[str, tuple[Any, tuple[ObjectCreated, ...]]] = {
    "one record": ({"Records": [record()]}, (DOG,)),
    "all records, not only the first": ({"Records": [record(), record()]}, (DOG, DOG)),
    "encoded keys": (
        {"Records": [record(key="in/my+dog+%C3%BC%2B.jpg")]},
        (ObjectCreated("s3", "b", "in/my dog ü+.jpg", 3, "e1", "0A", DOG.time),),
    ),
    "quoted etag": ({"Records": [record(eTag='"e1"')]}, (DOG,)),
    "no event time": (
        {"Records": [{k: v for k, v in record().items() if k != "eventTime"}]},
        (ObjectCreated("s3", "b", "in/dog.jpg", 3, "e1", "0A"),),
    ),
    "removals are not ours": ({"Records": [record(name="ObjectRemoved:Delete"), record()]}, (DOG,)),
    "test event": ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}, ()),
    "minio": (MINIO, (ObjectCreated("minio.default", "b", "in/dog.jpg", 3, "e1", "0A", DOG.time),)),
    "event bridge, key not encoded": (
        {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "time": "t",
            "detail": {"bucket": {"name": "b"}, "object": {"key": "a+b.jpg", "size": 1, "etag": "e", "sequencer": "1"}},
        },
        (ObjectCreated("s3", "b", "a+b.jpg", 1, "e", "1", "t"),),
    ),
    "API gateway": ({"httpMethod": "POST", "body": json.dumps({"Records": [record()]})}, (DOG,)),
    "function URL, base64": (
        {
            "requestContext": {"http": {}},
            "isBase64Encoded": True,
            "body": base64.b64encode(json.dumps({"Records": [record()]}).encode()).decode(),
        },
        (DOG,),
    ),
    "cloud event": ({"specversion": "1.0", "type": "x", "data": {"Records": [record()]}}, (DOG,)),
    "OSCAR's delegation": ({"event": json.dumps({"Records": [record()]}), "storage_provider": "minio"}, (DOG,)),
    "our own": (json.loads(plain.dumps(DOG)), (DOG,)),
    "several of our own": ([json.loads(plain.dumps(DOG))] * 2, (DOG, DOG)),
    "no records": ({"Records": []}, ()),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "form", [lambda p: p, json.dumps, lambda p: json.dumps(p).encode()], ids=["dict", "str", "bytes"]
)
def test_known_shapes(name: str, form: Any) -> None:
    payload, expected = CASES[name]
    assert parse(form(payload)) == Parsed(expected)


RAW: dict[str, tuple[Any, bytes]] = {
    "plain text": ("hello", b"hello"),
    "a number": ("7", b"7"),
    "other JSON": ('{"a": 1}', b'{"a": 1}'),
    "binary": (b"\xff\xd8\xff", b"\xff\xd8\xff"),
    "nothing": (b"", b""),
    "an empty body": ({"httpMethod": "GET"}, b""),
    "a body of bytes": ({"httpMethod": "POST", "isBase64Encoded": True, "body": "/9j/"}, b"\xff\xd8\xff"),
    "deep JSON": ("[" * 5000, b"[" * 5000),
}


@pytest.mark.parametrize("name", RAW)
def test_anything_else_is_input_itself(name: str) -> None:
    payload, raw = RAW[name]
    assert parse(payload) == Parsed(raw=raw)


WRONG: dict[str, tuple[Any, str]] = {
    "a record without a bucket": (
        {"Records": [record(), {"eventSource": "aws:s3", "s3": {}}]},
        "1 of 2 records .* record 2",
    ),
    "a record that is text": ({"Records": ["x"]}, "record 1"),
    "an unknown source": ({"Records": [record(source="evil:s3")]}, "'evil:s3'"),
    "an empty key": ({"Records": [record(key="")]}, "record 1"),
    "a key that is no UTF-8": ({"Records": [record(key="%ff%fe")]}, "record 1"),
    "a size that is text": ({"Records": [record(size="many")]}, "record 1"),
    "base64 that is none": ({"httpMethod": "POST", "isBase64Encoded": True, "body": "!!"}, "base64"),
    "a body that is no text": ({"httpMethod": "POST", "body": 7}, "not text"),
    "ours, of a later version": ({"maskflow-event": 2}, "version 2"),
    "ours, without a key": ({"maskflow-event": 1, "storage": "s3", "bucket": "b"}, "lacks"),
    "ours, of a wrong type": ({"maskflow-event": 1, "storage": "s3", "bucket": "b", "key": 1}, "key is 1"),
    "wrapped too often": (
        {
            "event": {
                "event": {
                    "event": {
                        "event": {"event": {"event": "x", "storage_provider": ""}, "storage_provider": ""},
                        "storage_provider": "",
                    },
                    "storage_provider": "",
                },
                "storage_provider": "",
            },
            "storage_provider": "",
        },
        "wrapped",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_claims_that_fail_are_named(name: str) -> None:
    payload, message = WRONG[name]
    with pytest.raises(FunctionError, match=message):
        parse(payload)


json_like = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["Records", "s3", "event", "storage_provider", "httpMethod", "body", "detail", "source",
                         "specversion", "type", "data", "maskflow-event", "key"]) | st.text(), inner, max_size=4
    ),
)  # fmt: skip


@given(json_like | st.binary())
def test_nothing_else_is_ever_raised(payload: object) -> None:
    try:
        parsed = parse(payload)
    except FunctionError:
        return
    assert all(isinstance(event, ObjectCreated) for event in parsed.events)


def test_sequencers_compare_as_s3_says() -> None:
    """Padded on the right with zeros: a longer one is not a later one."""
    assert sequence_key("0055AED6DCD90281E5") < sequence_key("0055AED6DCD90281E6")
    assert sequence_key("00AB") == sequence_key("00AB0000")
    assert sequence_key("00AB01") > sequence_key("00AB")
