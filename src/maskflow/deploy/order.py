"""Which of many things comes first: topological order with ties by address, so that every run says the same."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from .address import Address


def topological(needs: Mapping[Address, Iterable[Address]]) -> tuple[list[Address], list[Address]]:
    """All keys with what they need before them, and sorted those that no order exists for (cycles and what needs them).

    Needs that are no key are taken as met.
    """
    waiting = {address: {need for need in needed if need in needs} for address, needed in needs.items()}
    needed_by = reverse(waiting)
    ready = [address for address, missing in waiting.items() if not missing]
    heapq.heapify(ready)
    ordered: list[Address] = []
    while ready:
        address = heapq.heappop(ready)
        ordered.append(address)
        del waiting[address]
        for dependent in needed_by[address]:
            waiting[dependent].discard(address)
            if not waiting[dependent]:
                heapq.heappush(ready, dependent)
    return ordered, sorted(waiting)


def reverse(needs: Mapping[Address, Iterable[Address]]) -> dict[Address, list[Address]]:
    """Who needs each address: the same arrows, turned round, among the keys."""
    needed_by: dict[Address, list[Address]] = {address: [] for address in needs}
    for address in sorted(needs):
        for need in sorted(needs[address]):
            if need in needed_by:
                needed_by[need].append(address)
    return needed_by


def untangled(needs: Mapping[Address, Iterable[Address]]) -> dict[Address, set[Address]]:
    """The same needs among the keys, less one arrow of each cycle: whatever is in no cycle keeps its order."""
    left = {address: {need for need in needed if need in needs} for address, needed in needs.items()}
    while tangled := topological(left)[1]:
        first, second, *_ = one_cycle(left, tangled)
        left[first].discard(second)
    return left


def one_cycle(needs: Mapping[Address, Iterable[Address]], tangled: list[Address]) -> list[Address]:
    """One cycle among addresses that no order exists for, starting and ending with its smallest address."""
    among = set(tangled)
    path: list[Address] = [tangled[0]]
    seen: dict[Address, int] = {}
    while path[-1] not in seen:
        seen[path[-1]] = len(path) - 1
        path.append(min(need for need in needs[path[-1]] if need in among))
    cycle = path[seen[path[-1]] : -1]
    start = cycle.index(min(cycle))
    return [*cycle[start:], *cycle[:start], cycle[start]]
