"""How a plan is decided; pure. `make_plan` is the whole of it, the rest are its steps in the order they are taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from maskflow.errors import Place, Problem, ProviderError, Severity, WorkflowError

from .address import Address
from .diff import FieldChange, compare
from .order import one_cycle, reverse, topological, untangled
from .plan import Action, Change, Plan, fingerprint
from .resource import Observed, Resource
from .spec import UNKNOWN, Ref, Spec, Value, resolve

NEW = frozenset((Action.CREATE, Action.REPLACE))


def make_plan(
    workflow: str,
    wanted: Sequence[Resource],
    actual: Mapping[Address, Observed],
    *,
    adopt: bool = False,
    data: bool = False,
) -> Plan:
    """Everything that has to be done so that `actual` becomes `wanted`, for the workflow of that name.

    `actual` holds what stands at each wanted address and whatever bears the workflow's mark. Nothing wanted means that
    everything of the workflow goes. `adopt` takes over what bears no mark at all; `data` lets data be deleted.
    """
    resources = {resource.address: resource for resource in merged(wanted)}
    decided = _Decisions(workflow, actual, adopt=adopt, data=data)
    for address in _in_order(resources):
        decided.decide(resources[address])
    stale = {
        address: found for address, found in actual.items() if found.owner == workflow and address not in resources
    }
    changes = (*decided.changes.values(), *_deletions(stale, data=data))
    prints = fingerprint(workflow, resources.values(), actual)
    return Plan(workflow, changes, tuple(sorted(decided.conflicts)), prints, adopt, data)


def merged(wanted: Iterable[Resource]) -> list[Resource]:
    """Each address once: two providers may want the same bucket, as long as they want it the same way."""
    found: dict[Address, Resource] = {}
    problems: list[Problem] = []
    for resource in wanted:
        first = found.setdefault(resource.address, resource)
        if replace(first, needs=()) != replace(resource, needs=()):
            problems.append(_problem(resource, "wanted-twice", "is wanted twice, in two different ways"))
        elif first is not resource:
            needs = tuple(sorted({*first.needs, *resource.needs}))
            found[resource.address] = replace(first, needs=needs)
    if problems:
        raise WorkflowError(sorted(problems))
    return list(found.values())


def _in_order(resources: Mapping[Address, Resource]) -> list[Address]:
    needs = {address: resource.waits_for for address, resource in resources.items()}
    for address in sorted(needs):
        for need in sorted(need for need in needs[address] if need not in needs):
            raise ProviderError(f"{address} needs {need}, which nothing makes")
    ordered, tangled = topological(needs)
    if tangled:
        cycle = one_cycle(needs, tangled)
        text = "needs itself: " + " -> ".join(str(address) for address in cycle)
        raise WorkflowError([_problem(resources[cycle[0]], "cycle", text)])
    return ordered


@dataclass(slots=True)
class _Verdict:
    """What became of one resource: a line, and what stands in its way if something does."""

    action: Action
    reason: str = ""
    code: str = ""
    hint: str = ""


class _Decisions:
    """The lines so far. Resources come in the order in which they would be made, so what a `Ref` names is decided."""

    def __init__(self, workflow: str, actual: Mapping[Address, Observed], *, adopt: bool, data: bool) -> None:
        self.workflow = workflow
        self.actual = actual
        self.adopt = adopt
        self.data = data
        self.changes: dict[Address, Change] = {}
        self.conflicts: list[Problem] = []

    def decide(self, resource: Resource) -> None:
        address = resource.address
        before = self.actual.get(address)
        spec = resolve(resource.spec, self.value_of)
        assert isinstance(spec, Spec)
        fields = compare(spec, None if before is None else before.spec)
        verdict = self.judge(resource, before, fields)
        if verdict.code:
            self.conflicts.append(_problem(resource, verdict.code, verdict.reason, verdict.hint))
        if verdict.action is Action.CREATE:
            before, fields = None, compare(spec, None)
        if verdict.action is Action.KEEP:
            fields = ()
        after = tuple(sorted(resource.waits_for))
        self.changes[address] = Change(verdict.action, address, resource, before, fields, verdict.reason, after)

    def value_of(self, ref: Ref) -> Value:
        """What a reference is now, or UNKNOWN when a line of this plan makes it."""
        change = self.changes[ref.address]
        if change.action in NEW or change.before is None or change.resource is None:
            return UNKNOWN
        if change.action is not Action.KEEP and ref.attribute in change.resource.volatile:
            return UNKNOWN
        return change.before.attributes.get(ref.attribute, UNKNOWN)

    def judge(self, resource: Resource, before: Observed | None, fields: Sequence[FieldChange]) -> _Verdict:
        if before is None:
            return _Verdict(Action.CREATE)
        if before.owner != self.workflow:
            return self.judge_foreign(resource, before, fields)
        whole = resource.inside
        if whole is not None and whole in self.actual and self.changes[whole].action in NEW:
            return self.guarded(resource, before, _Verdict(Action.CREATE, f"goes with {whole}"))
        if not fields:
            return _Verdict(Action.KEEP, "is as wanted")
        fixed = _cannot_change(resource, fields)
        if fixed:
            verdict = _Verdict(Action.REPLACE, f"{', '.join(fixed)} cannot change in place")
            return self.guarded(resource, before, verdict)
        return _Verdict(Action.UPDATE)

    def judge_foreign(self, resource: Resource, before: Observed, fields: Sequence[FieldChange]) -> _Verdict:
        if resource.shared:
            return _Verdict(Action.KEEP, "is somebody else's and used as it is")
        if before.owner is not None:
            reason = f"belongs to workflow {before.owner!r}"
            return _Verdict(Action.KEEP, reason, "other-workflow", "give it another name")
        if not self.adopt:
            reason = "exists already and bears no mark of ours"
            return _Verdict(Action.KEEP, reason, "not-ours", "adopt it, or give it another name")
        fixed = _cannot_change(resource, fields)
        if fixed:
            reason = f"cannot be adopted: {', '.join(fixed)} cannot change in place"
            return _Verdict(Action.KEEP, reason, "not-adoptable", "give it another name")
        return _Verdict(Action.ADOPT)

    def guarded(self, resource: Resource, before: Observed, verdict: _Verdict) -> _Verdict:
        """The verdict, unless data would go with it that nobody has given up."""
        if self.data or not (resource.keep or before.keep):
            return verdict
        reason = f"holds data and would have to be replaced: {verdict.reason}"
        return _Verdict(Action.KEEP, reason, "would-lose-data", "give it another name, or give the data up")


def _cannot_change(resource: Resource, fields: Sequence[FieldChange]) -> list[str]:
    return sorted(field.path for field in fields if any(field.below(root) for root in resource.replace_on))


def _deletions(stale: Mapping[Address, Observed], *, data: bool) -> list[Change]:
    """A line for each thing that is ours and not wanted any more: what needs others goes before them."""
    # What a cloud holds can be tangled (two things that name each other): then one of them has to go first.
    needs = untangled({address: found.needs for address, found in stale.items()})
    needed_by = reverse(needs)
    lines: dict[Address, Change] = {}
    for address in reversed(topological(needs)[0]):
        stays = [user for user in needed_by[address] if lines[user].action is Action.KEEP]
        if stale[address].keep and not data:
            reason = "is no longer wanted but holds data"
            lines[address] = Change(Action.KEEP, address, None, stale[address], reason=reason)
        elif stays:
            reason = f"is no longer wanted but {stays[0]} needs it"
            lines[address] = Change(Action.KEEP, address, None, stale[address], reason=reason)
        else:
            after = tuple(needed_by[address])
            reason = "is no longer wanted"
            lines[address] = Change(Action.DELETE, address, None, stale[address], reason=reason, after=after)
    return list(lines.values())


def _problem(resource: Resource, code: str, text: str, hint: str = "") -> Problem:
    place = resource.place or Place(str(resource.address))
    return Problem(place, Severity.ERROR, code, f"{resource.address} {text}", hint)
