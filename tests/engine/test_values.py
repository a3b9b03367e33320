"""Addresses, specs, differences and order: laws that hold for all values."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maskflow.deploy.diff import compare
from maskflow.deploy.order import one_cycle, topological
from maskflow.deploy.resource import UNKNOWN, Address, Ref, Sealed, Spec
from maskflow.deploy.spec import canonical, refs, resolve
from maskflow.errors import ProviderError
from maskflow.model import Secret, SecretKind

A = Address("aws", "role", "r")
words = st.text("abc.", min_size=1, max_size=3)
addresses = st.builds(
    Address, st.text("ab.-_", min_size=1), st.text("ab-", min_size=1), st.text("ab/:@. ü", min_size=1)
)
scalars = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0]) | words | st.builds(Sealed, words)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=12
)
specs = st.dictionaries(words, values, max_size=4).map(Spec)


@given(addresses)
def test_an_address_is_read_back(address: Address) -> None:
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize("text", ["", "aws", "aws:", "aws:role", "aws:role/", ":role/r", "aws:/r"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ProviderError, match="provider:kind/name"):
        Address.parse(text)


@given(specs)
def test_a_spec_differs_from_nothing_in_itself(spec: Spec) -> None:
    assert compare(spec, spec) == ()


@given(specs, specs)
def test_what_we_do_not_set_is_not_looked_at(ours: Spec, theirs: Spec) -> None:
    assert compare(ours, Spec({**theirs, **ours})) == ()


@given(specs, specs)
def test_specs_of_one_digest_do_not_differ(ours: Spec, theirs: Spec) -> None:
    assert (ours.digest == theirs.digest) <= (compare(ours, theirs) == ())


@given(specs)
def test_the_order_of_keys_does_not_matter(spec: Spec) -> None:
    turned = Spec(dict(reversed(list(spec.items()))))
    assert (turned, turned.digest, canonical(turned), hash(turned)) == (spec, spec.digest, canonical(spec), hash(spec))


def test_a_spec_cannot_be_changed_through_what_it_was_made_of() -> None:
    inner = {"list": [1, 2]}
    spec = Spec({"inner": inner})
    inner["list"].append(3)
    assert spec == Spec({"inner": {"list": (1, 2)}})


def test_a_bare_secret_is_refused() -> None:
    with pytest.raises(TypeError, match="Sealed"):
        Spec({"token": [Secret(SecretKind.LITERAL, "hunter2")]})


def test_the_digest_of_a_secret_follows_its_mark_only() -> None:
    one, same = Spec({"t": Sealed("1", Secret(SecretKind.ENV, "A"))}), Spec({"t": Sealed("1")})
    assert one.digest == same.digest != Spec({"t": Sealed("2")}).digest
    assert canonical(one) == '{"t":"***"}'


def test_references_are_found_and_resolved_at_any_depth() -> None:
    one, two = Ref(A, "arn"), Ref(A, "id")
    spec = Spec({"a": one, "b": [{"c": two}], "d": Spec({"e": one}, exact=True)})
    assert refs(spec) == {one, two}
    assert resolve(spec, lambda ref: ref.attribute) == Spec({"a": "arn", "b": [{"c": "id"}], "d": {"e": "arn"}})
    assert [field.path for field in compare(Spec({"a": UNKNOWN}), Spec({"a": 1}))] == ["a"]


@given(st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9), max_size=3)))
def test_everything_comes_after_what_it_needs(arrows: dict[int, set[int]]) -> None:
    needs = {name(key): {name(need) for need in needed} for key, needed in arrows.items()}
    ordered, tangled = topological(needs)
    assert sorted([*ordered, *tangled]) == sorted(needs)
    assert topological(dict(reversed(list(needs.items())))) == (ordered, tangled)
    for index, address in enumerate(ordered):
        assert (needs[address] & needs.keys()) <= set(ordered[:index])
    if tangled:
        cycle = one_cycle(needs, tangled)
        assert cycle[0] == cycle[-1] == min(cycle)
        assert all(after in needs[before] for before, after in pairwise(cycle))


def name(number: int) -> Address:
    return Address("x", "y", str(number))
