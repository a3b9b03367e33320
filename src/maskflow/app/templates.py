"""Projects to start from: the shipped workflows with their functions, out of the wheel or out of a source folder.

A template is a file `workflows/NAME.yaml` whose function sources are `../functions/FOLDER`. In a project the folders
stand beside the file, the workflow bears the project's name, and so do its functions and buckets: such names are
taken quickly, and two projects must not get into each other's way.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from maskflow import fdl
from maskflow.errors import UsageError
from maskflow.fdl.suggest import did_you_mean

_SOURCE = re.compile(r"\.\./functions/([A-Za-z0-9._-]+)")
_NAME = re.compile(r"[a-z][a-z0-9-]{1,22}[a-z0-9]")
_NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@dataclass(frozen=True, slots=True)
class Template:
    """One shipped workflow. `summary` is the first line of its file."""

    name: str
    summary: str
    functions: tuple[str, ...]


def templates() -> tuple[Template, ...]:
    return tuple(_template(file) for file in sorted((_home() / "workflows").glob("*.yaml")))


def make(target: Path, template: str) -> tuple[Path, ...]:
    """Write the project into `target`, which must not be there or be empty; returns what now stands at its top."""
    name = target.name
    if not _NAME.fullmatch(name):
        hint = "buckets and functions will bear it: 3 to 24 small letters, digits and hyphens, a letter first"
        raise UsageError(f"{name!r} cannot be the name of a project", hint=hint)
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise UsageError(f"{target} exists already and is not an empty folder", hint="nothing was written")
    found = next((one for one in templates() if one.name == template), None)
    if found is None:
        hint = did_you_mean(template, [one.name for one in templates()])
        raise UsageError(f"there is no template {template!r}", hint=hint)
    return _write(target, found)


def _home() -> Path:
    """In a wheel beside the modules, in a source folder at its top."""
    package = Path(str(resources.files("maskflow")))
    return package / "templates" if (package / "templates").is_dir() else package.parents[1]


def _template(file: Path) -> Template:
    text = file.read_text("utf-8")
    first = text.splitlines()[0] if text else ""
    return Template(file.stem, first.lstrip("# "), tuple(dict.fromkeys(_SOURCE.findall(text))))


def _write(target: Path, template: Template) -> tuple[Path, ...]:
    """Beside the target first, so that a project is there as a whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _fill(unfinished, target.name, template)
        os.replace(unfinished, target)
    except OSError as error:
        raise UsageError(f"{target} cannot be made: {error.strerror or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return tuple(sorted((*(target / "functions").iterdir(), target / "README.md", target / "workflow.yaml")))


def _fill(folder: Path, name: str, template: Template) -> None:
    home = _home()
    folder.mkdir()
    for function in template.functions:
        shutil.copytree(home / "functions" / function, folder / "functions" / function, ignore=_NOT_COPIED)
    text = _renamed(home / "workflows" / f"{template.name}.yaml", name)
    (folder / "workflow.yaml").write_text(text, "utf-8")
    (folder / "README.md").write_text(_readme(name, template), "utf-8")


def _renamed(source: Path, name: str) -> str:
    text = _SOURCE.sub(r"functions/\1", source.read_text("utf-8"))
    functions = fdl.load(source).get().functions
    for function in functions:
        text = re.sub(rf"(?m)^([ -]*name: *){re.escape(function.name)}(?= *$)", rf"\1{name}-{function.name}", text)
    ports = (port for one in functions for port in (*one.inputs, *one.outputs))
    for bucket in sorted({port.path.bucket for port in ports} - {name}):
        text = re.sub(rf"(?<![\w.-]){re.escape(bucket)}(?![\w-])", f"{name}-{bucket}", text)
    head = re.match(r"(?:#.*\n|\n)*", text)
    assert head
    return f"{text[: head.end()]}name: {name}\n\n{text[head.end() :]}"


def _readme(name: str, template: Template) -> str:
    text = resources.files("maskflow.app").joinpath("project.md").read_text("utf-8")
    functions = "\n".join(
        f"* `functions/{one}/` — code, requirements and models of {one}" for one in template.functions
    )
    return text.replace("{name}", name).replace("{summary}", template.summary).replace("{functions}", functions)


def models() -> tuple[Path, ...]:
    """The model files of all shipped functions."""
    return tuple(sorted((_home() / "functions").glob("*/*.onnx")))
