"""The name that one thing has across all clouds: `local:function/anon-and-split`."""

from __future__ import annotations

from dataclasses import dataclass

from maskflow.errors import ProviderError


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where one resource stands: a provider's name, a kind of that provider, a name unique in the kind.

    Names are deterministic, which is what makes the clouds usable as the state. A share in a document that several
    workflows write (a bucket's notifications) is named `<document>@<workflow>`, so that each workflow has its own.
    """

    provider: str
    """`aws`, `local`, `oscar.my_cluster`; no colon."""
    kind: str
    """`function`, `bucket`, `role`; no slash."""
    name: str
    """Anything, slashes and colons included."""

    def __str__(self) -> str:
        return f"{self.provider}:{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """The inverse of `str`; raises ProviderError for anything that is not an address."""
        provider, colon, rest = text.partition(":")
        kind, slash, name = rest.partition("/")
        if not (provider and colon and kind and slash and name):
            raise ProviderError(f"{text!r} is not an address of the form provider:kind/name")
        return cls(provider, kind, name)
