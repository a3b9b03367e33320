"""What was done with one version of one input by one function: the memory that makes results exactly-once.

A receipt is a small hidden object in the function's home bucket (that of its first output, else of its input), named
by a digest of the input's address. It is written before anything is published (`publishing`, with the keys that are
about to appear), again when all of it stands (`published`), and when the fan-in that hangs on it is settled (`done`).
So whoever finds an unfinished receipt knows which objects an interrupted attempt may have left; whose they are, their
lineage says. `failed` is the dead letter. Writes are conditional on the receipt that was read: of two
workers with two versions of one object, one loses and looks again.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from maskflow.errors import NotFound
from maskflow.events import plain
from maskflow.model import ObjectCreated, sequence_key
from maskflow.storage.base import ABSENT, HIDDEN, Storage

from .spec import FunctionSpec

Storages = Callable[[str], Storage]
"""From a realm (`StorageRef.realm`) to its storage."""


class State(enum.StrEnum):
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`outputs` are what this version made, and while publishing also what the version before it left."""

    function: str
    input: ObjectCreated
    code: str
    state: State
    sha256: str = ""
    """Of the input's bytes as they were worked on (hex)."""
    outputs: tuple[ObjectCreated, ...] = ()
    gathered: tuple[ObjectCreated, ...] = ()
    """What the set was brought together to, where this event completed it; no part's own, so never stale with it."""
    error: str = ""
    attempts: int = 0
    time: str = ""
    revision: str = ABSENT
    """The ETag under which it was read or written; not part of what is stored."""


class Decision(enum.Enum):
    WORK = "work"
    RESUME = "resume"
    """Everything stands but the fan-in."""
    SKIP = "skip"


def decide(receipt: Receipt | None, event: ObjectCreated, code: str) -> tuple[Decision, str]:
    """What to do with `event`, and why, given what is remembered of its object. Pure."""
    if receipt is None:
        return Decision.WORK, ""
    known = receipt.input
    if known.etag != event.etag:
        older = known.sequencer and event.sequencer and sequence_key(event.sequencer) < sequence_key(known.sequencer)
        return (Decision.SKIP, "a newer version has been worked on") if older else (Decision.WORK, "")
    if receipt.state is State.DONE:
        return Decision.SKIP, "this version has been worked on before"
    if receipt.state is State.FAILED:
        return Decision.SKIP, "this version failed before and waits for a retry"
    published = receipt.state is State.PUBLISHED and receipt.code == code
    return (Decision.RESUME if published else Decision.WORK), ""


class Receipts:
    """The receipts of one function."""

    def __init__(self, spec: FunctionSpec, storages: Storages) -> None:
        self.spec = spec
        self.storages = storages

    def read(self, event: ObjectCreated) -> Receipt | None:
        """None when there is none, or when what is there is damaged: then the work is done again."""
        storage, bucket = self._home(event)
        try:
            data, etag = storage.read(bucket, self._key(event))
        except NotFound:
            return None
        try:
            return loads(data, etag)
        except (ValueError, KeyError, TypeError):
            return Receipt(self.spec.name, replace(event, etag="?"), "", State.PUBLISHING, revision=etag)

    def write(self, receipt: Receipt) -> Receipt:
        """Store it where `receipt.revision` still stands. Raises PreconditionFailed when another writer was first."""
        storage, bucket = self._home(receipt.input)
        info = storage.put(bucket, self._key(receipt.input), dumps(receipt), expect=receipt.revision)
        return replace(receipt, revision=info.etag)

    def forget(self, event: ObjectCreated) -> None:
        """The object and what came of it are gone: should it come again, it is new."""
        storage, bucket = self._home(event)
        storage.delete(bucket, self._key(event))

    def _home(self, event: ObjectCreated) -> tuple[Storage, str]:
        if self.spec.outputs:
            path = self.spec.outputs[0].path
            return self.storages(path.storage.realm), path.bucket
        return self.storages(event.storage), event.bucket

    def _key(self, event: ObjectCreated) -> str:
        return receipt_key(self.spec.name, event)


def receipt_key(function: str, event: ObjectCreated) -> str:
    digest = hashlib.sha256(str(event).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{HIDDEN}receipts/{function}/{digest[:2]}/{digest}.json"


def dumps(receipt: Receipt) -> bytes:
    document = {
        "function": receipt.function,
        "input": plain.row(receipt.input),
        "code": receipt.code,
        "state": str(receipt.state),
        "sha256": receipt.sha256,
        "outputs": [plain.row(output) for output in receipt.outputs],
        "gathered": [plain.row(output) for output in receipt.gathered],
        "error": receipt.error,
        "attempts": receipt.attempts,
        "time": receipt.time,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def loads(data: bytes, revision: str) -> Receipt:
    document = json.loads(data)
    return Receipt(
        function=document["function"],
        input=ObjectCreated(*document["input"]),
        code=document["code"],
        state=State(document["state"]),
        sha256=document["sha256"],
        outputs=tuple(ObjectCreated(*output) for output in document["outputs"]),
        gathered=tuple(ObjectCreated(*output) for output in document.get("gathered", ())),
        error=document["error"],
        attempts=document["attempts"],
        time=document["time"],
        revision=revision,
    )
