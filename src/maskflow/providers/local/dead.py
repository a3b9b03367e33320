"""Dead letters: events that failed for good, kept as `failed` receipts and found again by small markers.

A marker is a hidden object beside the receipts, named like the receipt, that holds the event; it is a hint only, and
what the receipt says counts. So a kill between the two writes loses nothing: the event is merely tried again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from maskflow.events import plain
from maskflow.model import ObjectCreated
from maskflow.runtime import supervise
from maskflow.runtime.receipts import Receipt, Receipts, State, Storages
from maskflow.runtime.spec import FunctionSpec
from maskflow.storage.base import HIDDEN

from .place import Root


def bury(root: Root, spec: FunctionSpec, storages: Storages, event: ObjectCreated, reason: str, attempts: int) -> None:
    """Keep `event` as a dead letter of `spec`."""
    receipt = supervise.bury(spec, storages, event, reason, attempts)
    if receipt:
        folder = _folder(root, spec, event)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{receipt.revision[:32]}.json").write_text(json.dumps(plain.row(receipt.input)))


def letters(root: Root, spec: FunctionSpec) -> Iterator[Receipt]:
    """The failed receipts of a function, oldest first; markers of what has been settled since are cleared away."""
    receipts = Receipts(spec, root.storages())
    found: dict[str, Receipt] = {}
    for port in spec.inputs:
        event = ObjectCreated(port.path.storage.realm, port.path.bucket, "")
        for marker in sorted(_folder(root, spec, event).glob("*.json")):
            with contextlib.suppress(OSError, ValueError, TypeError):
                receipt = receipts.read(ObjectCreated(*json.loads(marker.read_text())))
                if receipt and receipt.state is State.FAILED:
                    found[str(receipt.input)] = receipt
                else:
                    marker.unlink(missing_ok=True)
    yield from sorted(found.values(), key=lambda receipt: receipt.time)


def reopen(spec: FunctionSpec, storages: Storages, receipt: Receipt) -> None:
    """Make the event be worked on again: its receipt says that it is unfinished, and keeps the traces it knows."""
    Receipts(spec, storages).write(replace(receipt, state=State.PUBLISHING, error="", attempts=0))


def _folder(root: Root, spec: FunctionSpec, event: ObjectCreated) -> Path:
    """Where the markers lie: in the function's home bucket, where its receipts are."""
    realm, bucket = event.storage, event.bucket
    if spec.outputs:
        realm, bucket = spec.outputs[0].path.storage.realm, spec.outputs[0].path.bucket
    return root.buckets / realm / bucket / HIDDEN / "failed" / spec.name
