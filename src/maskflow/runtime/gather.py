"""Fan-in without a coordinator: whichever event completes a set brings its parts together.

A set is whole when `manifest.json` lies in the input's folder and each part that it lists has a receipt, at least
`published`, for exactly the listed bytes. Each event writes `published` before it looks, so of the two events that
finish last at least one sees the other; both may, and both write the same bytes. The look starts at the part after
one's own and ends at the first that is missing: one read for most events, not one a part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from maskflow.errors import NotFound, PreconditionFailed
from maskflow.model import ObjectCreated

from . import lineage, publish, staging
from . import manifest as manifests
from .contract import Context, Handler
from .manifest import MANIFEST_NAME, Manifest
from .receipts import Receipt, Receipts, State, Storages
from .scratch import Scratch
from .spec import FunctionSpec


class Gathering:
    """The fan-in of one function; `wanted` is False for functions without a `gather`."""

    def __init__(
        self, spec: FunctionSpec, handler: Handler, storages: Storages, receipts: Receipts, scratch: Scratch
    ) -> None:
        self.spec = spec
        self.gather = getattr(handler, "gather", None)
        self.suffix = str(getattr(handler, "gathers", ""))
        self.storages = storages
        self.receipts = receipts
        self.scratch = scratch

    @property
    def wanted(self) -> bool:
        return self.gather is not None

    def is_manifest(self, event: ObjectCreated, file: Path) -> bool:
        """Whether this object is a list of parts for `gather` rather than an input for the function."""
        if not self.wanted or event.key.rpartition("/")[2] != MANIFEST_NAME:
            return False
        return manifests.loads(file.read_bytes()) is not None

    def put_again(self, event: ObjectCreated, receipt: Receipt) -> bool:
        """Whether a manifest that was settled before has been written again, with another one in between perhaps."""
        named = self.wanted and event.key.rpartition("/")[2] == MANIFEST_NAME
        known = receipt.input
        return named and receipt.state is State.DONE and known.etag == event.etag and known.sequencer != event.sequencer

    def try_whole(self, event: ObjectCreated, context: Context) -> tuple[ObjectCreated, ...]:
        """Gather if the set that `event` is part of is whole; the objects written, or none."""
        folder = event.key.rpartition("/")[0]
        key = f"{folder}/{MANIFEST_NAME}" if folder else MANIFEST_NAME
        try:
            data, etag = self.storages(event.storage).read(event.bucket, key)
        except NotFound:
            return ()
        manifest = manifests.loads(data)
        parts = self._parts(event, manifest, folder) if manifest else None
        if manifest is None or parts is None:
            return ()
        whole = replace(event, key=key, etag=etag, sequencer="")
        name = context.name.rpartition("/")[0]
        about = replace(context, key=key, name=f"{name}/{MANIFEST_NAME}" if name else MANIFEST_NAME, etag=etag)
        return self._publish(whole, data, parts, about)

    def _parts(self, event: ObjectCreated, manifest: Manifest, folder: str) -> Mapping[str, Receipt] | None:
        """The receipt of every part by name, or None while one is missing. Looks at the next part first."""
        head = f"{folder}/" if folder else ""
        names = [part.name for part in manifest.parts]
        own = event.key.removeprefix(head)
        if own not in names and own != MANIFEST_NAME:
            return None  # a part of a set whose manifest has still to come, or is no more
        start = names.index(own) + 1 if own in names else 0
        found: dict[str, Receipt] = {}
        for part in manifest.parts[start:] + manifest.parts[:start]:
            receipt = self.receipts.read(replace(event, key=head + part.name))
            settled = receipt and receipt.state in (State.PUBLISHED, State.DONE) and receipt.sha256 == part.sha256
            if not receipt or not settled:
                return None
            found[part.name] = receipt
        return {name: found[name] for name in names}

    def _publish(
        self, whole: ObjectCreated, data: bytes, parts: Mapping[str, Receipt], context: Context
    ) -> tuple[ObjectCreated, ...]:
        traits = lineage.metadata(self.spec, whole)
        with self.scratch.fresh("set", "parts", "whole") as (about, folder, output):
            (about / MANIFEST_NAME).write_bytes(data)
            for part, receipt in parts.items():
                self._fetch(receipt, folder, part)
            assert self.gather is not None
            self.gather(about / MANIFEST_NAME, folder, output, context)
            items = publish.check(publish.collect(output, self.spec.outputs), traits, self.storages)
            try:
                written = publish.write(items, traits, self.storages)
            except PreconditionFailed:
                return ()  # another event was first, with these bytes or with those of a newer set
        expected = written + tuple(output for receipt in parts.values() for output in receipt.outputs)
        self._prune(whole, {(output.storage, output.bucket, output.key) for output in expected})
        return written

    def _prune(self, whole: ObjectCreated, expected: Collection[tuple[str, str, str]]) -> None:
        """Remove what this function once made from parts that the set no longer has.

        An older version of the source may have had more parts; what came of them would lie there for ever.
        """
        folder = whole.key.rpartition("/")[0]
        source = f"{replace(whole, key=folder)}/"
        for realm, bucket, head in {(storage, bucket, _folder(key)) for storage, bucket, key in expected}:
            storage = self.storages(realm)
            for info in list(storage.list(bucket, head)):
                if (realm, bucket, info.key) in expected or _folder(info.key) != head:
                    continue
                found = storage.stat(bucket, info.key).metadata
                parent = found.get(lineage.PARENT, "")
                part = replace(whole, key=parent.removeprefix(str(replace(whole, key=""))))
                if found.get(lineage.FUNCTION) == self.spec.name and parent.startswith(source) and self._gone(part):
                    self.receipts.forget(part)
                    storage.delete(bucket, info.key)

    def _gone(self, part: ObjectCreated) -> bool:
        try:
            self.storages(part.storage).stat(part.bucket, part.key)
        except NotFound:
            return True
        return False

    def _fetch(self, receipt: Receipt, folder: Path, part: str) -> None:
        """The wanted outputs of one part, each under its name relative to the set."""
        group = part.rpartition("/")[0]
        for output in receipt.outputs:
            if output.key.endswith(self.suffix):
                target = folder / group / staging.file_name(output.key)
                target.parent.mkdir(parents=True, exist_ok=True)
                self.storages(output.storage).get(output.bucket, output.key, target)


def _folder(key: str) -> str:
    return key.rpartition("/")[0]
