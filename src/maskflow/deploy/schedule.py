"""Which lines of a plan may start now, given what has ended so far. Bookkeeping only: no threads and no effects."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from .address import Address
from .plan import Action, Change


class Schedule:
    """Hands out the lines of one phase, each once what it comes after is done; kept things count as done in turn."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        self._position = {change.address: index for index, change in enumerate(changes)}
        self._open = [{address for address in change.after if address in self._position} for change in changes]
        self._followers: dict[Address, list[int]] = {change.address: [] for change in changes}
        for index, waits in enumerate(self._open):
            for address in waits:
                self._followers[address].append(index)
        self._ready: list[int] = []
        for index in [index for index, waits in enumerate(self._open) if not waits]:
            self._offer(index)

    def take(self) -> Change | None:
        """The next line to start, in the order of the plan, or None while nothing can."""
        return self._changes[heapq.heappop(self._ready)] if self._ready else None

    def done(self, address: Address) -> None:
        """What comes after this line may start. A line that failed is never done, so nothing after it ever starts."""
        ended = [address]
        while ended:
            address = ended.pop()
            for index in self._followers[address]:
                self._open[index].discard(address)
                if self._open[index]:
                    continue
                if self._changes[index].action is Action.KEEP:
                    ended.append(self._changes[index].address)
                else:
                    heapq.heappush(self._ready, index)

    def _offer(self, index: int) -> None:
        change = self._changes[index]
        if change.action is Action.KEEP:
            self.done(change.address)
        else:
            heapq.heappush(self._ready, index)
