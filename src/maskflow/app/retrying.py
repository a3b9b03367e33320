"""What failed for good, tried again."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from maskflow.errors import UsageError
from maskflow.fdl.suggest import did_you_mean
from maskflow.providers.local import control, dead, functions
from maskflow.providers.local.place import Root


def retry(root: Path, names: Collection[str] = ()) -> tuple[str, ...]:
    """Make the dead letters of the functions (none named: of all) events again; a worker is started for them.

    Returns the objects.
    """
    place = Root(root)
    specs = functions.read_all(place)
    for name in names:
        if name not in specs:
            raise UsageError(f"no function is called {name!r}", hint=did_you_mean(name, specs))
    reopened = []
    for name, spec in specs.items():
        for receipt in list(dead.letters(place, spec)) if not names or name in names else ():
            dead.reopen(spec, place.storages(), receipt)
            reopened.append(str(receipt.input))
    if reopened:
        control.start(place)
        place.poke()
    return tuple(reopened)
