"""kill -9 at any moment, then again: the objects are those of an undisturbed run, and nothing else is left."""

from __future__ import annotations

import contextlib
import itertools
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from acceptance.desk import Desk, copied_workflow, end

Victims = Callable[[Desk, psutil.Process], list[psutil.Process]]
ROUND = 6
"""Kills on one data root before the run is let to its end."""


def everything(desk: Desk, run: psutil.Process) -> list[psutil.Process]:
    return [*run.children(recursive=True), run]


def only_run(desk: Desk, run: psutil.Process) -> list[psutil.Process]:
    return [run]


def worker(desk: Desk, run: psutil.Process) -> list[psutil.Process]:
    return run.children()[:1]


def one_function(desk: Desk, run: psutil.Process) -> list[psutil.Process]:
    return [function for child in run.children()[:1] for function in child.children()[:1]]


VICTIMS: tuple[Victims, ...] = (everything, only_run, worker, one_function)


class Scene:
    """One workflow and one input, run undisturbed once, and then with kills."""

    def __init__(self, folder: Path, workflow: Path, source: Path) -> None:
        self.folder = folder
        self.rounds = itertools.count(1)
        self.command = ("run", "-f", workflow, source, "-o", "results")
        calm = Desk(folder / "calm")
        began = time.monotonic()
        calm(*self.command)
        self.seconds = time.monotonic() - began
        self.objects = calm.objects()
        self.results = calm.tree()
        assert not calm.remains()
        assert len(self.objects) > 10

    def disturb(self, kills: int, seed: int) -> None:
        """That many kills, at most `ROUND` of them on one data root."""
        print(f"seed {seed}")
        moments = random.Random(seed)
        done = 0
        while done < kills:
            number = next(self.rounds)
            done += self._round(Desk(self.folder / f"rough{number}"), min(ROUND, kills - done), moments, number)

    def _round(self, desk: Desk, kills: int, moments: random.Random, number: int) -> int:
        done = 0
        try:
            for turn in range(kills):
                victims = VICTIMS[(number + turn) % len(VICTIMS)]
                moment = moments.uniform(0, 0.9 * self.seconds)
                killed = self._killed(desk, moment, victims)
                print(f"round {number}: {victims.__name__} after {moment:.3f} s: {'killed' if killed else 'was over'}")
                done += killed
                if not killed:
                    break
            self._finish(desk)
        finally:
            desk.clear()
        return done

    def _killed(self, desk: Desk, moment: float, victims: Victims) -> bool:
        """Whether there was something to kill at that moment."""
        with desk.spawn(*self.command) as process:
            try:
                process.communicate(timeout=moment)
            except subprocess.TimeoutExpired:
                run = psutil.Process(process.pid)
                found = victims(desk, run)
                if not found:  # too early for that one
                    victims, found = everything, everything(desk, run)
                for victim in found:
                    end(victim)
                if victims is worker and found:
                    assert process.wait(60) in (0, 7)  # it says that the worker has ended, unless all was done
                elif victims is one_function:
                    assert process.wait(300) == 0  # it tries again
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                process.communicate()
                return bool(found)
        self.seconds *= 0.9  # the machine has become faster
        return False

    def _finish(self, desk: Desk) -> None:
        said = desk(*self.command)
        assert desk.objects() == self.objects
        assert desk.tree() == self.results
        assert "people" in said.out
        desk.until(lambda: not desk.processes(), "no process is left")
        assert not desk.remains()


@pytest.fixture(scope="module")
def mask(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Scene:
    folder = tmp_path_factory.mktemp("mask")
    workflow = copied_workflow(folder / "mask.yaml", [("INTERVAL: '5'", "INTERVAL: '0.25'")])
    return Scene(folder, workflow, clip)


def test_a_few_kills_change_nothing(mask: Scene) -> None:
    mask.disturb(3, random.randrange(1 << 32))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_fifty_kills_change_nothing(mask: Scene) -> None:
    mask.disturb(50, random.randrange(1 << 32))
