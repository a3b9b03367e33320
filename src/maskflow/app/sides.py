"""Every place where buckets may be: the realms of the local data root, S3, and the servers of the configuration.

There is no state file that says where something was put; whoever looks for it asks all sides. A side is called like
the storage in workflow files (`s3`, `minio.default`), those of this machine with `local.` before it; the short name
will do where only one side answers to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from maskflow.errors import MaskflowError, NotFound, UsageError
from maskflow.model import StorageKind, StorageProvider, StorageRef
from maskflow.providers.local.place import Root
from maskflow.runtime.secrets import resolve
from maskflow.storage.base import Storage

from .userconfig import UserConfig

LOCAL = "local."
Answer = TypeVar("Answer")
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")  # fmt: skip
_PLACE = re.compile(
    r"(?:(?P<side>[A-Za-z0-9][A-Za-z0-9._-]*):(?://)?)?(?P<bucket>[^/:]+)(?:/(?P<prefix>.*))?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Side:
    """One storage account that can be asked. `open` may take a moment and may raise."""

    name: str
    where: str
    """A folder or an address, for people."""
    open: Callable[[], Storage] = field(compare=False, repr=False)

    @property
    def local(self) -> bool:
        return self.name.startswith(LOCAL)

    def answers_to(self, name: str) -> bool:
        own = self.name.removeprefix(LOCAL)
        return name in (self.name, own, self.name.split(".")[0]) or f"{name}.default" in (self.name, own)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A side that could not be asked, and why."""

    side: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """The one bucket that a name stands for. What could not be asked might have one, too."""

    side: Side
    storage: Storage
    bucket: str
    prefix: str
    unreachable: tuple[Unreachable, ...] = ()


@dataclass(frozen=True, slots=True)
class BucketAt:
    side: str
    bucket: str


def sides(root: Path, config: UserConfig, environment: Mapping[str, str], *, local: bool = False) -> tuple[Side, ...]:
    """All that are configured, this machine's first; with `local` no other."""
    here = Root(root)
    found = [Side(LOCAL + realm, str(here.buckets / realm), _opener(here, realm)) for realm in here.realms()]
    if local:
        return tuple(found)
    remote = dict(config.storages)
    ambient = StorageProvider(StorageRef(StorageKind.S3), region=config.aws_region, profile=config.aws_profile)
    if ambient.ref not in remote and _has_aws_credentials(environment):
        remote[ambient.ref] = ambient
    speaking_s3 = [one for ref, one in sorted(remote.items()) if ref.kind in (StorageKind.S3, StorageKind.MINIO)]
    return (*found, *(_remote(provider, environment) for provider in speaking_s3))


def find(candidates: Sequence[Side], place: str) -> Found:
    """The bucket that `[provider:]bucket[/prefix]` means. Raises unless exactly one side has it."""
    named, bucket, prefix = parse(place)
    asked = [side for side in candidates if not named or side.answers_to(named)]
    if not asked:
        raise _nobody(candidates, named, bucket)
    answers = list(_ask(asked, lambda storage: _holds(storage, bucket)))
    having = [(side, storage) for side, storage, answer in answers if storage and answer is True]
    unreachable = tuple(
        Unreachable(side.name, str(answer)) for side, _, answer in answers if isinstance(answer, MaskflowError)
    )
    if exact := [pair for pair in having if pair[0].name == named]:
        having = exact
    if len(having) > 1:
        ways = " or ".join(f"{side.name}:{place.partition(':')[2] if named else place}" for side, _ in having)
        both = " and ".join(f"{side.name} ({side.where})" for side, _ in having)
        raise UsageError(f"bucket {bucket!r} is in {both}", hint=f"say which one: {ways}")
    if not having:
        raise _missing(bucket, asked, unreachable)
    return Found(*having[0], bucket, prefix, unreachable)


def all_buckets(candidates: Sequence[Side]) -> tuple[tuple[BucketAt, ...], tuple[Unreachable, ...]]:
    found: list[BucketAt] = []
    unreachable: list[Unreachable] = []
    for side, _, answer in _ask(candidates, lambda storage: storage.buckets()):
        if isinstance(answer, MaskflowError):
            unreachable.append(Unreachable(side.name, str(answer)))
        else:
            found.extend(BucketAt(side.name, bucket) for bucket in answer)
    return tuple(found), tuple(unreachable)


def parse(place: str) -> tuple[str, str, str]:
    """Side (or nothing), bucket and prefix."""
    match = _PLACE.fullmatch(place)
    if not match:
        raise UsageError(f"{place!r} is no place for objects", hint="write [provider:]bucket[/prefix]")
    return match["side"] or "", match["bucket"], (match["prefix"] or "").strip("/")


def _opener(root: Root, realm: str) -> Callable[[], Storage]:
    return lambda: root.storage(realm)


def _remote(provider: StorageProvider, environment: Mapping[str, str]) -> Side:
    def open_() -> Storage:
        from maskflow.storage.s3 import S3Access, S3Storage

        access_key, secret_key, token = (
            resolve(secret, environment) if secret else ""
            for secret in (provider.access_key, provider.secret_key, provider.token)
        )
        access = S3Access(
            provider.endpoint, provider.region, provider.profile, access_key, secret_key, token, provider.verify
        )
        return S3Storage(access)

    name = provider.ref.realm if provider.ref.name == "default" else str(provider.ref)
    return Side(name, provider.endpoint or "S3", open_)


def _has_aws_credentials(environment: Mapping[str, str]) -> bool:
    """Without loading the SDK, which costs more than the whole command."""
    home = Path(environment.get("HOME", "/nonexistent"))
    files = (
        environment.get("AWS_SHARED_CREDENTIALS_FILE", home / ".aws" / "credentials"),
        environment.get("AWS_CONFIG_FILE", home / ".aws" / "config"),
    )
    return any(environment.get(name) for name in _CREDENTIALS) or any(Path(file).is_file() for file in files)


def _holds(storage: Storage, bucket: str) -> bool:
    """One small question that needs no right to list all buckets."""
    try:
        next(iter(storage.list(bucket)), None)
    except NotFound:
        return False
    return True


def _ask(
    asked: Sequence[Side], question: Callable[[Storage], Answer]
) -> Iterator[tuple[Side, Storage | None, Answer | MaskflowError]]:
    """All sides at once; a slow one costs its own time only."""

    def one(side: Side) -> tuple[Side, Storage | None, Answer | MaskflowError]:
        try:
            storage = side.open()
            return side, storage, question(storage)
        except MaskflowError as error:
            return side, None, error

    if asked:
        with ThreadPoolExecutor(len(asked)) as pool:
            yield from pool.map(one, asked)


def _nobody(candidates: Sequence[Side], named: str, bucket: str) -> NotFound:
    names = ", ".join(side.name for side in candidates) or "none"
    what = f"no side is called {named!r}" if named else f"no side could have bucket {bucket!r}"
    return NotFound(f"{what}; configured are: {names}")


def _missing(bucket: str, asked: Sequence[Side], unreachable: Sequence[Unreachable]) -> NotFound:
    names = ", ".join(f"{side.name} ({side.where})" for side in asked)
    failed = "".join(f"\n{one.side} could not be asked: {one.reason}" for one in unreachable)
    return NotFound(f"bucket {bucket!r} does not exist in {names}{failed}")
