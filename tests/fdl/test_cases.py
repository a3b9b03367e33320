"""Every file of tests/cases/fdl says what it is; a first line with `deploying` is read as for a deployment."""

from __future__ import annotations

import pytest

from datacases import Case
from fdl.render import render
from maskflow import fdl


@pytest.mark.cases("fdl/*.yaml")
def test_case(case: Case) -> None:
    deploying = b"deploying" in case.input.split(b"\n", 1)[0]
    loaded = fdl.check(case.input, case.path, deploying=deploying)
    assert (loaded.workflow is None) == any(problem.severity == "error" for problem in loaded.problems)
    case.check(render(loaded, case.path.parent))
