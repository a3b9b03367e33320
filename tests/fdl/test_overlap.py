"""The rule for overlapping filters, held against looking at every key there is over a small alphabet."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from maskflow.fdl.overlap import Feeds, feeds, overlap
from maskflow.fdl.ports import least
from maskflow.model import BucketPath, NameFilter, Port, StorageKind, StorageRef

KEYS = ["".join(letters) for length in range(1, 8) for letters in product("ab/", repeat=length)]
NAMES = [key for key in KEYS if len(key) <= 5]
S3 = StorageRef(StorageKind.S3)

texts = st.lists(st.text("ab/", min_size=1, max_size=2), max_size=2).map(tuple)
many = st.lists(st.text("ab", max_size=3), max_size=5).map(tuple)
folders = st.sampled_from(["", "a", "b", "a/b", "a/a", "ab"])


@st.composite
def ports(draw: st.DrawFn) -> Port:
    return Port(BucketPath(S3, "bucket", draw(folders)), NameFilter(draw(texts), draw(texts)))


def triggered(port: Port, key: str) -> bool:
    """What the runtime does: whole segments of the folder, then the filter on the last part of the key."""
    return port.path.relative(key) is not None and port.names.accepts(key.rsplit("/", 1)[-1])


@given(ports(), ports())
def test_overlap_is_what_looking_at_all_keys_finds(one: Port, other: Port) -> None:
    found = any(triggered(one, key) and triggered(other, key) for key in KEYS)
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, other) or not found
    longest = max((len(text) for port in (one, other) for text in port.names.prefixes), default=0)
    if overlap(one, other) and longest < 2:  # else the shortest witness may be longer than KEYS has
        assert found


@given(ports(), ports())
def test_feeds_never_misses_and_is_sure_only_when_every_name_triggers(output: Port, trigger: Port) -> None:
    written = [output.path.key(name) for name in NAMES if output.names.accepts(name) and not name.endswith("/")]
    hits = [triggered(trigger, key) for key in written]
    how = feeds(output, trigger)
    if any(hits):
        assert how is not Feeds.NEVER
    if how is Feeds.SURELY:
        assert all(hits)


@given(st.builds(NameFilter, many, many))
def test_least_accepts_the_same_names_with_texts_that_are_apart(names: NameFilter) -> None:
    small = least(names)
    assert all(small.accepts(name) == names.accepts(name) for name in NAMES)
    assert set(small.prefixes) <= set(names.prefixes)
    assert set(small.suffixes) <= set(names.suffixes)
    for one in small.prefixes:
        assert [other for other in small.prefixes if other.startswith(one)] == [one]
    for one in small.suffixes:
        assert [other for other in small.suffixes if other.endswith(one)] == [one]


def test_other_buckets_and_other_servers_never_meet() -> None:
    here = Port(BucketPath(S3, "bucket", "a"))
    elsewhere = Port(BucketPath(S3, "other", "a"))
    minio = Port(BucketPath(StorageRef(StorageKind.MINIO), "bucket", "a"))
    archive = Port(BucketPath(StorageRef(StorageKind.S3, "archive"), "bucket", "a"))
    assert not overlap(here, elsewhere)
    assert not overlap(here, minio)
    assert overlap(here, archive), "bucket names of all S3 accounts are one namespace"
    assert feeds(here, minio) is Feeds.NEVER
