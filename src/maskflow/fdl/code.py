"""What runs: a Python function in a folder, a script, or whatever the image starts. Nothing is imported to find out.

A function folder says its entry in `function.toml` (`entry = "function:AnonAndSplit"`); without one it is
`function:handle`. That the file defines the name is read from its syntax tree.
"""

from __future__ import annotations

import ast
import os
import re
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maskflow.errors import Place
from maskflow.model import Entry, EntryKind

from .problems import Report, shown
from .suggest import did_you_mean, nearest
from .table import Table

DEFAULT_ENTRY = "function:handle"
FOLDER_FILE = "function.toml"
LARGEST = 1_000_000

_ENTRY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):([A-Za-z_][A-Za-z0-9_]*)")
_WHERE = f'name it in {FOLDER_FILE}: entry = "function:TheName"'
_HOW = "write file:attribute, e.g. function:handle"


@dataclass(frozen=True, slots=True)
class Local:
    """The folder that stands for an image, with its entry if that was said."""

    folder: Path
    entry: str
    place: Place


def same_image(image: str) -> str:
    """One spelling of an image reference, so that `x`, `docker.io/library/x` and `x:latest` are equal."""
    image = image.strip().removeprefix("docker.io/").removeprefix("library/")
    return image if "@" in image or ":" in image.rsplit("/", 1)[-1] else f"{image}:latest"


def local_of(mapped: str, base: Path, place: Place) -> Local:
    """`folder` or `folder#file:attribute`."""
    folder, _, entry = mapped.partition("#")
    return Local(base / folder, entry, place)


def find_code(
    table: Table, script: str, image: str, images: Mapping[str, Local], report: Report, folder: Path
) -> Entry:
    """The entry of a function: its `source`, else the folder that stands for its image, else its script."""
    if "source" in table:
        local = Local(folder / table.text("source"), table.text("entry"), table.at("source"))
        return _python(local, table.at("entry"), report)
    if image and (mapped := images.get(same_image(image))):
        entry = table.text("entry") or mapped.entry
        return _python(Local(mapped.folder, entry, mapped.place), table.at("entry"), report)
    if "entry" in table:
        message = "'entry' names a function, but no 'source' says in which folder"
        report.add("bad-entry", table.at("entry"), message, "add 'source: folder'")
    if table.text(script):
        return _program(folder / table.text(script), table.at(script), report)
    return Entry(EntryKind.IMAGE)


def _program(path: Path, place: Place, report: Report) -> Entry:
    if not os.path.isfile(path):  # unlike Path.is_file, it bears names that are too long
        hint = "paths start from the workflow file's folder; a folder can stand in for an image: --image IMAGE=FOLDER"
        report.add("missing-script", place, f"there is no file {path}", hint)
    return Entry(EntryKind.PROGRAM, str(path.absolute()))


def _python(local: Local, place: Place, report: Report) -> Entry:
    folder = local.folder.absolute()
    if not os.path.isdir(folder):
        report.add("missing-source", local.place, f"there is no folder {folder}", "paths start from this file's folder")
        return Entry(EntryKind.PYTHON, str(folder), local.entry or DEFAULT_ENTRY)
    if not local.entry:
        name, place = _said_in_folder(folder, local.place, report)
    else:
        name = local.entry
    _check(folder, name, place, report)
    return Entry(EntryKind.PYTHON, str(folder), name)


def _said_in_folder(folder: Path, place: Place, report: Report) -> tuple[str, Place]:
    """The entry that `function.toml` names, and where that is said."""
    file = folder / FOLDER_FILE
    if not os.path.isfile(file):
        return DEFAULT_ENTRY, place
    here = Place(str(file))
    try:
        said = tomllib.loads(_text(file))
    except (OSError, ValueError) as error:
        report.add("bad-entry", here, f"this is no TOML: {error}", f'it needs one line: entry = "{DEFAULT_ENTRY}"')
        return DEFAULT_ENTRY, here
    for key in said.keys() - {"entry"}:
        report.add("unknown-key", here, f"a function folder has no key {shown(key)}", did_you_mean(key, ("entry",)))
    return str(said.get("entry", DEFAULT_ENTRY)), here


def _text(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise ValueError(f"more than {LARGEST:,} bytes")
    return file.read_text("utf-8")


def _check(folder: Path, entry: str, place: Place, report: Report) -> None:
    match = _ENTRY.fullmatch(entry)
    if not match:
        report.add("bad-entry", place, f"{shown(entry)} is no entry", _HOW)
        return
    file = folder / f"{match.group(1)}.py"
    if not os.path.isfile(file):
        report.add("missing-source", place, f"there is no file {file}", f"it should define {match.group(2)!r}")
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python finds odd in that file is its author's business
            names = _defined(_text(file))
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 0
        report.add("bad-entry", Place(str(file), line, 1 if line else 0), f"this Python cannot be read: {error}")
        return
    if names is not None and match.group(2) not in names:
        message = f"{file} defines no {shown(match.group(2))}"
        hint = did_you_mean(match.group(2), names) if nearest(match.group(2), names) else _WHERE
        report.add("bad-entry", place, message, hint)


def _defined(text: str) -> set[str] | None:
    """The names that a module binds at its top level; None when a star import hides them."""
    names: set[str] = set()
    for node in ast.walk(ast.Module(_top(ast.parse(text).body), [])):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            if node.name == "*":
                return None
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _top(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements without what functions and classes have inside."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            node.body = []
    return body
