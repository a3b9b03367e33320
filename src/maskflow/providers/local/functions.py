"""What is deployed here: one document a function, written whole, read by the worker."""

from __future__ import annotations

from pathlib import Path

from maskflow.errors import FunctionError, ProviderError
from maskflow.model import ObjectCreated
from maskflow.runtime import spec as specs
from maskflow.runtime.receipts import Receipt, State
from maskflow.runtime.spec import FunctionSpec

from .place import Root


def read(root: Root, name: str) -> FunctionSpec | None:
    """The deployed function, or None. Raises ProviderError when its document is damaged."""
    path = document(root, name)
    try:
        return specs.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except FunctionError as error:
        raise ProviderError(f"{path}: {error}", hint="deploy the workflow again, or remove that file") from error


def read_all(root: Root) -> dict[str, FunctionSpec]:
    """All deployed functions by name, in order."""
    names = sorted(path.stem for path in root.functions.glob("*.json"))
    return {name: spec for name in names if (spec := read(root, name))}


def write(root: Root, spec: FunctionSpec) -> None:
    path = document(root, spec.name)
    temporary = path.with_suffix(".new")
    temporary.write_text(specs.dumps(spec), encoding="utf-8")
    temporary.replace(path)


def remove(root: Root, name: str) -> None:
    document(root, name).unlink(missing_ok=True)


def document(root: Root, name: str) -> Path:
    return root.functions / f"{name}.json"


def unfinished(receipt: Receipt | None, event: ObjectCreated) -> bool:
    """Whether an object that lies there has still to be worked on, as far as can be told without reading it."""
    if receipt is None or receipt.state not in (State.DONE, State.FAILED):
        return True
    known = receipt.input
    return (known.size, known.sequencer) != (event.size, event.sequencer)
