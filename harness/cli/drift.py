"""``harness drift``: tell what of a live API has changed since its cassettes were recorded."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import replacement
from ..errors import HarnessError, UsageError
from .record import key_of

if TYPE_CHECKING:
    from ..cassette.drift import Finding


@click.command(
    epilog="TARGET is what `harness check` takes. With --live the calls of its cassettes are made again, to that "
    "address; nothing is written to the cassettes. Only shapes are compared, never text. Errors: a type changed, a new "
    "event kind, an unknown finish value, a lost terminator, another status or media type, the text is gone. Warnings: "
    "something removed. Info: something added. Refused connections, time-outs, bad keys, rate limits and 5xx are "
    "never drift. Exit codes: 0 no drift, 1 drift of level error (with --strict also warnings), 2 wrong input, 3 the "
    "harness failed, 4 could not check: something, or everything, and no drift in the rest."
)
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option("--live", metavar="URL", help="Origin of the live upstream.")
@click.option("--key-env", metavar="VAR", help="Variable that holds the api_key for --live; it is never written.")
@click.option(
    "--against", metavar="FILE", type=click.Path(path_type=Path), help="A newer cassette, or a folder of them."
)
@click.option("--scenario", "scenarios", multiple=True, metavar="GLOB", help="Scenarios to compare. Repeatable.")
@click.option("--contract", metavar="NAME|module:ATTR", help="What a foreign TARGET is judged by.")
@click.option(
    "--cassettes", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="The old recordings."
)
@click.option("--timeout", type=click.FloatRange(0.1), default=120.0, show_default=True, help="Seconds for one call.")
@click.option(
    "--format", "form", type=click.Choice(["terminal", "json", "markdown"]), default="terminal", show_default=True
)
@click.option("-o", "output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
@click.option("--strict", is_flag=True, help="Warnings count like errors.")
def drift(
    targets: tuple[str, ...],
    form: str,
    output: Path | None,
    strict: bool,  # noqa: FBT001
    **choices: Any,
) -> int:
    """Compare the shapes of recorded answers with those of today."""
    from ..cassette.drift import exit_code  # noqa: PLC0415  slow to import, and --help needs none of it
    from ..reporters import drift as reporter  # noqa: PLC0415

    if (choices["live"] is None) == (choices["against"] is None):
        got = "neither" if choices["live"] is None else "both"
        raise UsageError(
            "no-source", f"expected either --live URL or --against FILE, got {got}", "harness drift --help"
        )
    if output is not None and not output.absolute().parent.is_dir():
        message = f"expected a folder for the file, got {str(output)!r}"
        raise UsageError("no-folder", message, f"mkdir -p {output.parent}")
    findings = [finding for target in dict.fromkeys(targets) for finding in _findings(target, choices)]
    render = {"terminal": reporter.terminal, "json": reporter.as_json, "markdown": reporter.markdown}[form]
    text = render(findings, strict=strict)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)
    return exit_code(findings, strict=strict)


def _findings(target: str, choices: Mapping[str, Any]) -> "tuple[Finding, ...]":
    """Compare one target with what comes of it today."""
    from ..cassette import store  # noqa: PLC0415
    from ..cassette.drift import find  # noqa: PLC0415
    from ..live.retake import Live, calls_of, chosen, retake, stored  # noqa: PLC0415
    from ..target import CASSETTES, resolve  # noqa: PLC0415

    subject = resolve(target, choices["contract"])
    known = store.recordings((choices["cassettes"] or CASSETTES) / subject.contract.name)
    wanted = chosen(subject, calls_of(known), choices["scenarios"])
    if choices["live"] is None:
        return find(subject.contract, known, stored(subject, wanted, choices["against"]))
    live = Live(choices["live"], key_of(choices["key_env"]), choices["timeout"])
    return find(subject.contract, known, retake(subject, wanted, live, _say))


def _say(line: str) -> None:
    click.echo(line, err=True)


def _write(path: Path, text: str) -> None:
    """Write the file, all of it or nothing."""
    try:
        replacement.replace(path, text.encode("ascii"))
    except OSError as error:
        message = f"{path}: expected to write it, got {error.strerror}"
        raise HarnessError("unwritable-file", message, f"ls -ld {path.parent}") from error
