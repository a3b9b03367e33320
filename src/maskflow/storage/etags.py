"""Whether a local file is the object that an ETag stands for, without asking the storage for a byte.

Directories use SHA-256, S3 uses MD5, and of an object that travelled in parts the MD5 of the parts' MD5s, a hyphen
and the number of parts. The size of a part is not told, so the sizes that tools use are tried.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_MEBIBYTE = 1 << 20
PART_SIZES = tuple(size * _MEBIBYTE for size in (8, 16, 5, 64, 15, 32, 128))
"""boto3 and the AWS command line, mc, the MinIO SDKs, others."""
_IN_PARTS = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,4})")


def same(file: Path, size: int, etag: str) -> bool:
    """True only when `file` surely has the bytes of the object; an ETag of unknown making is never the same."""
    if not file.is_file() or file.stat().st_size != size:
        return False
    if re.fullmatch(r"[0-9a-f]{64}", etag):
        return _digest(file, "sha256") == etag
    if re.fullmatch(r"[0-9a-f]{32}", etag):
        return _digest(file, "md5") == etag
    if found := _IN_PARTS.fullmatch(etag):
        likely = [part for part in PART_SIZES if -(-size // part) == int(found[2])]
        return any(_digest_of_parts(file, part) == found[1] for part in likely)
    return False


def _digest(file: Path, algorithm: str) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def _digest_of_parts(file: Path, part: int) -> str:
    whole = hashlib.md5(usedforsecurity=False)
    with open(file, "rb") as stream:
        while chunk := stream.read(part):
            whole.update(hashlib.md5(chunk, usedforsecurity=False).digest())
    return whole.hexdigest()
