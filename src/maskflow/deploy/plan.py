"""What has to be done so that the clouds hold what a workflow wants: decided here, purely, and done elsewhere.

`make_plan` compares every wanted resource with what was read, in the order in which they would be made, so that a
value which an earlier step brings is known to be unknown. What bears the workflow's mark and is not wanted any more
goes last, in reverse. All that stands in the way is gathered; a plan with conflicts can be looked at but not applied.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from maskflow.errors import Conflict, Problem

from .address import Address
from .diff import FieldChange
from .resource import Observed, Resource
from .spec import Value, digest


class Action(enum.StrEnum):
    """What a line of a plan does; all but KEEP write."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    ADOPT = "adopt"
    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan. `resource` is None for what is no longer wanted, `before` for what does not stand yet."""

    action: Action
    address: Address
    resource: Resource | None = None
    before: Observed | None = None
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    """Why it is kept, replaced or deleted."""
    after: tuple[Address, ...] = ()
    """The lines that must be done before this one."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a plan was made from: digests of what was wanted and of what was read."""

    wanted: str
    actual: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Every line in the order in which they are done, kept things included, and everything in the way."""

    workflow: str
    changes: tuple[Change, ...]
    conflicts: tuple[Problem, ...]
    fingerprint: Fingerprint
    adopt: bool = False
    data: bool = False

    @property
    def writes(self) -> tuple[Change, ...]:
        """The lines that change something."""
        return tuple(change for change in self.changes if change.action is not Action.KEEP)

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many lines of each action there are."""
        return Counter(change.action for change in self.changes)

    def refuse_conflicts(self) -> None:
        """Raise Conflict with all that stands in the way, if anything does."""
        if self.conflicts:
            raise Conflict("\n".join(str(problem) for problem in self.conflicts))


def fingerprint(workflow: str, wanted: Iterable[Resource], actual: Mapping[Address, Observed]) -> Fingerprint:
    """The same for the same wish and the same readings, in whatever order they came."""
    ours = tuple(sorted(f"{resource.address} {_wish(resource)}" for resource in wanted))
    theirs = tuple(f"{address} {actual[address].stamp}" for address in sorted(actual))
    return Fingerprint(digest((workflow, *ours)), digest(theirs))


def _wish(resource: Resource) -> str:
    needs: Value = tuple(str(need) for need in sorted(resource.waits_for))
    fixed: Value = tuple(sorted(resource.replace_on))
    return digest((resource.spec, needs, fixed, resource.owner, resource.keep, resource.shared))
