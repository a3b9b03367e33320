"""Killed and typed again at once, while what was killed is still going."""

from __future__ import annotations

import os
import random

import pytest

from acceptance.desk import Desk
from cli.console import FUNCTION, WORKFLOW
from maskflow.providers.local import control


@pytest.mark.parametrize("turns", [3, pytest.param(40, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_the_next_run_does_not_stumble_over_the_one_before(desk: Desk, turns: int) -> None:
    (desk.work / "code").mkdir()
    (desk.work / "code" / "function.py").write_text(FUNCTION)
    (desk.work / "workflow.yaml").write_text(WORKFLOW)
    chance = random.Random(seed := random.randrange(1 << 32))
    print(f"seed {seed}")
    for turn in range(turns):
        (desk.work / f"{turn}.mp4").write_text(f"hello {turn}")
        with desk.spawn("run", "-f", "workflow.yaml", f"{turn}.mp4") as process:
            if chance.random() < 0.7:
                desk.until(lambda: control.locked(desk.root), "the worker is there")
            if chance.random() < 0.7:
                desk.until(lambda: control.state(desk.root) is not None or process.poll() is not None, "it is ready")
            os.kill(process.pid, 9)
        desk("run", "-f", "workflow.yaml", f"{turn}.mp4")
        assert f"s3/mask-results/result/{turn}/summary.json" in desk.objects()
    desk.until(lambda: not desk.processes(), "no process is left")
    assert not desk.remains()
