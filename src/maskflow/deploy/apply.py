"""A plan, done: independent lines at once, dependents of a failed line never, deletions when all else stands.

Results are written down by the thread that got them, as soon as it got them, so an interrupt at any moment loses
nothing: running lines end, no others start, and the report says what is done and what is left. There is nothing to
recover from: the clouds are the state, and the next plan is made from what they hold.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

from maskflow.errors import ProviderError

from .effects import perform
from .plan import Action, Change, Plan
from .resource import Provider
from .schedule import Schedule

WORKERS = 8


@dataclass(frozen=True, slots=True)
class Started:
    """A line is being done."""

    change: Change


@dataclass(frozen=True, slots=True)
class Finished:
    """A line is done."""

    change: Change


@dataclass(frozen=True, slots=True)
class Failed:
    """A line could not be done; what comes after it will not be tried."""

    change: Change
    error: Exception


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line was not tried, because something before it failed or the user interrupted."""

    change: Change


Event: TypeAlias = Started | Finished | Failed | Skipped


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the lines that write, each in exactly one of the three, in the order of the plan."""

    plan: Plan
    done: tuple[Change, ...]
    failed: tuple[Failed, ...]
    left: tuple[Change, ...]
    interrupted: bool = False

    @property
    def complete(self) -> bool:
        """Whether the clouds now hold what the plan promised."""
        return not self.failed and not self.left


@dataclass(frozen=True, slots=True)
class _Outcome:
    change: Change
    attributes: Mapping[str, str]
    error: BaseException | None = None


def ignore(event: Event) -> None:
    """The listener for those who only want the report."""


def apply(
    plan: Plan,
    providers: Mapping[str, Provider],
    on_event: Callable[[Event], None] = ignore,
    *,
    workers: int = WORKERS,
) -> Report:
    """Do every line of the plan and say what became of it.

    Events reach `on_event` in the calling thread. An error of one line, a bug of a provider included, is in the
    report and stops what comes after the line; a plan with conflicts is refused before anything is done.
    """
    plan.refuse_conflicts()
    run = _Run(plan, providers, on_event, workers)
    with ThreadPoolExecutor(workers, thread_name_prefix="apply") as pool:
        try:
            for phase in _phases(plan):
                run.phase(phase, pool)
        except KeyboardInterrupt:
            run.interrupted = True
    return run.close()


def _phases(plan: Plan) -> tuple[Sequence[Change], Sequence[Change]]:
    """First what is wanted, then what is not: the old must not go before the new stands."""
    wanted = [change for change in plan.changes if change.resource is not None]
    unwanted = [change for change in plan.changes if change.action is Action.DELETE]
    return wanted, unwanted


class _Run:
    """One apply under way. Threads only ever append to `outcomes`; everything else belongs to the caller's thread."""

    def __init__(
        self, plan: Plan, providers: Mapping[str, Provider], on_event: Callable[[Event], None], workers: int
    ) -> None:
        self.plan = plan
        self.providers = providers
        self.on_event = on_event
        self.workers = workers
        self.interrupted = False
        self.outcomes: list[_Outcome] = []
        self.arrived: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.told = 0
        self.attributes = {
            change.address: change.before.attributes
            for change in plan.changes
            if change.action is Action.KEEP and change.before is not None
        }

    def phase(self, changes: Sequence[Change], pool: ThreadPoolExecutor) -> None:
        """Do these lines, unless one before them failed."""
        if any(outcome.error for outcome in self.outcomes):
            return
        schedule = Schedule(changes)
        running = 0
        while True:
            while running < self.workers and (change := schedule.take()) is not None:
                pool.submit(self.work, change)
                running += 1
                self.on_event(Started(change))
            if not running:
                return
            self.arrived.get()
            running -= 1
            self.digest(schedule)

    def work(self, change: Change) -> None:
        """In a thread of the pool: do one line and write down at once how it went."""
        try:
            attributes = perform(change, self.provider(change), self.attributes)
            self.outcomes.append(_Outcome(change, attributes))
        except BaseException as error:
            self.outcomes.append(_Outcome(change, {}, error))
        self.arrived.put(None)

    def provider(self, change: Change) -> Provider:
        name = change.address.provider
        if name not in self.providers:
            raise ProviderError(f"{change.address}: nobody knows how to reach {name!r}")
        return self.providers[name]

    def digest(self, schedule: Schedule) -> None:
        """Take in the next outcome: let what comes after it start, and tell."""
        outcome = self.outcomes[self.told]
        if outcome.error is None:
            self.attributes[outcome.change.address] = outcome.attributes
            schedule.done(outcome.change.address)
        self.tell(outcome)

    def tell(self, outcome: _Outcome) -> None:
        self.told += 1
        if outcome.error is None:
            self.on_event(Finished(outcome.change))
        elif isinstance(outcome.error, Exception):
            self.on_event(Failed(outcome.change, outcome.error))
        else:
            raise outcome.error

    def close(self) -> Report:
        """When no thread runs any more: tell the rest and add everything up."""
        for outcome in self.outcomes[self.told :]:
            self.tell(outcome)
        ended = {outcome.change.address: outcome.error for outcome in self.outcomes}
        done, failed, left = [], [], []
        for change in self.plan.writes:
            error = ended.get(change.address)
            if isinstance(error, Exception):
                failed.append(Failed(change, error))
            elif change.address in ended:
                done.append(change)
            else:
                left.append(change)
                self.on_event(Skipped(change))
        return Report(self.plan, tuple(done), tuple(failed), tuple(left), self.interrupted)
