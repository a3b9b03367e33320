"""Every file of tests/cases/engine is a wish and what stands; below the marker is the plan (kept things included)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from datacases import Case
from maskflow.deploy.planner import make_plan
from maskflow.deploy.render import plan_text
from maskflow.deploy.resource import Address, Observed, Ref, Resource, Sealed, Spec
from maskflow.errors import MaskflowError, Place


class Loader(yaml.SafeLoader):
    """YAML with `!ref provider:kind/name#attribute`, `!secret mark` and `!exact {...}`."""


def _ref(loader: Loader, node: yaml.ScalarNode) -> Ref:
    address, _, attribute = str(loader.construct_scalar(node)).partition("#")
    return Ref(Address.parse(address), attribute)


def _exact(loader: Loader, node: yaml.MappingNode) -> Spec:
    return Spec({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}, exact=True)


def _secret(loader: Loader, node: yaml.ScalarNode) -> Sealed:
    return Sealed(str(loader.construct_scalar(node)))


Loader.add_constructor("!ref", _ref)
Loader.add_constructor("!exact", _exact)
Loader.add_constructor("!secret", _secret)


def wanted(name: str, text: dict[str, Any]) -> Resource:
    names: dict[str, Any] = {key: frozenset(text.pop(key, ())) for key in ("replace_on", "volatile")}
    needs = tuple(Address.parse(need) for need in text.pop("needs", ()))
    inside = Address.parse(text.pop("inside")) if "inside" in text else None
    place = Place("flow.yaml", text.pop("line"), 3) if "line" in text else None
    spec = Spec(text.pop("spec", {}))
    return Resource(Address.parse(name), spec, "app", needs, place, inside=inside, **names, **text)


def standing(text: dict[str, Any]) -> Observed:
    needs = tuple(Address.parse(need) for need in text.pop("needs", ()))
    return Observed(Spec(text.pop("spec", {})), text.pop("owner", "app"), needs=needs, **text)


def answer(document: dict[str, Any]) -> str:
    resources = [wanted(name, text or {}) for one in document.get("wanted", ()) for name, text in one.items()]
    actual = {Address.parse(name): standing(text or {}) for name, text in document.get("actual", {}).items()}
    try:
        plan = make_plan("app", resources, actual, **document.get("flags", {}))
    except MaskflowError as error:
        return f"{type(error).__name__}: {error}"
    return plan_text(plan, kept=True)


@pytest.mark.cases("engine/*.yaml")
def test_case(case: Case) -> None:
    case.check(answer(yaml.load(case.input, Loader)))
