"""Requests: API Gateway (REST and HTTP API), Lambda function URLs and CloudEvents in structured mode.

The body may hold any event that `parse` knows; anything else is the input itself, raw bytes to work on.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from maskflow.errors import FunctionError


def accepts(payload: object) -> bool:
    if not isinstance(payload, Mapping):
        return False
    gateway = "httpMethod" in payload or isinstance(payload.get("requestContext"), Mapping)
    return gateway or ("specversion" in payload and "type" in payload)


def body(payload: Mapping[str, Any]) -> bytes | Mapping[str, Any]:
    """The request's body as bytes, or a CloudEvent's `data`. Raises FunctionError for base64 that is none."""
    if "specversion" in payload:
        if "data_base64" in payload:
            return _decode(payload["data_base64"])
        data = payload.get("data", "")
        return data if isinstance(data, Mapping) else str(data).encode()
    text = payload.get("body") or ""
    if not isinstance(text, str):
        raise FunctionError(f"request body is {type(text).__name__}, not text")
    return _decode(text) if payload.get("isBase64Encoded") else text.encode()


def _decode(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FunctionError(f"request body says it is base64 and is not: {error}") from error
