"""What a run leaves: the objects to fetch, and the summaries among them to show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from maskflow.model import ObjectCreated
from maskflow.providers.local.place import Root
from maskflow.storage import transfer
from maskflow.storage.transfer import Failed, Moved, Transfer

SUMMARY = "summary.json"
"""A result of this name that is a JSON object is shown to the user: its single values, not lists nor objects."""
MOST_BYTES = 1 << 20


def fetch(root: Path, results: Sequence[ObjectCreated], target: Path) -> Transfer:
    """Each as `target/<key>`; where results lie in several buckets as `target/<bucket>/<key>`."""
    places = sorted({(result.storage, result.bucket) for result in results})
    storages = Root(root).storages()
    moved: list[Moved] = []
    failed: list[Failed] = []
    for realm, bucket in places:
        storage = storages(realm)
        wanted = [storage.stat(bucket, one.key) for one in results if (one.storage, one.bucket) == (realm, bucket)]
        part = transfer.get_objects(storage, bucket, wanted, target / bucket if len(places) > 1 else target)
        moved += part.moved
        failed += part.failed
    return Transfer(tuple(moved), tuple(failed))


def summaries(root: Path, results: Sequence[ObjectCreated]) -> tuple[Mapping[str, object], ...]:
    storages = Root(root).storages()
    named = [one for one in results if one.key.rsplit("/", 1)[-1] == SUMMARY]
    return tuple(summary for one in named if (summary := _summary(storages(one.storage).read(one.bucket, one.key)[0])))


def _summary(data: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(data) if len(data) <= MOST_BYTES else None
    except ValueError:
        return {}
    return dict(_single(document)) if isinstance(document, dict) else {}


def _single(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    yield from ((name, value) for name, value in document.items() if not isinstance(value, dict | list))
