"""Kill the runtime before and after every write, in any order: the objects are those of an undisturbed run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from maskflow.model import ObjectCreated
from runtime.world import World

FILES = ("a.txt", "b/c.txt")
TEXTS = ("one", "one two three", "alpha beta gamma delta", "x y", "")


def undisturbed(folder: Path, uploads: list[tuple[str, str]]) -> dict[str, bytes]:
    world = World(folder)
    for name, text in uploads:
        world.upload(name, text)
        world.drain()
    return world.objects()


UPLOADS = [("a.txt", "one two three"), ("a.txt", "x y")]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return undisturbed(tmp_path_factory.mktemp("calm"), UPLOADS)


@pytest.mark.parametrize(
    "die_at", [at if at % 3 == 0 else pytest.param(at, marks=pytest.mark.slow) for at in range(1, 87)]
)
def test_a_kill_at_any_write_changes_nothing(tmp_path: Path, calm: dict[str, bytes], die_at: int) -> None:
    """Killed before or after one write of a run with a second, shorter version, then started again."""
    world = World(tmp_path)
    world.storage.at = die_at
    for name, text in UPLOADS:
        world.upload(name, text)
        world.drain()
    assert world.storage.at <= 0, "the run ended before the kill: give the test more numbers or fewer"
    assert world.objects() == calm
    assert not list((tmp_path / "buckets" / "box" / ".maskflow" / "tmp").iterdir())


steps = st.one_of(
    st.tuples(st.just("upload"), st.sampled_from(FILES), st.sampled_from(TEXTS)),
    st.tuples(st.just("work"), st.integers(0, 8), st.integers(0, 12)),
)


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=25))
@example([("upload", "a.txt", ""), ("work", 0, 0), ("work", 0, 0), ("upload", "a.txt", "one"), ("work", 0, 0),
          ("work", 0, 0), ("upload", "a.txt", "")])  # fmt: skip
@example([("upload", "a.txt", ""), ("work", 0, 0), ("upload", "a.txt", "one"), ("work", 0, 4), ("work", 1, 0)])
def test_any_history_converges(history: list[tuple[str, object, object]]) -> None:
    converges(history)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=40))
def test_any_long_history_converges(history: list[tuple[str, object, object]]) -> None:
    converges(history)


def converges(history: list[tuple[str, object, object]]) -> None:
    """Uploads, new versions, kills anywhere, events in any order: the end is what the last versions give."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rough").mkdir()
        (folder / "calm").mkdir()
        world = World(folder / "rough")
        last: dict[str, str] = {}
        for kind, one, two in history:
            if kind == "upload":
                last[str(one)] = str(two)
                world.upload(str(one), str(two))
                continue
            work = list(world.unfinished())
            if work:
                world.storage.at = int(str(two))
                world.work(*work[int(str(one)) % len(work)])
        world.storage.at = 0
        world.drain()
        assert world.objects() == undisturbed(folder / "calm", list(last.items()))


def test_the_same_version_is_never_worked_on_twice(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.upload("a.txt", "one two")
    world.drain()
    (supervisor, *_rest) = world.workers
    outcome = world.work(supervisor, ObjectCreated("s3", "box", "in/a.txt"))
    assert outcome
    assert (outcome.status, outcome.reason) == ("skipped", "this version has been worked on before")
    assert {output.key for output in outcome.outputs} == {"mid/a/1.txt", "mid/a/2.txt", "mid/a/manifest.json"}


def test_what_was_gathered_before_is_told_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.upload("a.txt", "one two")
    world.drain()
    parts = [ObjectCreated("s3", "box", f"mid/a/{name}") for name in ("1.txt", "2.txt", "manifest.json")]
    outcomes = [world.workers[1].work(part) for part in parts]
    assert {outcome.status for outcome in outcomes} == {"skipped"}
    told = {output.key for outcome in outcomes for output in outcome.outputs}
    assert told == {"out/a/1.rev", "out/a/2.rev", "out/a/all.txt"}
