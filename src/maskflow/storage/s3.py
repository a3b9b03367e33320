"""Objects in S3, and in any server that speaks S3 (MinIO, Ceph) when an endpoint is given. The only storage with boto3.

Checksums are sent only where the API demands them and buckets stand in the path when there is an endpoint: servers
other than AWS refuse the newer defaults (boto3 #4392). Metadata travels in headers, which hold ASCII only, so values
are percent-encoded on the way out and decoded on the way in. Clients are thread-safe, the session that makes one not.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from maskflow.errors import NotFound, PreconditionFailed, StorageError
from maskflow.model import NO_MAPPING

from .base import ABSENT, HIDDEN, ObjectInfo
from .keys import MAX_KEY

CHUNK = 1 << 20
PART = 8 << 20
"""Larger files travel in parts of this size; `etags.py` knows it too."""
_MISSING = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
_CHANGED = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict"})


@dataclass(frozen=True, slots=True)
class S3Access:
    """How to reach an account. Empty fields are left to the standard credentials and configuration of AWS."""

    endpoint: str = ""
    region: str = ""
    profile: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    verify: bool = True


class S3Storage:
    """The `Storage` of one account. Every call raises NotFound, PreconditionFailed or StorageError only."""

    def __init__(self, access: S3Access) -> None:
        self._place = access.endpoint or "S3"
        with self._translated(""):
            self._client = _client(access)

    def buckets(self) -> tuple[str, ...]:
        with self._translated(""):
            return tuple(sorted(entry["Name"] for entry in self._client.list_buckets().get("Buckets", ())))

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        self._check(bucket, key)
        with self._translated(f"{bucket}/{key}"):
            return _info(key, self._client.head_object(Bucket=bucket, Key=key))

    def get(self, bucket: str, key: str, target: Path, *, start: int = 0) -> ObjectInfo:
        self._check(bucket, key)
        wanted = {"Range": f"bytes={start}-"} if start else {}
        with self._translated(f"{bucket}/{key}"):
            answer = self._client.get_object(Bucket=bucket, Key=key, **wanted)
            with contextlib.closing(answer["Body"]) as body, open(target, "ab" if start else "wb") as sink:
                for chunk in body.iter_chunks(CHUNK):
                    sink.write(chunk)
        return _info(key, answer, size=start + int(answer["ContentLength"]))

    def read(self, bucket: str, key: str) -> tuple[bytes, str]:
        self._check(bucket, key)
        with self._translated(f"{bucket}/{key}"):
            answer = self._client.get_object(Bucket=bucket, Key=key)
            with contextlib.closing(answer["Body"]) as body:
                return body.read(), answer["ETag"].strip('"')

    def put(
        self,
        bucket: str,
        key: str,
        source: Path | bytes,
        *,
        metadata: Mapping[str, str] = NO_MAPPING,
        expect: str | None = None,
        consume: bool = False,
    ) -> ObjectInfo:
        self._check(bucket, key)
        extra = {"Metadata": {name: quote(value, safe=" /:=+@,;") for name, value in metadata.items()}}
        with self._translated(f"{bucket}/{key}"):
            if expect is None and isinstance(source, Path) and source.stat().st_size > PART:
                parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
                self._client.upload_file(str(source), bucket, key, ExtraArgs=extra, Config=parts)
                return self.stat(bucket, key)
            return self._put_whole(bucket, key, source, {**extra, **_condition(expect)}, metadata)

    def list(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
        """Objects as S3 sorts them. Names that end in a slash are other tools' folders, and not shown."""
        prefix = prefix.strip("/")
        if prefix:
            with contextlib.suppress(NotFound):
                yield self.stat(bucket, prefix)
        pages = self._client.get_paginator("list_objects_v2").paginate
        with self._translated(f"{bucket}/{prefix}".rstrip("/")):
            for page in pages(Bucket=bucket, Prefix=f"{prefix}/" if prefix else ""):
                for entry in page.get("Contents", ()):
                    if not entry["Key"].startswith(HIDDEN) and not entry["Key"].endswith("/"):
                        yield _listed(entry)

    def delete(self, bucket: str, key: str) -> None:
        self._check(bucket, key)
        with self._translated(f"{bucket}/{key}"):
            self._client.delete_object(Bucket=bucket, Key=key)

    def _put_whole(
        self, bucket: str, key: str, source: Path | bytes, extra: Mapping[str, Any], metadata: Mapping[str, str]
    ) -> ObjectInfo:
        with io.BytesIO(source) if isinstance(source, bytes) else open(source, "rb") as body:
            size = body.seek(0, io.SEEK_END)
            body.seek(0)
            answer = self._client.put_object(Bucket=bucket, Key=key, Body=body, **extra)
        date = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        return ObjectInfo(key, size, answer["ETag"].strip('"'), "", date.timestamp(), metadata)

    def _check(self, bucket: str, key: str) -> None:
        """What S3 would refuse, or understand as another request than meant."""
        surrogates = any("\ud800" <= letter <= "\udfff" for letter in key)
        if not key or "\0" in key or surrogates or len(key.encode("utf-8", "replace")) > MAX_KEY:
            raise StorageError(
                f"{bucket}: {key[:200]!r} cannot be the key of an object (1 to {MAX_KEY} bytes of UTF-8)"
            )

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        """Errors of the SDK as errors of ours, each naming the place and the object."""
        where = f"{self._place}: {what}".rstrip(": ")
        try:
            yield
        except ClientError as error:
            raise _translate(where, error) from error
        except (BotoCoreError, Boto3Error) as error:
            raise StorageError(
                f"{where}: {error}", hint="check the endpoint, the region and the credentials"
            ) from error
        except ValueError as error:
            raise StorageError(f"{where}: {error}") from error
        except OSError as error:
            raise StorageError(f"{error.filename or where}: {error.strerror or error}") from error


def _client(access: S3Access) -> Any:
    session = boto3.Session(
        aws_access_key_id=access.access_key or None,
        aws_secret_access_key=access.secret_key or None,
        aws_session_token=access.token or None,
        profile_name=access.profile or None,
        region_name=access.region or None,
    )
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 5},
        connect_timeout=5,
        max_pool_connections=32,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"} if access.endpoint else {},
    )
    region = session.region_name or "us-east-1"
    endpoint = access.endpoint or None
    return session.client("s3", endpoint_url=endpoint, region_name=region, verify=access.verify, config=config)


def _condition(expect: str | None) -> dict[str, str]:
    if expect is None:
        return {}
    return {"IfNoneMatch": "*"} if expect == ABSENT else {"IfMatch": f'"{expect}"'}


def _translate(where: str, error: ClientError) -> StorageError:
    said = error.response.get("Error", {})
    code = str(said.get("Code", ""))
    if code in _MISSING:
        return NotFound(f"{where} does not exist")
    if code in _CHANGED:
        return PreconditionFailed(f"{where} is not what it was expected to be")
    return StorageError(f"{where}: {said.get('Message') or code} ({code})")


def _info(key: str, answer: Mapping[str, Any], size: int = -1) -> ObjectInfo:
    """Of a HEAD or GET. S3 tells the version order of an object in events only, so there is no sequencer."""
    metadata = {name: unquote(value) for name, value in answer.get("Metadata", {}).items()}
    size = int(answer["ContentLength"]) if size < 0 else size
    return ObjectInfo(key, size, answer["ETag"].strip('"'), "", answer["LastModified"].timestamp(), metadata)


def _listed(entry: Mapping[str, Any]) -> ObjectInfo:
    return ObjectInfo(entry["Key"], entry["Size"], entry["ETag"].strip('"'), "", entry["LastModified"].timestamp())
