"""A plan, done: what runs at once, what a failure stops, what an interrupt leaves, what has moved since the plan."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.fakes import FakeProvider, fake, ref
from maskflow.deploy.apply import Event, Failed, Finished, Skipped, Started, apply
from maskflow.deploy.plan import Plan
from maskflow.deploy.reading import plan_for, plan_removal
from maskflow.deploy.resource import Address, Observed, Provider, Resource, Sealed, Spec
from maskflow.errors import Conflict, Place, Problem, ProviderError, Severity, WorkflowError
from maskflow.model import Workflow

APP = Workflow("app", ())


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


def plan(provider: FakeProvider, *wanted: Resource) -> Plan:
    if wanted:
        provider.wants["app"] = list(wanted)
    return plan_for(APP, {"fake": provider})


def after(resource: Resource, *needs: Resource) -> Resource:
    return replace(resource, needs=tuple(need.address for need in needs))


def names(changes: object) -> list[str]:
    assert isinstance(changes, tuple)
    return [(one.change if isinstance(one, Failed) else one).address.name for one in changes]


def failing(name: str, error: Exception) -> Callable[[str, Address], None]:
    def before(verb: str, address: Address) -> None:
        if address.name == name:
            raise error

    return before


def test_independent_changes_run_at_once(provider: FakeProvider) -> None:
    """Each waits for the others inside its effect: one after the other they would never meet."""
    together = threading.Barrier(4, timeout=20)

    def meet(verb: str, address: Address) -> None:
        together.wait()

    provider.before = meet
    report = apply(plan(provider, *(fake(name) for name in "abcd")), {"fake": provider}, workers=4)
    assert report.complete


def test_a_failure_stops_what_comes_after_it_and_nothing_else(provider: FakeProvider) -> None:
    a, c = fake("a"), fake("c")
    b = after(fake("b"), a)
    d = fake("d", b=ref(b))
    provider.before = failing("a", ProviderError("no room"))
    events: list[Event] = []
    made = plan(provider, a, b, c, d)
    report = apply(made, {"fake": provider}, events.append, workers=1)
    assert (names(report.done), names(report.failed), names(report.left)) == (["c"], ["a"], ["b", "d"])
    assert not report.complete
    assert not report.interrupted
    told = [(type(event), event.change.address.name) for event in events]
    assert told == [(Started, "a"), (Failed, "a"), (Started, "c"), (Finished, "c"), (Skipped, "b"), (Skipped, "d")]


def test_a_failure_stops_what_comes_after_a_kept_thing_that_comes_after_it(provider: FakeProvider) -> None:
    a = fake("a", size=1)
    b = after(fake("b"), a)
    assert apply(plan(provider, a, b), {"fake": provider}).complete
    provider.before = failing("a", ProviderError("no room"))
    report = apply(plan(provider, fake("a", size=2), b, after(fake("c"), b)), {"fake": provider})
    assert (names(report.failed), names(report.left)) == (["a"], ["c"])


def test_the_old_does_not_go_unless_the_new_stands(provider: FakeProvider) -> None:
    apply(plan(provider, fake("old")), {"fake": provider})
    provider.before = failing("new", ProviderError("no room"))
    report = apply(plan(provider, fake("new")), {"fake": provider})
    assert (names(report.failed), names(report.left)) == (["new"], ["old"])
    assert provider.read(fake("old").address) is not None


def test_a_failed_deletion_keeps_what_is_used(provider: FakeProvider) -> None:
    a = fake("a")
    apply(plan(provider, a, after(fake("b"), a), fake("c")), {"fake": provider})
    provider.before = failing("b", ProviderError("busy"))
    report = apply(plan_removal("app", {"fake": provider}), {"fake": provider})
    assert (names(report.done), names(report.failed), names(report.left)) == (["c"], ["b"], ["a"])


def test_a_bug_of_a_provider_is_reported_like_a_failure(provider: FakeProvider) -> None:
    provider.before = failing("a", ZeroDivisionError())
    report = apply(plan(provider, fake("a"), fake("b")), {"fake": provider})
    assert [type(one.error) for one in report.failed] == [ZeroDivisionError]
    assert names(report.done) == ["b"]


@pytest.mark.parametrize("moment", [Started, Finished])
def test_after_an_interrupt_running_changes_end_and_no_others_start(
    provider: FakeProvider, moment: type[Started | Finished]
) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, moment) and event.change.address.name == "b":
            raise KeyboardInterrupt

    report = apply(plan(provider, *(fake(name) for name in "abcd")), {"fake": provider}, interrupt, workers=1)
    assert report.interrupted
    assert names(report.done) == ["a", "b"]
    assert names(report.left) == ["c", "d"]
    assert sorted(address.name for _, address in provider.cloud.writes) == ["a", "b"]
    assert apply(plan(provider), {"fake": provider}).complete
    assert plan(provider).writes == ()


def test_an_interrupt_by_signal_while_waiting_is_the_same(provider: FakeProvider) -> None:
    def before(verb: str, address: Address) -> None:
        if address.name == "b":
            _thread.interrupt_main()

    provider.before = before
    report = apply(plan(provider, *(fake(name) for name in "abcd")), {"fake": provider}, workers=1)
    assert report.interrupted
    assert {"a", "b"} <= {change.address.name for change in report.done}
    assert names(report.done) == sorted(address.name for _, address in provider.cloud.writes)
    assert sorted(names(report.done) + names(report.left)) == list("abcd")


def test_what_others_did_since_the_plan_is_not_written_over(provider: FakeProvider) -> None:
    apply(plan(provider, fake("a", size=1), fake("b", size=1), fake("gone", size=1)), {"fake": provider})
    made = plan(provider, fake("a", size=2), fake("c"), fake("gone", size=2))
    for name in ("a", "b", "c"):
        provider.cloud.put(Address("fake", "function", name), Observed(Spec({"size": 9}), "app"))
    provider.cloud.drop(Address("fake", "function", "gone"))
    report = apply(made, {"fake": provider})
    assert all(isinstance(one.error, Conflict) for one in report.failed)
    assert (names(report.failed), names(report.left)) == (["a", "c", "gone"], ["b"])


def test_what_others_changed_since_the_plan_is_not_deleted(provider: FakeProvider) -> None:
    apply(plan(provider, fake("a"), fake("b")), {"fake": provider})
    made = plan_removal("app", {"fake": provider})
    provider.cloud.put(fake("a").address, Observed(Spec(), "other"))
    report = apply(made, {"fake": provider})
    assert (names(report.done), names(report.failed)) == (["b"], ["a"])
    assert provider.read(fake("a").address) is not None


def test_what_is_gone_already_counts_as_deleted(provider: FakeProvider) -> None:
    apply(plan(provider, fake("a")), {"fake": provider})
    made = plan_removal("app", {"fake": provider})
    provider.cloud.drop(fake("a").address)
    assert apply(made, {"fake": provider}).complete


def test_a_value_that_turns_out_as_before_is_not_written(provider: FakeProvider) -> None:
    """The plan says that `b` may change, because nobody could know; then the version is the same after all."""
    a = replace(fake("a", size=1), volatile=frozenset({"version"}))
    b = fake("b", version=ref(a, "version"))
    apply(plan(provider, a, b), {"fake": provider})
    made = plan(provider, replace(a, spec=Spec({"size": 2})), b)
    assert names(made.writes) == ["a", "b"]
    provider.versions = False
    begin = len(provider.cloud.writes)
    assert apply(made, {"fake": provider}).complete
    assert [address.name for _, address in provider.cloud.writes[begin:]] == ["a"]


def test_an_attribute_that_nobody_brings_is_a_failure(provider: FakeProvider) -> None:
    a = fake("a")
    report = apply(plan(provider, a, fake("b", x=ref(a, "nonsense"))), {"fake": provider})
    assert [str(one.error) for one in report.failed] == ["fake:function/a has no attribute 'nonsense'"]


def test_a_plan_with_conflicts_is_refused(provider: FakeProvider) -> None:
    provider.cloud.put(fake("a").address, Observed(Spec(), None))
    with pytest.raises(Conflict, match="fake:function/a exists already"):
        apply(plan(provider, fake("a"), fake("b")), {"fake": provider})
    assert provider.cloud.writes == []


def test_providers_that_are_down_are_all_said_at_plan_time() -> None:
    providers: dict[str, Provider] = {
        name: FakeProvider(down="" if name == "up" else f"{name}: no answer") for name in ("one", "up", "two")
    }
    with pytest.raises(ProviderError) as raised:
        plan_for(APP, providers)
    assert str(raised.value) == "one: no answer\ntwo: no answer"


def test_one_provider_that_is_down_speaks_for_itself() -> None:
    with pytest.raises(ProviderError, match=r"^no answer$"):
        plan_for(APP, {"fake": FakeProvider(down="no answer")})


def test_nobody_is_asked_about_a_provider_that_is_not_there(provider: FakeProvider) -> None:
    provider.wants["app"] = [Resource(Address("mars", "f", "a"), Spec(), "app")]
    with pytest.raises(ProviderError, match="nobody knows how to reach 'mars'"):
        plan_for(APP, {"fake": provider})


def test_problems_of_all_providers_are_said_together() -> None:
    class Picky(FakeProvider):
        def wanted(self, workflow: Workflow) -> list[Resource]:
            raise WorkflowError([Problem(Place("w", 1, 1), Severity.ERROR, "x", self.down)])

    with pytest.raises(WorkflowError) as raised:
        plan_for(APP, {"a": Picky(down="first"), "b": Picky(down="second")})
    assert [problem.message for problem in raised.value.problems] == ["first", "second"]


def test_the_secret_reaches_the_provider_and_nothing_else(provider: FakeProvider) -> None:
    """What is created bears the reference, to be resolved at the last moment; what is read back only the mark."""
    wish = fake("a", token=Sealed("mark"))
    assert apply(plan(provider, wish), {"fake": provider}).complete
    seen = provider.read(wish.address)
    assert seen is not None
    assert seen.spec["token"] == Sealed("mark")
