"""The house rules that a machine can hold: who imports whom, which file knows which library, how big things are."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable
from fnmatch import fnmatch
from pathlib import Path

from maskflow import errors

SOURCE = Path(errors.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))

LAYERS = [
    {"errors"},
    {"model"},
    {"events"},
    {"storage"},
    {"runtime"},
    {"deploy", "images", "fdl"},
    {"providers"},
    {"app"},
    {"dashboard"},
    {"cli"},
    {"demo", "__main__"},
]
"""From the ground up: a room imports itself and rooms below it, never one beside or above it."""

ASIDE = {"vision": {"errors"}, "training": {"vision", "errors"}}
"""Rooms that stand outside the stack, and all that they import. Only these may be imported from it:"""
OPEN_TO_VISION = {"app/checking.py", "app/doctor.py", "demo.py"}

KEEPERS = {
    "boto3": ["storage/s3.py", "providers/aws/client.py"],
    "botocore": ["storage/s3.py", "providers/aws/client.py"],
    "minio": ["storage/minio.py", "providers/oscar/*.py"],
    "kubernetes": ["providers/kubernetes/client.py"],
    "click": ["cli/*.py", "cli/commands/*.py"],
    "rich": ["cli/*.py"],
    "tabulate": ["cli/*.py"],
    "yaml": ["fdl/text.py"],
    "watchfiles": ["providers/local/watch.py"],
    "psutil": ["providers/local/engine.py", "providers/local/pool.py", "providers/local/sweep.py"],
    "keyring": ["runtime/secrets.py"],
    "cv2": ["vision/*.py", "training/*.py"],
    "onnxruntime": ["vision/onnx.py", "training/quantise.py"],
    "onnx": ["training/*.py"],
    "av": ["vision/video*.py"],
    "torch": ["training/*.py"],
    "matplotlib": ["training/*.py"],
}

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 40
CONTAINER_CANNOT_HAVE = {"click", "rich", "kubernetes", "boto3", "botocore", "minio", "tabulate", "yaml"}


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Absolute names of all modules that a file imports, wherever in the file."""
    package = ["maskflow", *path.relative_to(SOURCE).parent.parts]
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" if module == "maskflow" else module for alias in node.names}
    return frozenset(found)


def rooms_of(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("maskflow.")} - {"__version__"}


def allowed_for(path: Path) -> set[str]:
    own = room(path)
    if own == "__init__":
        return set()
    if own in ASIDE:
        return ASIDE[own] | {own}
    level = next(number for number, rooms in enumerate(LAYERS) if own in rooms)
    return set().union(*LAYERS[:level], {own}, {"vision"} if name_of(path) in OPEN_TO_VISION else set())


def broken(bad: Callable[[Path], Collection[object]], paths: Iterable[Path] = MODULES) -> dict[str, list[object]]:
    """What is wrong, by file; nothing when all is well."""
    return {name_of(path): sorted(found, key=str) for path in paths if (found := bad(path))}


def test_imports_go_down() -> None:
    assert not broken(lambda path: rooms_of(path) - allowed_for(path))


def test_providers_do_not_know_each_other() -> None:
    def others(path: Path) -> set[str]:
        known = {name.split(".")[2] for name in imports(path) if name.startswith("maskflow.providers.")}
        return known - {path.relative_to(SOURCE).parts[1]}

    assert not broken(others, [path for path in MODULES if room(path) == "providers"])


def test_a_library_is_known_to_its_keepers_only() -> None:
    def foreign(path: Path) -> set[str]:
        libraries = {name.split(".")[0] for name in imports(path)} & KEEPERS.keys()
        return {one for one in libraries if not any(fnmatch(name_of(path), keeper) for keeper in KEEPERS[one])}

    assert not broken(foreign)


def test_no_file_is_too_long() -> None:
    def lines(path: Path) -> list[int]:
        count = len(path.read_text("utf-8").splitlines())
        return [count] if count > MOST_LINES else []

    assert not broken(lines)


def test_no_function_is_too_long() -> None:
    def long(path: Path) -> list[str]:
        found = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return [one.name for one in found if (one.end_lineno or 0) - one.lineno >= MOST_LINES_OF_A_FUNCTION]

    assert not broken(long)


def test_every_file_says_what_it_is() -> None:
    assert not broken(lambda path: [] if ast.get_docstring(tree_of(path)) else ["no docstring"])


def test_only_the_command_line_prints_and_asks() -> None:
    def talking(path: Path) -> set[str]:
        calls = (node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))
        return {one.id for one in calls if isinstance(one, ast.Name)} & {"print", "input", "exit", "quit"}

    assert not broken(talking, [path for path in MODULES if room(path) not in {"cli", "training", "demo"}])


def test_sisters_have_codes_of_their_own() -> None:
    codes = [one.exit_code for one in errors.MaskflowError.__subclasses__()]
    reserved = {0, 1, errors.EXIT_UNEXPECTED, errors.EXIT_INTERRUPTED}
    assert len(set(codes)) == len(codes)
    assert not reserved & set(codes)


def test_children_have_the_code_of_their_parent() -> None:
    parents = errors.MaskflowError.__subclasses__()
    assert all(child.exit_code == parent.exit_code for parent in parents for child in parent.__subclasses__())


def test_what_goes_into_containers_needs_little() -> None:
    """`runtime` with what it imports, and `vision`, load without the libraries of the other rooms."""
    goes = [path for path in MODULES if room(path) in {"runtime", "vision", "events"}]
    names = [".".join(["maskflow", *path.relative_to(SOURCE).with_suffix("").parts]) for path in goes]
    names = [name.removesuffix(".__init__") for name in names] + ["maskflow.storage.directory"]
    code = f"import sys, importlib\nfor name in {names!r}: importlib.import_module(name)\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not CONTAINER_CANNOT_HAVE & set(loaded)
