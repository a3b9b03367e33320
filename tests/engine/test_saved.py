"""A plan in a file and in words: it shows no secret, and it is refused as soon as anything has moved."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from engine.fakes import FakeProvider, fake, ref
from maskflow.deploy.apply import apply
from maskflow.deploy.plan import Plan
from maskflow.deploy.reading import plan_for
from maskflow.deploy.render import plan_json, plan_text, report_json, report_text, summary
from maskflow.deploy.resource import Address, Observed, Sealed, Spec
from maskflow.deploy.saved import SavedPlan
from maskflow.errors import ConfigError, Conflict, ProviderError
from maskflow.model import Secret, SecretKind, Workflow


@pytest.fixture
def provider() -> FakeProvider:
    token = Sealed("mark", Secret(SecretKind.LITERAL, "hunter2"))
    a = fake("a", memory=512, token=token)
    return FakeProvider(wants={"app": [a, fake("b", url=ref(a))]})


def plan(provider: FakeProvider, **flags: bool) -> Plan:
    return plan_for(Workflow("app", ()), {"fake": provider}, **flags)


def edit_the_wish(provider: FakeProvider) -> None:
    provider.wants["app"].pop()


def turn_a_secret(provider: FakeProvider) -> None:
    provider.wants["app"][0] = fake("a", memory=512, token=Sealed("another mark"))


def make_something_in_the_way(provider: FakeProvider) -> None:
    provider.cloud.put(Address("fake", "function", "b"), Observed(Spec(), None))


def make_something_of_ours(provider: FakeProvider) -> None:
    provider.cloud.put(Address("fake", "function", "forgotten"), Observed(Spec(), "app"))


def test_a_saved_plan_holds_while_nothing_moves(provider: FakeProvider) -> None:
    saved = SavedPlan.parse(plan_json(plan(provider)))
    saved.check(plan(provider))
    provider.wants["app"].reverse()
    saved.check(plan(provider))
    provider.cloud.put(Address("fake", "function", "z"), Observed(Spec(), "other"))
    saved.check(plan(provider))


@pytest.mark.parametrize(
    ("move", "what"),
    [
        (edit_the_wish, "the workflow has changed"),
        (turn_a_secret, "the workflow has changed"),
        (make_something_in_the_way, "the clouds have changed"),
        (make_something_of_ours, "the clouds have changed"),
    ],
)
def test_a_stale_plan_is_refused(provider: FakeProvider, move: Callable[[FakeProvider], None], what: str) -> None:
    saved = SavedPlan.parse(plan_json(plan(provider)))
    move(provider)
    with pytest.raises(Conflict, match=what):
        saved.check(plan(provider))


def test_a_plan_that_was_applied_is_stale(provider: FakeProvider) -> None:
    made = plan(provider)
    apply(made, {"fake": provider})
    with pytest.raises(Conflict, match="the clouds have changed"):
        SavedPlan.parse(plan_json(made)).check(plan(provider))


def test_a_plan_gives_no_more_permissions_than_it_was_made_with(provider: FakeProvider) -> None:
    saved = SavedPlan.parse(plan_json(plan(provider)))
    with pytest.raises(Conflict, match="permissions"):
        saved.check(plan(provider, data=True))


def test_a_plan_is_for_one_workflow(provider: FakeProvider) -> None:
    saved = SavedPlan.parse(plan_json(plan(provider)))
    with pytest.raises(Conflict, match="for workflow 'app', not 'other'"):
        saved.check(plan_for(Workflow("other", ()), {"fake": provider}))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": 1}', '{"format": 1, "fingerprint": []}', '"x"'])
def test_what_is_no_plan_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ConfigError, match="not a saved plan"):
        SavedPlan.parse(text)


def test_a_plan_of_another_format_is_refused(provider: FakeProvider) -> None:
    text = plan_json(plan(provider)).replace('"format": 1', '"format": 2')
    with pytest.raises(ConfigError, match="format 2, not 1"):
        SavedPlan.parse(text)


def test_machines_read_what_people_read(provider: FakeProvider) -> None:
    document = json.loads(plan_json(plan(provider)))
    assert document["summary"] == {"create": 2, "update": 0, "replace": 0, "adopt": 0, "delete": 0, "keep": 0}
    assert document["changes"] == [
        {
            "action": "create",
            "address": "fake:function/a",
            "reason": "",
            "fields": [
                {"path": "memory", "before": None, "after": 512},
                {"path": "token", "before": None, "after": "***"},
            ],
        },
        {
            "action": "create",
            "address": "fake:function/b",
            "reason": "",
            "fields": [{"path": "url", "before": None, "after": "(not known yet)"}],
        },
    ]


def test_a_report_says_what_failed_and_what_is_left(provider: FakeProvider) -> None:
    made = plan(provider)
    provider.down = "no answer"
    report = apply(made, {"fake": provider})
    assert report_text(report).splitlines() == [
        "failed: + fake:function/a: no answer",
        "left: + fake:function/b",
        "Done: 0 done, 1 failed, 1 left",
    ]
    document = json.loads(report_json(report))
    assert document["failed"] == [{"action": "create", "address": "fake:function/a", "error": "no answer"}]
    assert document["left"] == [{"action": "create", "address": "fake:function/b"}]
    assert isinstance(report.failed[0].error, ProviderError)


def test_colour_is_a_function_of_the_caller(provider: FakeProvider) -> None:
    text = plan_text(plan(provider), lambda name, line: f"<{name}>{line}</{name}>")
    assert text.splitlines()[0] == "<create>+ fake:function/a</create>"


def test_nothing_to_do_is_two_words() -> None:
    assert summary(plan_for(Workflow("app", ()), {})) == "No changes"


def test_no_secret_is_in_any_text(provider: FakeProvider) -> None:
    made = plan(provider)
    report = apply(made, {"fake": provider})
    shown = [
        repr(made),
        plan_text(made, kept=True),
        plan_json(made),
        repr(report),
        report_text(report),
        report_json(report),
    ]
    shown.append(repr(provider.read(Address("fake", "function", "a"))))
    assert not any("hunter2" in text or "mark" in text for text in shown)
