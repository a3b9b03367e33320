"""What every `Provider` must do, whatever stands behind it. A test class inherits this and gives the `subject` fixture.

Everything goes through the engine where a user would, so a provider that passes here converges there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from maskflow.deploy.apply import Report, apply
from maskflow.deploy.diff import compare
from maskflow.deploy.plan import Action, Plan
from maskflow.deploy.planner import merged
from maskflow.deploy.reading import plan_for, plan_removal
from maskflow.deploy.render import plan_json, plan_text
from maskflow.deploy.resource import Address, Observed, Provider, Resource, Spec
from maskflow.deploy.spec import resolve
from maskflow.errors import Conflict
from maskflow.model import Workflow


@dataclass(frozen=True)
class Subject:
    """A provider with an empty place behind it, and what to try on it. A test gets a fresh one."""

    name: str
    """The name that it is handed to the engine by."""
    provider: Provider
    first: Workflow
    """As many kinds of resources as there are."""
    second: Workflow
    """The same name; something is changed, something is new, something is gone."""
    other: Workflow
    """Another name, nothing in common with the first."""
    plant: Callable[[Resource], None]
    """Make this by another hand, without our mark (any spec will do that can be adopted)."""
    meddle: Callable[[Address], None]
    """Change, by another hand, a field that we set."""
    planted: Address
    """What to try `plant` on: an address that `first` wants."""
    meddled: Address
    """What to try `meddle` on: an address that `first` wants."""
    secrets: tuple[str, ...] = ()
    """Values of secrets in `first`, which no plan may show."""

    @property
    def providers(self) -> dict[str, Provider]:
        return {self.name: self.provider}

    def plan(self, workflow: Workflow, *, adopt: bool = False, data: bool = False) -> Plan:
        return plan_for(workflow, self.providers, adopt=adopt, data=data)

    def apply(self, plan: Plan) -> Report:
        report = apply(plan, self.providers)
        assert not report.failed, [str(one.error) for one in report.failed]
        assert report.complete
        return report

    def deploy(self, workflow: Workflow) -> Report:
        return self.apply(self.plan(workflow))

    def remove(self, workflow: Workflow) -> Report:
        return self.apply(plan_removal(workflow.name, self.providers, data=True))

    def wanted(self, workflow: Workflow) -> dict[Address, Resource]:
        return {resource.address: resource for resource in merged(self.provider.wanted(workflow))}

    def seen(self, address: Address) -> Observed:
        observed = self.provider.read(address)
        assert observed is not None, f"{address} should be there"
        return observed

    def missing(self, resource: Resource) -> list[str]:
        """The fields in which what stands differs from what is wanted."""
        spec = resolve(resource.spec, lambda ref: self.seen(ref.address).attributes[ref.attribute])
        assert isinstance(spec, Spec)
        return [field.path for field in compare(spec, self.seen(resource.address).spec)]


class ProviderContract:
    def test_what_is_wanted_is_a_pure_question(self, subject: Subject) -> None:
        assert subject.provider.wanted(subject.first) == subject.provider.wanted(subject.first)
        wanted = subject.wanted(subject.first)
        assert wanted
        assert all(address.provider == subject.name for address in wanted)
        assert all(resource.owner == subject.first.name for resource in wanted.values())
        assert all(resource.waits_for <= wanted.keys() for resource in wanted.values())
        assert all(subject.provider.read(address) is None for address in wanted)

    def test_in_an_empty_place_nothing_is_found(self, subject: Subject) -> None:
        assert list(subject.provider.owned(subject.first.name)) == []
        plan = subject.plan(subject.first)
        assert {change.action for change in plan.changes} == {Action.CREATE}

    def test_what_is_created_is_read_back(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        wanted = subject.wanted(subject.first)
        for address, resource in wanted.items():
            seen = subject.seen(address)
            assert subject.missing(resource) == []
            assert (seen.owner, seen.keep) == (subject.first.name, resource.keep)
        assert sorted(subject.provider.owned(subject.first.name)) == sorted(wanted)

    def test_a_second_plan_is_empty(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        assert subject.plan(subject.first).writes == ()

    def test_reading_twice_says_the_same(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        for address in subject.wanted(subject.first):
            assert subject.seen(address) == subject.seen(address)
            assert subject.seen(address).stamp == subject.seen(address).stamp

    def test_attributes_are_those_that_reading_shows(self, subject: Subject) -> None:
        """Else a reference would mean one thing while applying and another one in the next plan."""
        made: dict[Address, dict[str, str]] = {}
        recorder = _Recorder(subject.provider, made)
        assert apply(subject.plan(subject.first), {subject.name: recorder}).complete
        assert made == {address: dict(subject.seen(address).attributes) for address in made}

    def test_a_changed_workflow_converges(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        plan = subject.plan(subject.second, data=True)
        assert {Action.CREATE, Action.DELETE} <= plan.counts.keys()
        assert {Action.UPDATE, Action.REPLACE} & plan.counts.keys()
        subject.apply(plan)
        assert subject.plan(subject.second, data=True).writes == ()
        assert all(subject.missing(resource) == [] for resource in subject.wanted(subject.second).values())
        for change in plan.changes:
            if change.action is Action.DELETE:
                assert subject.provider.read(change.address) is None

    def test_an_update_leaves_attributes_that_are_not_volatile(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        before = {address: subject.seen(address).attributes for address in subject.wanted(subject.first)}
        plan = subject.plan(subject.second, data=True)
        subject.apply(plan)
        for change in plan.changes:
            if change.action is Action.UPDATE and change.resource is not None:
                now = subject.seen(change.address).attributes
                fixed = before[change.address].keys() - change.resource.volatile
                assert {name: now[name] for name in fixed} == {name: before[change.address][name] for name in fixed}

    def test_removal_leaves_nothing(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        subject.remove(subject.first)
        assert list(subject.provider.owned(subject.first.name)) == []
        assert all(subject.provider.read(address) is None for address in subject.wanted(subject.first))

    def test_removal_without_data_keeps_what_holds_data(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        subject.apply(plan_removal(subject.first.name, subject.providers))
        for address, resource in subject.wanted(subject.first).items():
            assert (subject.provider.read(address) is not None) >= resource.keep

    def test_things_go_in_reverse_of_how_they_came(self, subject: Subject) -> None:
        """What is read back must know the needs that were declared, for only that is left when the file is gone."""
        subject.deploy(subject.first)
        order = [change.address for change in plan_removal(subject.first.name, subject.providers, data=True).changes]
        for address, resource in subject.wanted(subject.first).items():
            assert all(order.index(address) < order.index(need) for need in resource.waits_for)

    def test_deleting_twice_is_fine(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        seen = {address: subject.seen(address) for address in subject.wanted(subject.first)}
        subject.remove(subject.first)
        for address, before in seen.items():
            subject.provider.delete(address, before)

    def test_nothing_is_created_over_what_stands(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        before = subject.seen(subject.meddled)
        resource = subject.wanted(subject.first)[subject.meddled]
        values = resolve(resource.spec, lambda ref: subject.seen(ref.address).attributes[ref.attribute])
        assert isinstance(values, Spec)
        with pytest.raises(Conflict):
            subject.provider.create(replace(resource, spec=values))
        assert subject.seen(subject.meddled) == before

    def test_an_edit_by_another_hand_shows_and_is_mended(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        before = subject.seen(subject.meddled)
        subject.meddle(subject.meddled)
        assert subject.seen(subject.meddled).stamp != before.stamp
        plan = subject.plan(subject.first, data=True)
        assert subject.meddled in [change.address for change in plan.writes]
        followers = [change for change in plan.writes if change.address != subject.meddled]
        assert all(subject.meddled in change.after for change in followers)
        subject.apply(plan)
        assert subject.plan(subject.first).writes == ()

    def test_an_edit_between_plan_and_apply_is_not_written_over(self, subject: Subject) -> None:
        subject.deploy(subject.first)
        subject.meddle(subject.meddled)
        plan = subject.plan(subject.first, data=True)
        subject.apply(subject.plan(subject.first, data=True))
        report = apply(plan, subject.providers)
        assert [type(one.error) for one in report.failed] == [Conflict]

    def test_what_bears_no_mark_is_a_conflict_until_adopted(self, subject: Subject) -> None:
        subject.plant(subject.wanted(subject.first)[subject.planted])
        before = subject.seen(subject.planted)
        assert before.owner is None
        plan = subject.plan(subject.first)
        assert [problem.code for problem in plan.conflicts] == ["not-ours"]
        with pytest.raises(Conflict):
            apply(plan, subject.providers)
        assert subject.seen(subject.planted) == before
        subject.apply(subject.plan(subject.first, adopt=True))
        assert subject.seen(subject.planted).owner == subject.first.name
        assert subject.plan(subject.first).writes == ()

    def test_workflows_do_not_see_each_other(self, subject: Subject) -> None:
        subject.deploy(subject.other)
        others = {address: subject.seen(address) for address in subject.wanted(subject.other)}
        subject.deploy(subject.first)
        subject.apply(subject.plan(subject.second, data=True))
        subject.remove(subject.second)
        assert {address: subject.seen(address) for address in others} == others
        assert subject.plan(subject.other).writes == ()

    def test_no_secret_is_shown(self, subject: Subject) -> None:
        plan = subject.plan(subject.first)
        report = apply(plan, subject.providers)
        shown = [
            plan_text(plan, kept=True),
            plan_json(plan),
            repr(plan),
            repr(report),
            plan_text(subject.plan(subject.first)),
        ]
        shown += [repr(subject.seen(address)) for address in subject.wanted(subject.first)]
        assert not any(secret in text for secret in subject.secrets for text in shown)


@dataclass
class _Recorder:
    """The same provider; remembers the attributes that `create` returned."""

    provider: Provider
    made: dict[Address, dict[str, str]]

    def __post_init__(self) -> None:
        self.wanted, self.read, self.owned = self.provider.wanted, self.provider.read, self.provider.owned
        self.update, self.delete = self.provider.update, self.provider.delete

    def create(self, resource: Resource) -> dict[str, str]:
        self.made[resource.address] = dict(self.provider.create(resource))
        return self.made[resource.address]
