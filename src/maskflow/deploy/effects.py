"""The one place that changes the clouds: a single line of a plan, after a last look at what stands there.

Between plan and apply anybody may have done anything. So each line reads its address once more and refuses to write
over a state that the plan did not see; the next plan will see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from maskflow.errors import Conflict, ProviderError
from maskflow.model import NO_MAPPING

from .address import Address
from .diff import compare
from .plan import Action, Change
from .resource import Observed, Provider, Resource
from .spec import Ref, Spec, Value, resolve


def perform(change: Change, provider: Provider, attributes: Mapping[Address, Mapping[str, str]]) -> Mapping[str, str]:
    """Do what the line says and return the attributes of what stands there now (nothing after a deletion).

    `attributes` are those of everything that the line comes after.
    """
    now = provider.read(change.address)
    if change.resource is None:
        return _delete(change, now, provider)
    # With its references resolved the spec does not say any more what it needs, so that is spelled out.
    resource = replace(change.resource, spec=_resolved(change.resource.spec, attributes), needs=change.after)
    if change.before is None:
        if now is not None:
            raise Conflict(f"{change.address} has come into being since the plan was made")
        return provider.create(resource)
    if now is None or now.stamp != change.before.stamp:
        raise Conflict(f"{change.address} has changed since the plan was made")
    return _rewrite(change.action, resource, now, provider)


def _rewrite(action: Action, resource: Resource, now: Observed, provider: Provider) -> Mapping[str, str]:
    if action is Action.ADOPT:
        return provider.update(resource, now)
    if not compare(resource.spec, now.spec):
        # What was unknown at plan time turned out to be what stands there already.
        return now.attributes
    if action is Action.UPDATE:
        return provider.update(resource, now)
    provider.delete(resource.address, now)
    return provider.create(resource)


def _delete(change: Change, now: Observed | None, provider: Provider) -> Mapping[str, str]:
    if now is None:
        return NO_MAPPING
    if change.before is None or now.stamp != change.before.stamp:
        raise Conflict(f"{change.address} has changed since the plan was made")
    provider.delete(change.address, now)
    return NO_MAPPING


def _resolved(spec: Spec, attributes: Mapping[Address, Mapping[str, str]]) -> Spec:
    def value_of(ref: Ref) -> Value:
        known: Mapping[str, str] = attributes.get(ref.address, NO_MAPPING)
        if ref.attribute not in known:
            raise ProviderError(f"{ref.address} has no attribute {ref.attribute!r}")
        return known[ref.attribute]

    found = resolve(spec, value_of)
    assert isinstance(found, Spec)
    return found
