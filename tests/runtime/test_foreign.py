"""What somebody else put where our outputs were is theirs: neither replaced nor removed."""

from __future__ import annotations

from pathlib import Path

from maskflow.model import ObjectCreated
from maskflow.storage.directory import DirectoryStorage
from runtime.world import World


def replaced_by_hand(world: World, key: str) -> None:
    DirectoryStorage(world.storage.root).put("box", key, b"mine")


def test_a_new_version_fails_on_what_is_not_ours_any_more(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.upload("a.txt", "one two")
    world.drain()
    replaced_by_hand(world, "mid/a/1.txt")
    world.upload("a.txt", "three four")
    outcome = world.work(world.workers[0], ObjectCreated("s3", "box", "in/a.txt"))
    assert outcome
    assert (outcome.status, outcome.retryable) == ("failed", False)
    assert "s3:box/mid/a/1.txt exists already and nothing of ours made it" in outcome.reason
    assert world.objects()["mid/a/1.txt"] == b"mine"
    assert world.objects()["mid/a/2.txt"] == b"two", "nothing of the new version is published"


def test_removing_what_is_stale_spares_what_is_not_ours(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.upload("a.txt", "one two three")
    world.drain()
    replaced_by_hand(world, "mid/a/3.txt")
    world.upload("a.txt", "four five")
    outcome = world.work(world.workers[0], ObjectCreated("s3", "box", "in/a.txt"))
    assert outcome
    assert outcome.status == "done"
    assert world.objects()["mid/a/3.txt"] == b"mine"
