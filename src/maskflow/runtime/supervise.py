"""One event, from its object to its outputs: the single path that every place of execution runs through.

    stat → remembered? → fetch → function → (still the same input?) → intent → publish → remove what is stale → gather
         → done

Everything before the intent leaves no trace; everything after it can be repeated. A kill between any two steps leaves
a receipt from which the next attempt goes on, and because functions are pure (`contract.py`), to the same bytes.
"""

from __future__ import annotations

import enum
import logging
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from maskflow.errors import FunctionError, MaskflowError, NotFound
from maskflow.model import ObjectCreated, Port

from . import lineage, publish, staging
from .contract import Context, Handler
from .gather import Gathering
from .receipts import Decision, Receipt, Receipts, State, Storages, decide
from .scratch import Scratch
from .spec import FunctionSpec

LOG = logging.getLogger("maskflow.function")


class Status(enum.StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event. `outputs` are the objects that now stand, also when the work was done before."""

    status: Status
    event: ObjectCreated
    outputs: tuple[ObjectCreated, ...] = ()
    reason: str = ""
    retryable: bool = False
    seconds: float = 0.0


class Supervisor:
    """Runs one function. `scratch` is a folder that it has for itself, on a disk with room for outputs."""

    def __init__(self, spec: FunctionSpec, handler: Handler, storages: Storages, scratch: Path) -> None:
        self.spec = spec
        self.handler = handler
        self.storages = storages
        self.scratch = Scratch(scratch)
        self.receipts = Receipts(spec, storages)
        self.gathering = Gathering(spec, handler, storages, self.receipts, self.scratch)

    def work(self, event: ObjectCreated) -> Outcome:
        """Never raises for what a function, an input or a storage does wrong: it is the outcome."""
        start = time.perf_counter()
        try:
            outcome = self._work(event)
        except MaskflowError as error:
            hint = f" ({error.hint})" if error.hint else ""
            outcome = failed(event, f"{error}{hint}", retryable=getattr(error, "retryable", True))
        except Exception as error:
            LOG.exception("unexpected error")
            outcome = failed(event, f"{type(error).__name__}: {error}", retryable=True)
        return replace(outcome, seconds=time.perf_counter() - start)

    def _work(self, event: ObjectCreated) -> Outcome:
        port = self.spec.trigger(event)
        if port is None:
            return Outcome(Status.SKIPPED, event, reason="no input of this function takes it")
        try:
            event = current(event, self.storages)
        except NotFound:
            return Outcome(Status.SKIPPED, event, reason="the object is gone")
        receipt = self.receipts.read(event)
        decision, reason = decide(receipt, event, self.spec.code)
        if decision is Decision.SKIP:
            assert receipt is not None
            if self.gathering.put_again(event, receipt):
                return self._settle(event, port, replace(receipt, input=event))
            return self._skip(event, receipt, reason)
        if decision is Decision.WORK:
            receipt = self._make(event, port, receipt)
            if receipt is None:
                return Outcome(Status.SKIPPED, event, reason="it changed meanwhile; its new version has its own event")
        assert receipt is not None
        return self._settle(event, port, receipt)

    def _skip(self, event: ObjectCreated, receipt: Receipt, reason: str) -> Outcome:
        """Nothing to do. A file that was only touched is remembered as it is now, so as not to be read again."""
        if receipt.input.etag == event.etag and receipt.input.sequencer != event.sequencer:
            self.receipts.write(replace(receipt, input=event))
        return Outcome(Status.SKIPPED, event, receipt.outputs + receipt.gathered, reason)

    def _make(self, event: ObjectCreated, port: Port, old: Receipt | None) -> Receipt | None:
        """Call the function and publish; None when the input changed under it."""
        storage = self.storages(event.storage)
        with self.scratch.fresh("in", "out") as (into, output):
            staged = staging.fetch(storage, event, into, private=getattr(self.handler, "private", False))
            if not self.gathering.is_manifest(event, staged.path):
                self.handler(staged.path, output, context(self.spec, event, port))
            if not staging.unchanged(staged):
                return None
            items = publish.collect(output, self.spec.outputs)
            return self._publish(event, items, staging.sha256(staged), old)

    def _publish(
        self, event: ObjectCreated, items: tuple[publish.Item, ...], digest: str, old: Receipt | None
    ) -> Receipt:
        traits = lineage.metadata(self.spec, event)
        left = old.outputs if old else ()
        items = publish.check(items, traits, self.storages)
        planned = tuple(ObjectCreated(*item.address) for item in items)
        stale = tuple(o for o in left if (o.storage, o.bucket, o.key) not in {item.address for item in items})
        receipt = Receipt(self.spec.name, event, self.spec.code, State.PUBLISHING, digest, planned + stale, time=_now())
        receipt = self.receipts.write(replace(receipt, revision=old.revision) if old else receipt)
        # What is stale goes first: whoever sees the new manifest must not find parts of the old set.
        publish.remove(stale, traits, self.storages)
        written = publish.write(items, traits, self.storages)
        return replace(receipt, outputs=written)

    def _settle(self, event: ObjectCreated, port: Port, receipt: Receipt) -> Outcome:
        """Bring the set together if this was its last part, and remember that all is done."""
        if self.gathering.wanted:
            if receipt.state is not State.PUBLISHED:
                receipt = self.receipts.write(replace(receipt, state=State.PUBLISHED))
            gathered = self.gathering.try_whole(event, context(self.spec, event, port))
        else:
            gathered = ()
        self.receipts.write(replace(receipt, state=State.DONE, gathered=gathered))
        return Outcome(Status.DONE, event, receipt.outputs + gathered)


def failed(event: ObjectCreated, reason: str, *, retryable: bool) -> Outcome:
    return Outcome(Status.FAILED, event, reason=reason, retryable=retryable)


def bury(spec: FunctionSpec, storages: Storages, event: ObjectCreated, reason: str, attempts: int) -> Receipt | None:
    """Remember that `event` failed for good, with what is known of traces of its attempts; None when it is gone."""
    try:
        event = current(event, storages)
    except NotFound:
        return None
    receipts = Receipts(spec, storages)
    old = receipts.read(event)
    receipt = Receipt(spec.name, event, spec.code, State.FAILED, error=reason, attempts=attempts, time=_now())
    return receipts.write(replace(receipt, outputs=old.outputs, revision=old.revision) if old else receipt)


def current(event: ObjectCreated, storages: Storages) -> ObjectCreated:
    """`event` told of the version that is there now; an event about an older one is then about this one."""
    info = storages(event.storage).stat(event.bucket, event.key)
    same = event.etag in ("", info.etag)
    sequencer = info.sequencer or (event.sequencer if same else "")
    run = event.run or info.metadata.get(lineage.RUN, "")
    event = replace(event, etag=info.etag, size=info.size, sequencer=sequencer, run=run)
    moment = event.time or datetime.fromtimestamp(info.modified, UTC).isoformat()
    return replace(event, time=moment, run=run or lineage.run_id(event))


def context(spec: FunctionSpec, event: ObjectCreated, port: Port) -> Context:
    relative = port.path.relative(event.key)
    if relative is None:
        raise FunctionError(f"{event} is not below {port.path}")
    return Context(
        spec.name, event.run, event.bucket, event.key, relative, event.etag, event.time, spec.environment, LOG
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
