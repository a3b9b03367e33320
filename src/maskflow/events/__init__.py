"""Payload → `ObjectCreated`: whatever wakes a function, told apart by its shape, one file for each source.

    s3.py       S3 notifications, MinIO webhooks (the same records under another name), EventBridge's wrapping
    plain.py    our own JSON, one event or a list: what the local workers and the tests speak
    http.py     API Gateway, function URLs and CloudEvents: a body that holds one of the others, or raw bytes

`parse` tries each in turn and takes every record of a payload; a record that cannot be understood is named in the
error with its number, and none is dropped in silence.
"""

from .parse import Parsed, parse

__all__ = ["Parsed", "parse"]
