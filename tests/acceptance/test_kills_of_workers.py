"""The background worker and its processes killed while uploads, new versions and fan-ins are under way.

The functions cost nothing, so most kills fall between two writes rather than into the function.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import psutil
import pytest

from acceptance.desk import end
from local.home import Home
from maskflow.providers.local import control

SPLIT = """
    from maskflow.runtime.manifest import Manifest, part_of

    def handle(source, output, context):
        folder = output / context.name.rpartition(".")[0]
        folder.mkdir(parents=True)
        files = []
        for number, word in enumerate(source.read_text().split()):
            files.append(folder / f"{number}.txt")
            files[-1].write_text(word)
        parts = tuple(part_of(file, folder) for file in files)
        (folder / "manifest.json").write_bytes(Manifest(context.name, parts).dumps())
"""
JUDGE = """
    from maskflow.runtime.manifest import loads

    class handle:
        gathers = ".rev"

        def __init__(self, environment):
            pass

        def __call__(self, source, output, context):
            target = output / context.name.replace(".txt", ".rev")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text()[::-1])

        def gather(self, manifest, parts, output, context):
            words = [parts / part.name.replace(".txt", ".rev") for part in loads(manifest.read_bytes()).parts]
            target = output / context.name.replace("manifest.json", "all.txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(" ".join(word.read_text() for word in words))
"""
NAMES = [f"cam{number % 3}/{number}.txt" for number in range(12)]


def home_with_functions(folder: Path) -> Home:
    home = Home(folder)
    home.add("split", SPLIT, out="mid", attempts=100)
    home.add("judge", JUDGE, into="mid", attempts=100)
    return home


def expected(texts: dict[str, str]) -> dict[str, bytes]:
    """What an undisturbed run of the last versions gives below `out`."""
    found = {}
    for name, text in texts.items():
        folder = f"out/{name.removesuffix('.txt')}"
        words = [word[::-1] for word in text.split()]
        found |= {f"{folder}/{number}.rev": word.encode() for number, word in enumerate(words)}
        found[f"{folder}/all.txt"] = " ".join(words).encode()
    return dict(sorted(found.items()))


def kill_something(home: Home, chance: random.Random, latest: float) -> None:
    """The worker with or without its functions, or a function, at a random moment of the next `latest` seconds."""
    moment = time.monotonic() + chance.uniform(0, latest)
    home.until(lambda: time.monotonic() >= moment, "the moment has come")
    state = control.state(home.root)
    if state is None:
        return
    worker = psutil.Process(state.pid)
    functions = worker.children()
    victims = chance.choice([[worker], [*functions, worker], functions[:1], functions])
    for victim in victims:
        end(victim)
    if worker in victims:
        home.until(lambda: not control.locked(home.root), "the worker is gone")


def disturb(home: Home, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    texts: dict[str, str] = {}
    for _ in range(kills):
        for name in chance.sample(NAMES, 2):
            texts[name] = " ".join(f"{name[3]}w{chance.randrange(99)}" for _ in range(chance.randrange(1, 9)))
            home.upload(name, texts[name].encode())
        home.start()
        kill_something(home, chance, 0.6)
    home.start()
    home.until(lambda: home.objects("out") == expected(texts) and home.idle(), "everything came out")
    assert set(home.objects("mid")) == {
        f"mid/{name.removesuffix('.txt')}/{file}"
        for name, text in texts.items()
        for file in ("manifest.json", *(f"{number}.txt" for number in range(len(text.split()))))
    }
    assert not home.lines("dead")
    home.stop()
    assert not home.remains()


def test_ten_kills_change_nothing(tmp_path: Path) -> None:
    disturb(home_with_functions(tmp_path), 10, random.randrange(1 << 32))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_kills_change_nothing(tmp_path: Path) -> None:
    disturb(home_with_functions(tmp_path), 200, random.randrange(1 << 32))
