"""What has been worked on made to be worked on again, along the whole way of an object."""

from __future__ import annotations

from collections.abc import Sequence

from maskflow.model import ObjectCreated
from maskflow.providers.local import dead
from maskflow.providers.local.dispatch import takers
from maskflow.runtime.receipts import Receipts, State, Storages
from maskflow.runtime.spec import FunctionSpec


def reopen(specs: Sequence[FunctionSpec], storages: Storages, event: ObjectCreated, *, done: bool) -> int:
    """Reopen events of `event` and of all that came from it: those that failed, and with `done` the others, too."""
    count = 0
    seen: set[tuple[str, str]] = set()
    waiting = [event]
    while waiting:
        current = waiting.pop()
        for spec in takers(specs, current):
            receipt = Receipts(spec, storages).read(current)
            if receipt is None or (spec.name, str(current)) in seen:
                continue
            seen.add((spec.name, str(current)))
            waiting += receipt.outputs + receipt.gathered
            if receipt.state is State.FAILED or (done and receipt.state is State.DONE):
                dead.reopen(spec, storages, receipt)
                count += 1
    return count
