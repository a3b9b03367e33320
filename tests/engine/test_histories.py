"""The engine under random histories: workflows change, others meddle, and we die before, in and after every effect.

Whatever happened, three things hold: every write was a line of the plan, nothing of others was touched, and as soon as
nothing is in the way one undisturbed apply makes the next plan empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.fakes import Cloud, Crash, FakeProvider, ref
from maskflow.deploy.apply import Report, apply
from maskflow.deploy.plan import Action, Plan
from maskflow.deploy.reading import plan_for, plan_removal
from maskflow.deploy.render import plan_json, plan_text
from maskflow.deploy.resource import Address, Observed, Resource, Sealed, Spec
from maskflow.errors import Conflict, ProviderError
from maskflow.model import Secret, SecretKind, Workflow

US, THEM = "app", "other"
SECRET = "correct horse battery staple"
KINDS = ("function", "bucket", "shared")
ADDRESSES = [Address("fake", kind, f"{kind}-{letter}") for kind in KINDS for letter in "ab"]
PARTS = [Address("fake", "part", f"{address.name}/part") for address in ADDRESSES if address.kind != "shared"]
VERBS = {
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.ADOPT: ["update"],
    Action.REPLACE: ["delete", "create"],
    Action.DELETE: ["delete"],
}


@st.composite
def wishes(draw: st.DrawFn) -> list[Resource]:
    """Some of the addresses with small specs, needing and referring to others without a cycle."""
    order = draw(st.permutations(ADDRESSES))
    chosen = order[: draw(st.integers(2, len(order)))]
    made: list[Resource] = []
    for address in chosen:
        made.append(_wish(draw, address, made))
        part = Address("fake", "part", f"{address.name}/part")
        if part in PARTS and draw(st.booleans()):
            made.append(replace(_wish(draw, part, made[:-1]), inside=address))
    return draw(st.permutations(made))


def _wish(draw: st.DrawFn, address: Address, earlier: Sequence[Resource]) -> Resource:
    some = st.lists(st.sampled_from(earlier), max_size=2, unique_by=id) if earlier else st.just([])
    fields: dict[str, object] = {
        "size": draw(st.integers(1, 2)),
        "fixed": draw(st.sampled_from([1, 1, 1, 2])),
        "env": Spec(draw(st.dictionaries(st.sampled_from("xy"), st.integers(1, 2))), exact=True),
    }
    fields |= {f"to_{other.address.name}": ref(other, draw(st.sampled_from(["id", "version"]))) for other in draw(some)}
    if draw(st.booleans()):
        fields["token"] = Sealed(draw(st.sampled_from(["m1", "m2"])), Secret(SecretKind.LITERAL, SECRET))
    return Resource(
        address,
        Spec(fields),
        US,
        needs=tuple(other.address for other in draw(some)),
        replace_on=frozenset({"fixed"}),
        volatile=frozenset({"version"}),
        keep=address.kind == "bucket",
        shared=address.kind == "shared",
    )


TWEAKS = st.dictionaries(
    st.sampled_from([*ADDRESSES, *PARTS]),
    st.tuples(st.sampled_from(["size", "size", "fixed"]), st.integers(1, 4)),
    min_size=2,
)


@dataclass
class Trouble:
    """Goes off at the effect of that number: the process dies, or another hand changes something."""

    cloud: Cloud
    when: str = ""
    number: int = 0
    edit: Address | None = None
    count: int = 0
    edited: list[Address] = field(default_factory=list)

    def before(self, verb: str, address: Address) -> None:
        # A creation writes over nothing. What is made anew had gone with the replaced thing that it is a part of.
        assert verb == "create" or address not in self.edited, "written over what another hand had changed"
        self.count += 1
        if self.count == self.number and self.when == "edit":
            seen = self.cloud.things.get(self.edit) if self.edit else None
            if seen is not None and self.edit is not None and self.edit != address:
                self.cloud.put(self.edit, replace(seen, spec=Spec({**seen.spec, "size": 9})))
                self.edited.append(self.edit)
        self.die("before")

    def halfway(self, verb: str, address: Address) -> None:
        self.die("halfway")

    def after(self, verb: str, address: Address) -> None:
        self.die("after")

    def die(self, when: str) -> None:
        if self.when == when and self.count >= self.number > 0:
            raise Crash


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.provider = FakeProvider()
        self.cloud = self.provider.cloud
        self.workflow = Workflow(US, ())

    def plan(self, *, adopt: bool = False, data: bool = False) -> Plan:
        return plan_for(self.workflow, {"fake": self.provider}, adopt=adopt, data=data)

    def run(self, plan: Plan, trouble: Trouble, workers: int) -> Report | None:
        """Apply the plan in trouble, and check what it did to the cloud."""
        if plan.conflicts:
            with pytest.raises(Conflict):
                apply(plan, {"fake": self.provider})
            return None
        self.before = dict(self.cloud.things)
        foreign = {address: seen for address, seen in self.cloud.things.items() if seen.owner != US}
        self.provider.before, self.provider.halfway, self.provider.after = (
            trouble.before,
            trouble.halfway,
            trouble.after,
        )
        self.provider.removing = lambda address: self.check_order(plan, address)
        begin = len(self.cloud.writes)
        try:
            report = apply(plan, {"fake": self.provider}, workers=workers)
        except Crash:
            report = None
        finally:
            self.provider.calm()
        self.check_writes(plan, self.cloud.writes[begin:], report)
        adopted = {change.address for change in plan.changes if change.action is Action.ADOPT}
        for address, seen in foreign.items():
            if address not in adopted and address not in trouble.edited:
                assert self.cloud.things[address] == seen
        return report

    def check_order(self, plan: Plan, address: Address) -> None:
        """Nothing that is still there needs what goes, unless both need each other; a replacement comes back at once.

        Needs of things from different workflows of the past can form a cycle, and then one has to go first.
        """
        lines = {change.address: change for change in plan.changes}
        if lines[address].action is Action.REPLACE:
            return
        for other, seen in self.cloud.things.items():
            if seen.owner == US and other != address:
                wish = lines[other].resource
                needs = seen.needs if wish is None else wish.waits_for
                assert address not in needs or self.reaches(address, other)

    def reaches(self, start: Address, goal: Address) -> bool:
        """Whether `start` needs `goal`, by whatever way."""
        found = {start}
        while more := {need for one in found if one in self.before for need in self.before[one].needs} - found:
            found |= more
        return goal in found

    def check_writes(self, plan: Plan, writes: Sequence[tuple[str, Address]], report: Report | None) -> None:
        lines = {change.address: change.action for change in plan.writes}
        for address in {address for _, address in writes}:
            done = [verb for verb, other in writes if other == address]
            assert done == VERBS[lines[address]][: len(done)]
        if report is not None:
            told = [change.address for change in (*report.done, *(one.change for one in report.failed), *report.left)]
            assert sorted(told) == sorted(lines)
            assert {address for _, address in writes} <= set(told) - {change.address for change in report.left}

    @initialize(wanted=wishes())
    def begin(self, wanted: list[Resource]) -> None:
        self.provider.wants[US] = wanted

    @rule(wanted=wishes())
    def write_another_workflow(self, wanted: list[Resource]) -> None:
        self.provider.wants[US] = wanted

    @rule(changes=TWEAKS)
    def edit_the_workflow(self, changes: dict[Address, tuple[str, int]]) -> None:
        for index, wish in enumerate(self.provider.wants[US]):
            if wish.address in changes:
                key, value = changes[wish.address]
                self.provider.wants[US][index] = replace(wish, spec=Spec({**wish.spec, key: value}))

    @rule(
        changes=TWEAKS,
        data=st.sampled_from([True, True, False]),
        when=st.sampled_from(["before", "halfway", "after"]),
        number=st.integers(1, 6),
        workers=st.sampled_from([1, 4]),
    )
    def edit_apply_and_die(
        self, changes: dict[Address, tuple[str, int]], data: bool, when: str, number: int, workers: int
    ) -> None:
        self.edit_the_workflow(changes)
        self.run(self.plan(adopt=True, data=data), Trouble(self.cloud, when, number), workers)

    @rule(wanted=wishes(), when=st.sampled_from(["before", "after"]), number=st.integers(1, 12))
    def change_apply_and_die(self, wanted: list[Resource], when: str, number: int) -> None:
        self.provider.wants[US] = wanted
        self.run(self.plan(adopt=True, data=True), Trouble(self.cloud, when, number), workers=1)

    @rule(
        changes=TWEAKS,
        removing=st.booleans(),
        number=st.integers(1, 4),
        edit=st.sampled_from([*ADDRESSES, *PARTS]),
    )
    def apply_while_another_hand_edits(
        self, changes: dict[Address, tuple[str, int]], removing: bool, number: int, edit: Address
    ) -> None:
        self.edit_the_workflow(changes)
        trouble = Trouble(self.cloud, "edit", number, edit)
        plan = plan_removal(US, {"fake": self.provider}, data=True) if removing else self.plan(adopt=True, data=True)
        report = self.run(plan, trouble, workers=1)
        for one in report.failed if report else ():
            assert isinstance(one.error, Conflict | ProviderError), repr(one.error)
            assert trouble.edited

    @rule(adopt=st.booleans(), data=st.booleans(), workers=st.sampled_from([1, 4]))
    def apply_in_peace(self, adopt: bool, data: bool, workers: int) -> None:
        report = self.run(self.plan(adopt=adopt, data=data), Trouble(self.cloud), workers)
        if report is None:
            return
        assert report.complete, [str(one.error) for one in report.failed]
        assert self.plan(adopt=adopt, data=data).writes == ()
        for resource in self.provider.wants[US]:
            assert self.cloud.things[resource.address].owner == US or resource.shared

    @rule(data=st.booleans(), workers=st.sampled_from([1, 4]))
    def remove(self, data: bool, workers: int) -> None:
        plan = plan_removal(US, {"fake": self.provider}, data=data)
        report = self.run(plan, Trouble(self.cloud), workers)
        assert report is not None
        assert report.complete
        left = [seen for seen in self.cloud.things.values() if seen.owner == US]
        assert not left if data else all(change.reason for change in plan.changes)

    @rule(address=st.sampled_from(ADDRESSES), owner=st.sampled_from([None, THEM]), fixed=st.integers(1, 2))
    def others_make_something(self, address: Address, owner: str | None, fixed: int) -> None:
        if address not in self.cloud.things:
            made = {"id": "theirs", "version": "theirs"}
            self.cloud.put(address, Observed(Spec({"size": 5, "fixed": fixed}), owner, made))

    @rule(address=st.sampled_from([*ADDRESSES, *PARTS]), what=st.sampled_from(["size", "fixed", "extra"]))
    def others_edit_something(self, address: Address, what: str) -> None:
        seen = self.cloud.things.get(address)
        if seen is not None:
            self.cloud.put(address, replace(seen, spec=Spec({**seen.spec, what: 7})))

    @rule(address=st.sampled_from(ADDRESSES), owner=st.sampled_from([None, THEM]))
    def others_take_our_mark_off(self, address: Address, owner: str | None) -> None:
        seen = self.cloud.things.get(address)
        if seen is not None:
            self.cloud.put(address, replace(seen, owner=owner))

    @rule(address=st.sampled_from([*ADDRESSES, *PARTS]))
    def others_delete_something(self, address: Address) -> None:
        self.cloud.drop(address)

    @invariant()
    def a_plan_is_stable_and_shows_no_secret(self) -> None:
        plan, again = self.plan(), self.plan()
        assert plan == again
        assert SECRET not in plan_text(plan, kept=True) + plan_json(plan) + repr(plan)


PROFILE = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@pytest.mark.timeout(600)  # time to shrink what was found
def test_histories() -> None:
    """A few histories for every day."""
    run(60, 15)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_histories() -> None:
    """Many long ones."""
    run(1000, 30)


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(Histories, settings=settings(PROFILE, max_examples=examples, stateful_step_count=steps))
