"""What `run` says while a workflow runs, and the tables at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from maskflow.app import results, running, workflows
from maskflow.app.outcome import Outcome
from maskflow.errors import FunctionError, StorageError
from maskflow.runtime.spec import FunctionSpec

from . import deploying
from .output import clean, count, note, say, show_json, show_table, warn
from .progress import run_progress
from .surroundings import data_root

MOST_SUMMARIES = 50
"""More rows than this nobody reads."""


def deploy(file: Path, images: Mapping[str, str], *, worker: bool) -> Sequence[FunctionSpec]:
    """Bring this machine to the file, as `init --local` does."""
    providers = workflows.local_providers(data_root(), worker=worker)
    planned = workflows.plan(file, deploying.image_mapping(images), providers)
    deploying.show_warnings(planned)
    report = workflows.carry_out(planned)
    for failed in report.failed:
        raise failed.error
    if report.interrupted:
        raise KeyboardInterrupt
    return running.specs_of(data_root(), planned.workflow)


def hand_over(specs: Sequence[FunctionSpec], files: Sequence[Path], name: str, *, again: bool) -> int:
    uploads = running.uploads(specs, files, name)
    running.put(data_root(), specs, uploads, again=again)
    for upload in uploads:
        say(clean(upload.event))
    return 0


def follow(
    specs: Sequence[FunctionSpec], files: Sequence[Path], name: str, output: Path | None, *, again: bool, as_json: bool
) -> int:
    uploads = running.uploads(specs, files, name)
    with run_progress([spec.name for spec in specs]) as on_step:
        outcome = running.run(data_root(), specs, uploads, on_step, again=again)
    summaries = results.summaries(data_root(), outcome.results)
    if as_json:
        show_json(
            {"hops": outcome.hops, "failures": outcome.failures, "results": outcome.results, "summaries": summaries}
        )
    else:
        _show(outcome, summaries)
    if output:
        _fetch(outcome, output)
    return FunctionError.exit_code if outcome.failures else 0


def _show(outcome: Outcome, summaries: Sequence[Mapping[str, object]]) -> None:
    rows = [(hop.function, hop.done, hop.reused, hop.failed, hop.outputs, f"{hop.seconds:.2f}") for hop in outcome.hops]
    show_table(("FUNCTION", "DONE", "DONE BEFORE", "FAILED", "OBJECTS", "SECONDS"), rows)
    if summaries:
        say()
        _show_summaries(summaries)
    for failure in outcome.failures:
        warn(f"{failure.function} failed on {clean(failure.object)}: {clean(failure.reason)}")
    note(count(len(outcome.results), "result"))


def _show_summaries(summaries: Sequence[Mapping[str, object]]) -> None:
    shown = summaries[:MOST_SUMMARIES]
    columns = list(dict.fromkeys(name for summary in shown for name in summary))
    rows = [["-" if summary.get(name) is None else summary[name] for name in columns] for summary in shown]
    show_table([name.replace("_", " ").upper() for name in columns], rows)
    if len(summaries) > len(shown):
        say(f"... and {len(summaries) - len(shown):,} more; --json has all")


def _fetch(outcome: Outcome, output: Path) -> None:
    transfer = results.fetch(data_root(), outcome.results, output)
    for failed in transfer.failed:
        warn(f"{clean(failed.name)}: {clean(failed.reason)}")
    note(f"{count(len(transfer.moved), 'file')} in {output}")
    if transfer.failed:
        raise StorageError(f"{count(len(transfer.failed), 'result')} could not be fetched")
