"""Keys that mean the same in every provider: ports, environments, and what maskflow adds to the format."""

from __future__ import annotations

from dataclasses import replace

from .keys import SECRET_BY_NAME, SETTING_BY_NAME, Key, Kind, record

BELOW_VARIABLES = "it is ignored: put variables below 'variables'"
LEVELS = ("NOTSET", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

_PORT = record(
    "an input or output",
    storage_provider=Key(note="`<type>[.<name>]` of `storage_providers`, e.g. minio or s3.my_s3", required=True),
    path=Key(note="bucket, and folder if any: bucket/folder/sub-folder", required=True),
    prefix=Key(Kind.TEXTS, "only names with one of these beginnings"),
    suffix=Key(Kind.TEXTS, "only names with one of these ends"),
)

PORT = replace(_PORT, strict=True)

INPUT = Key(Kind.RECORDS, "what triggers the function: an object created below one of these paths", PORT)
OUTPUT = Key(Kind.RECORDS, "where the function's output files go", PORT)


def _retry(attempts: str) -> Key:
    retry = record(
        "retry",
        attempts=Key(Kind.WHOLE, "how often an event is tried in all", limit=attempts),
        backoff=Key(Kind.SECONDS, "pause before the second try, doubling after that", limit="backoff"),
    )
    return Key(Kind.RECORD, "how failed events are tried again", retry, own=True)


def own(attempts: str) -> dict[str, Key]:
    """What maskflow adds to every function; `attempts` is the limit of the provider's tries."""
    return {
        "source": Key(note="folder of a Python function, relative to this file", own=True),
        "entry": Key(
            note="`file:attribute` in `source`; default: function.toml's `entry`, else function:handle", own=True
        ),
        "retry": _retry(attempts),
        "secrets": Key(Kind.RECORD, "secrets that the function reads by name", SECRET_BY_NAME, own=True),
    }


ENVIRONMENT = Key(
    Kind.RECORD,
    "environment variables; a value may be a secret's reference",
    replace(
        record("environment", variables=Key(Kind.RECORD, "name: value", SETTING_BY_NAME, also=("Variables",))),
        advice=BELOW_VARIABLES,
    ),
)
