"""'Did you mean': the nearest of the names that would have been right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice

_LONGEST = 64
_MOST = 200
"""Comparing is quadratic and slow; no real name is longer, no real file has more."""


def nearest(wrong: str, right: Iterable[str]) -> str:
    """The most similar of `right`, or nothing when none is similar."""
    if len(wrong) > _LONGEST:
        return ""
    by_folded = {name.casefold(): name for name in islice(right, _MOST)}
    found = difflib.get_close_matches(wrong.casefold(), list(by_folded), n=1, cutoff=0.7)
    return by_folded[found[0]] if found else ""


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """A hint for a message; when nothing is similar, what there is to choose from if that is little."""
    names = tuple(dict.fromkeys(right))
    if best := nearest(wrong, names):
        return f"did you mean {best!r}?"
    return f"known here: {', '.join(sorted(names))}" if 0 < len(names) <= 8 else ""
