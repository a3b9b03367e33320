"""Records of S3 and MinIO: the notification format of AWS, which MinIO copies with `minio:s3` as its source.

Keys are form-encoded (a space is `+`), ETags may be quoted, `sequencer` orders the versions of one key. MinIO's whole
payload also has `EventName` and `Key`; its key is encoded likewise. Sources: Amazon S3 user guide, "Event message
structure"; MinIO's event package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from maskflow.errors import FunctionError
from maskflow.model import ObjectCreated

SOURCES = {"aws:s3": "s3", "minio:s3": "minio.default"}
"""`eventSource` → the namespace of its buckets (`StorageRef.realm`)."""


def accepts(payload: object) -> bool:
    return isinstance(payload, Mapping) and (isinstance(payload.get("Records"), list) or _is_bridge(payload))


def parse(payload: Mapping[str, Any]) -> tuple[ObjectCreated, ...]:
    """All records that tell of a created object. Raises FunctionError naming each record that is malformed."""
    if _is_bridge(payload):
        return (_bridged(payload),)
    events: list[ObjectCreated] = []
    wrong: list[str] = []
    records: Sequence[Any] = payload["Records"]
    for number, record in enumerate(records, start=1):
        try:
            event = _record(record)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            wrong.append(f"record {number}: {type(error).__name__} {error}")
            continue
        if event:
            events.append(event)
    if wrong:
        raise FunctionError(f"{len(wrong)} of {len(records)} records cannot be understood: " + "; ".join(wrong))
    return tuple(events)


def _record(record: Mapping[str, Any]) -> ObjectCreated | None:
    """One record; None for what is not a creation (a removal, a test event)."""
    name = str(record.get("eventName", "ObjectCreated:Put")).removeprefix("s3:")
    if not name.startswith("ObjectCreated:"):
        return None
    source = record["eventSource"]
    if source not in SOURCES:
        raise ValueError(f"eventSource {source!r} is none of {', '.join(SOURCES)}")
    bucket, thing = record["s3"]["bucket"]["name"], record["s3"]["object"]
    if not isinstance(bucket, str) or not bucket or not isinstance(thing["key"], str) or not thing["key"]:
        raise ValueError("bucket name or key is empty or no text")
    return ObjectCreated(
        storage=SOURCES[source],
        bucket=bucket,
        key=unquote_plus(thing["key"], errors="strict"),
        size=int(thing.get("size", -1)),
        etag=str(thing.get("eTag", "")).strip('"'),
        sequencer=str(thing.get("sequencer", "")),
        time=str(record.get("eventTime", "")),
    )


def _is_bridge(payload: Mapping[str, Any]) -> bool:
    return payload.get("source") == "aws.s3" and isinstance(payload.get("detail"), Mapping)


def _bridged(payload: Mapping[str, Any]) -> ObjectCreated:
    """EventBridge's "Object Created"; its key is *not* encoded. Source: EventBridge reference, Amazon S3 events."""
    detail = payload["detail"]
    try:
        thing = detail["object"]
        return ObjectCreated(
            storage="s3",
            bucket=str(detail["bucket"]["name"]),
            key=str(thing["key"]),
            size=int(thing.get("size", -1)),
            etag=str(thing.get("etag", "")).strip('"'),
            sequencer=str(thing.get("sequencer", "")),
            time=str(payload.get("time", "")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FunctionError(f"EventBridge event cannot be understood: {type(error).__name__} {error}") from error
