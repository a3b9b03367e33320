"""Whatever a file holds, it is answered with problems, soon, and without much memory."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datacases import CASES, Case
from maskflow import fdl
from maskflow.errors import Severity
from maskflow.fdl.nodes import Items, Node, Pairs, is_null
from maskflow.fdl.problems import CODES, MOST_PROBLEMS, Report
from maskflow.fdl.text import compose

SECONDS = 1.0
MEBIBYTES = 64
GOOD = [Case(path).input for path in sorted(CASES.glob("fdl/good-*.yaml"))]
LONG = 990_000

BOMBS: dict[str, Callable[[], str]] = {
    "brackets": lambda: "[" * LONG,
    "braces": lambda: "{a: " * (LONG // 4),
    "dashes": lambda: "- " * (LONG // 2),
    "questions": lambda: "? " * (LONG // 2),
    "anchors": lambda: "".join(f"&a{i} " for i in range(LONG // 9)),
    "anchored list": lambda: "".join(f"- &a{i} x\n" for i in range(LONG // 14)),
    "aliases": lambda: "a: &a x\nb:\n" + "- *a\n" * (LONG // 6),
    "one long word": lambda: "functions: " + "a" * LONG,
    "one long path": lambda: "functions: {aws: [{lambda: {name: a, source: " + "a/" * (LONG // 2) + "}}]}",
    "one long script": lambda: "functions: {aws: [{lambda: {name: a, init_script: " + "a" * 5000 + "}}]}",
    "one long storage": lambda: (
        "functions: {aws: [{lambda: {name: a, container: {image: b}, input: ["
        "{path: abc/d, storage_provider: s3." + "x" * LONG + "}, " * 1 + "{path: abc/d, storage_provider: s3}]}}]}"
    ),
    "one long key": lambda: "a" * LONG + ": b",
    "one long quote": lambda: 'a: "' + "\\n" * (LONG // 2) + '"',
    "one long comment": lambda: "#" * LONG,
    "many comments": lambda: "#\n" * (LONG // 2),
    "many lines": lambda: "\n" * LONG,
    "many keys": lambda: "".join(f"k{i}:\n" for i in range(LONG // 9)),
    "many unknown keys": lambda: "functions:\n" + "".join(f" functionality{i}:\n" for i in range(19_000)),
    "folded keys": lambda: "functions: {oscar: [a: {" + ",".join(f"Memori{i}: " for i in range(9_000)) + "}]}",
    "duplicate keys": lambda: "a: b\n" * 9_000,
    "flow keys": lambda: "{" + "a: b," * (LONG // 5) + "}",
    "tabs": lambda: "a:\t" * (LONG // 3),
    "documents": lambda: "--- a\n" * (LONG // 6),
    "tags": lambda: "!!str " * (LONG // 6),
    "directives": lambda: "%TAG ! x\n" * (LONG // 9),
    "deep blocks": lambda: "".join(" " * i + "a:\n" for i in range(1_300)),
    "block scalar": lambda: "a: |\n" + " \n" * (LONG // 2),
    "functions": lambda: "functions:\n  aws:\n" + "  - lambda: {name: a, container: {image: b}}\n" * 3_000,
    "ports": lambda: (
        "functions: {aws: [{lambda: {name: a, container: {image: b}, input: ["
        + "{storage_provider: s3, path: abc/x}," * 3_500
        + "]}}]}"
    ),
    "filters": lambda: (
        "functions: {aws: [{lambda: {name: a, container: {image: b}, input: ["
        + ("{storage_provider: s3, path: abc/x, suffix: [" + "a," * 8_000 + "]},") * 2
        + "]}}]}"
    ),
    "most": lambda: (
        "functions:\n  aws:\n"
        + "".join(
            f"  - lambda: {{name: a{i}, container: {{image: b}}, input: [{{storage_provider: s3, path: abc/x{i}}}],"
            f" output: [{{storage_provider: s3, path: abc/x{i + 1}}}]}}\n"
            for i in range(100)
        )
    ),
    "wide circle": lambda: (
        "functions:\n  aws:\n"
        + "".join(
            f"  - lambda: {{name: a{i}, container: {{image: b}}, input: [{{storage_provider: s3, path: abc/x{i}}}],"
            f" output: [{{storage_provider: s3, path: abc}}]}}\n"
            for i in range(100)
        )
    ),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])
def test_bombs_go_off_quietly(name: str, pure: bool) -> None:
    text = BOMBS[name]()
    began = time.process_time()
    if pure:
        compose(text[:90_000], "bomb.yaml", report := Report(), pure=True)
        problems = report.problems()
    else:
        problems = fdl.check(text, "bomb.yaml").problems
    assert time.process_time() - began < (5 if pure else SECONDS)
    assert len(problems) <= MOST_PROBLEMS + 1
    assert all(len(str(problem)) < 1_000 for problem in problems)


def test_memory_is_bounded() -> None:
    texts = [BOMBS[name]() for name in ("aliases", "functions")]
    tracemalloc.start()
    for text in texts:
        fdl.check(text, "bomb.yaml")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEBIBYTES * 2**20


@given(st.one_of(st.text(max_size=400), st.binary(max_size=400)))
def test_anything_is_answered(data: str | bytes) -> None:
    answered(fdl.check(data, "fuzz.yaml"))


PIECES = ["[", "]", "{", "}", ": ", "- ", "\n", "\n  ", "&a ", "*a", "<<: *a", "!!str ", "|", '"', "'", "#", "\t", "~"]
WORDS = [
    "functions",
    "aws",
    "oscar",
    "lambda",
    "name",
    "input",
    "storage_provider",
    "path",
    "s3",
    "minio",
    "a-b/c",
    "env",
]


@given(st.lists(st.sampled_from(PIECES + WORDS), max_size=60).map("".join))
def test_anything_that_looks_like_yaml_is_answered(text: str) -> None:
    answered(fdl.check(text, "fuzz.yaml"))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(st.sampled_from(GOOD), st.data())
def test_mutated_good_files_are_answered(good: bytes, data: st.DataObject) -> None:
    text = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 12)))
        text[begin:end] = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from(PIECES + WORDS).map(str.encode)))
    answered(fdl.check(bytes(text), CASES / "fdl" / "fuzz.yaml", deploying=data.draw(st.booleans())))


def answered(loaded: fdl.Loaded) -> None:
    """Every answer is a workflow or says why not, in words of the table, at places of the file."""
    errors = [problem for problem in loaded.problems if problem.severity is Severity.ERROR]
    assert (loaded.workflow is None) == bool(errors)
    assert all(problem.code in CODES for problem in loaded.problems)
    assert all(problem.message.isprintable() and problem.hint.isprintable() for problem in loaded.problems)


@pytest.mark.parametrize("good", GOOD)
def test_both_parsers_agree(good: bytes) -> None:
    trees = [compose(good, "file", Report(), pure=pure) for pure in (False, True)]
    assert outline(trees[0]) == outline(trees[1])


def outline(node: Node | None) -> object:
    if node is None or is_null(node):
        return None
    if isinstance(node, Items):
        return [node.place, *map(outline, node.items)]
    if isinstance(node, Pairs):
        return [node.place, *((pair.key, outline(pair.value)) for pair in node.pairs)]
    return node


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "device", "large", "nul", "long", "unreadable"])
def test_strange_files_are_one_clear_problem(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "large":
        with path.open("wb") as stream:
            stream.truncate(100_000_000)
    elif kind == "unreadable":
        path.symlink_to(path)
    path = {"device": Path("/dev/zero"), "nul": Path("a\0b"), "long": tmp_path / ("x" * 300)}.get(kind, path)
    loaded = fdl.load(path)
    assert loaded.workflow is None
    assert [problem.code for problem in loaded.problems] == ["too-large" if kind == "large" else "unreadable"]
