"""``harness record``: a maintainer's command that records cassettes anew, and keeps what is fit and wanted."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError

if TYPE_CHECKING:
    from ..acceptance import Batch
    from ..recording import Recording
    from ..target import Subject

_KEPT, _NOT_KEPT = 0, 1


@click.command(
    epilog="Without --live the scenes of the built-in providers are recorded from the local model, real g4f servers "
    "and stand-ins, which are installed into .live/ first. With --live the calls of the target's cassettes are made "
    "again, to that address, through a recording proxy; a target without cassettes gets the usual calls. What is new "
    "is scrubbed, linted and judged by the suite before you are asked. Exit codes: 0 all is kept, 1 something is not, "
    "2 wrong input, 3 the harness failed."
)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--scenario", "scenarios", multiple=True, metavar="GLOB", help="Scenarios to record. Repeatable.")
@click.option("--live", metavar="URL", help="Origin of the live upstream.")
@click.option("--key-env", metavar="VAR", help="Variable that holds the api_key for --live; it is never written.")
@click.option("--model", metavar="ID", default="", help="Model for the usual calls.")
@click.option("--max-requests", type=click.IntRange(1), metavar="N", help="Requests to --live, at most.")
@click.option("--timeout", type=click.FloatRange(0.1), default=120.0, show_default=True, help="Seconds for one call.")
@click.option("--contract", metavar="NAME|module:ATTR", help="What a foreign TARGET is judged by.")
@click.option("--cassettes", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where to write.")
@click.option("--yes", is_flag=True, help="Keep what is fit without asking.")
def record(targets: tuple[str, ...], cassettes: Path | None, yes: bool, **choices: Any) -> int:  # noqa: FBT001
    """Record cassettes: scrubbed, with chunk borders, gaps and endings, each replayed before it is kept."""
    from ..target import CASSETTES  # noqa: PLC0415  slow to import, and --help needs none of it

    if choices["live"] is not None and not targets:
        raise UsageError("no-target", "expected a TARGET with --live, got none", "harness record --help")
    if not yes and not sys.stdin.isatty():
        raise UsageError("no-answer", "expected --yes, or a terminal to ask on, got neither", "harness record --yes")
    folder = cassettes or CASSETTES
    taken = list(_live(targets, folder, choices) if choices["live"] is not None else _scenes(targets, folder, choices))
    return max((_keep(batch, failed, folder, choices["contract"], yes=yes) for batch, failed in taken), default=_KEPT)


def _scenes(
    targets: tuple[str, ...], folder: Path, choices: Mapping[str, Any]
) -> "Iterator[tuple[Batch, dict[str, str]]]":
    from ..live.programme import record_all  # noqa: PLC0415  as above
    from ..target import resolve  # noqa: PLC0415

    for name, made in record_all(targets, _say, scenarios=choices["scenarios"]).items():
        yield _batch(resolve(name), folder, made)


def _live(
    targets: tuple[str, ...], folder: Path, choices: Mapping[str, Any]
) -> "Iterator[tuple[Batch, dict[str, str]]]":
    from ..cassette import store  # noqa: PLC0415  as above
    from ..live.retake import Live, calls_of, chosen, requests, retake  # noqa: PLC0415
    from ..live.usual import answers, calls  # noqa: PLC0415
    from ..target import resolve  # noqa: PLC0415

    live = Live(choices["live"], key_of(choices["key_env"]), choices["timeout"], choices["max_requests"])
    for target in dict.fromkeys(targets):
        subject = resolve(target, choices["contract"])
        known = calls_of(store.recordings(folder / subject.contract.name))
        asked = known or calls(subject.contract, choices["model"])
        made = retake(subject, chosen(subject, asked, choices["scenarios"]), live, _say)
        made = made if known else answers(made)
        if live.most is not None:
            live = replace(live, most=live.most - requests(made.values()))
        yield _batch(subject, folder, made)


def _batch(subject: "Subject", folder: Path, made: "Mapping[str, Recording | str]") -> "tuple[Batch, dict[str, str]]":
    """Part what was recorded from what was not."""
    from ..acceptance import Batch  # noqa: PLC0415  as above
    from ..cassette import store  # noqa: PLC0415

    new = tuple(one for one in made.values() if not isinstance(one, str))
    failed = {name: one for name, one in made.items() if isinstance(one, str)}
    return Batch(subject, store.recordings(folder / subject.contract.name), new), failed


def _keep(batch: "Batch", failed: Mapping[str, str], folder: Path, contract: str | None, *, yes: bool) -> int:
    """Write what is fit and wanted; a scenario that is not recorded keeps its old file."""
    from ..record import keep  # noqa: PLC0415  as above

    name = batch.subject.contract.name
    for scenario, reason in failed.items():
        click.echo(f"not recorded: {name}/{scenario}: {reason}", err=True)
    if not batch.new:
        return _NOT_KEPT
    _say(f"{name}: {len(batch.new)} recorded; judging the provider with them")
    if not _is_fit(batch, contract):
        return _NOT_KEPT
    _show_drift(batch)
    if not (yes or click.confirm(f"keep {len(batch.new)} recordings of {name}?", err=True)):
        return _NOT_KEPT
    for recording in batch.new:
        path = folder / name / f"{recording.scenario}.yaml"
        what = "kept" if keep(recording, path) is recording else "unchanged"
        click.echo(f"{what}: {name}/{recording.scenario}")
    return _NOT_KEPT if failed else _KEPT


def _is_fit(batch: "Batch", contract: str | None) -> bool:
    """Tell what speaks against the recordings; what is refused stays in a folder, to be looked at."""
    from ..acceptance import objections  # noqa: PLC0415  as above
    from ..cassette.lint import Limits  # noqa: PLC0415
    from ..settings import Settings, default_workers  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="harness-refused-"))
    settings = Settings(contract=contract, workers=default_workers())
    found = list(objections(batch, settings, Limits(now=datetime.now(UTC)), folder))
    for objection in found:
        click.echo(f"refused: {batch.subject.contract.name}/{objection}", err=True)
    if not found or not any(folder.iterdir()):
        shutil.rmtree(folder)
    return not found


def _show_drift(batch: "Batch") -> None:
    from ..cassette.drift import find  # noqa: PLC0415  as above
    from ..reporters.drift import terminal  # noqa: PLC0415

    old = {recording.scenario for recording in batch.known}
    again = {recording.scenario: recording for recording in batch.new if recording.scenario in old}
    if again:
        click.echo(terminal(find(batch.subject.contract, batch.known, again)), nl=False)


def key_of(variable: str | None) -> str | None:
    """Read a key from the variable of this name; none is asked for without a name."""
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise UsageError("no-key", f"expected a key in ${variable}, got nothing", f"export {variable}=...")
    return key


def _say(line: str) -> None:
    click.echo(line, err=True)
