"""Train, score and export the mask detector: `python -m maskflow.training COMMAND --help`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from maskflow.errors import EXIT_INTERRUPTED, MaskflowError, UsageError
from maskflow.training.output import note

COMMANDS = {
    "train": "fine-tune from the COCO weights, or go on from a checkpoint",
    "evaluate": "score a model file on a labelled set, clear and hidden",
    "predict": "write what a model sees in pictures, one line of JSON a picture",
    "calibrate": "make an 8 bit model, and print what every form is worth",
    "duplicates": "list pictures that are nearly the same, within and across sets",
    "reidentify": "measure how far hidden faces are recognised, and how far masks still are",
    "export": "write the averaged weights of a checkpoint as an ONNX file",
}
"""Names of the modules in `commands/`. Only the wanted one is imported: most need no PyTorch."""

EXTRA = ("torch", "onnx")
"""Packages of the extra `train` that a command cannot begin without."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status of the error tree (0 when all went well)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        chosen = _parser(words).parse_args(words)
        chosen.execute(chosen)
    except MaskflowError as error:
        note(f"error: {error}" + (f" ({error.hint})" if error.hint else ""))
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name not in EXTRA:
            raise
        note(f"error: this command needs {error.name} (pip install 'maskflow[train]')")
        return UsageError.exit_code
    except KeyboardInterrupt:
        note("interrupted")
        return EXIT_INTERRUPTED
    return 0


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command that comes first in `words`; of the others it knows no more than their names."""
    parser = argparse.ArgumentParser(prog="python -m maskflow.training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    wanted = words[0] if words else ""
    for name, summary in COMMANDS.items():
        one = commands.add_parser(name, help=summary, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == wanted:
            module = importlib.import_module(f"maskflow.training.commands.{name}")
            one.description = module.__doc__
            module.options(one)
            one.set_defaults(execute=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
