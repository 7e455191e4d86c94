"""``harness check``: judge providers by all requirements, offline."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ..errors import HarnessError, UsageError
from ..launch import session
from ..report import BROKEN, Report, assemble, exit_code, write
from ..reproduction.place import require_place
from ..settings import ITEM_LIMIT, Road, Settings, default_workers

_TAIL = 60
_WIDEST = 120


@click.command(
    epilog="TARGET is a name in providers/, module:Class or path/file.py:Class; none means all of providers/. "
    "Exit codes: 0 conforms, 1 does not, 2 wrong input, 3 the harness failed."
)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--contract", metavar="NAME|module:ATTR", help="What a foreign TARGET is judged by.")
@click.option("--only", multiple=True, metavar="ID-GLOB", help="Requirements to check, such as 'STREAM-*'. Repeatable.")
@click.option("--scenario", default="*", metavar="GLOB", help="Scenarios to play.")
@click.option(
    "--upstream",
    type=click.Choice([road.value for road in Road]),
    default="auto",
    show_default=True,
    help="in-process is fast and serves providers on httpx; loopback serves all. auto: the former for providers/.",
)
@click.option("--report", metavar="FILE.jsonl", type=click.Path(path_type=Path, dir_okay=False), help="Write verdicts.")
@click.option(
    "--pytest-file",
    metavar="FILE.py",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the failures as tests that need no harness.",
)
@click.option("-n", "--workers", type=click.IntRange(0, 64), help="Processes; default: processors, at most 4.")
@click.option("--cassettes", metavar="DIR", help="Folder of recordings.")
@click.option("--strict", is_flag=True, help="SHOULD counts like MUST.")
@click.option("-x", "--fail-fast", is_flag=True, help="Stop at the first MUST that is broken.")
@click.option("--unguarded", is_flag=True, help="Judge even what could reach the network unseen (C libraries).")
@click.option("--limit", type=click.FloatRange(0.1), default=ITEM_LIMIT, help="Seconds for one item.", hidden=True)
@click.option("--suite", default="harness.suite", help="Package that holds the requirements.", hidden=True)
@click.option("--shuffle", type=int, metavar="SEED", help="Judge in a random order.", hidden=True)
def check(
    report: Path | None,
    pytest_file: Path | None,
    workers: int | None,
    strict: bool,  # noqa: FBT001
    upstream: str,
    **choices: Any,
) -> int:
    """Judge providers by all requirements, offline, from recorded cassettes."""
    if report is not None and not report.absolute().parent.is_dir():
        message = f"expected a folder for the report, got {str(report)!r}"
        raise UsageError("no-folder", message, f"mkdir -p {report.parent}")
    if report is not None:
        _require_writable(report.absolute().parent)
    if pytest_file is not None:
        require_place(pytest_file)
        _require_writable(pytest_file.absolute().parent)
    count = default_workers() if workers is None else workers
    settings = Settings(upstream=Road(upstream), workers=count, replays=pytest_file is not None, **choices)
    with tempfile.TemporaryDirectory(prefix="harness-") as scratch:
        log = Path(scratch, "pytest.log")
        try:
            result = assemble(_shown(session(settings, log)))
        except HarnessError as error:
            if error.exit_code == BROKEN:
                _print_log(log)
            raise
        if report is not None:
            write(report, result)
        _print(result, strict)
        if pytest_file is not None:
            _write_tests(pytest_file, result)
        code = exit_code(result, strict=strict)
        if code == BROKEN:
            _print_log(log)
    return code


def _write_tests(path: Path, result: Report) -> None:
    from ..reproduction.document import write as write_tests  # noqa: PLC0415  nobody else needs certificates

    number = write_tests(path, result)
    if number:
        many = "1 failure as a test of its own" if number == 1 else f"{number} failures as tests of their own"
        click.echo(f"{many}: python -m pytest {shlex.quote(str(path))}", err=True)
    else:
        click.echo(f"nothing failed, so {str(path)!r} is not written", err=True)


def _require_writable(folder: Path) -> None:
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        message = f"expected a folder that can be written for the report, got {str(folder)!r}: {error.strerror}"
        raise UsageError("no-folder", message, f"ls -ld {folder}") from error


def _shown(lines: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Pass the lines on, with a progress bar on stderr where that is a terminal."""
    with ExitStack() as stack:
        bar = None
        for line in lines:
            if line["type"] == "run" and sys.stderr.isatty():
                total = sum(len(rows) for rules in line["expected"].values() for rows in rules.values())
                bar = stack.enter_context(
                    click.progressbar(length=total, label="judging", file=sys.stderr, show_eta=False)
                )
            if line["type"] == "verdict" and bar is not None:
                bar.update(1)
            yield line


def _print(result: Report, strict: bool) -> None:  # noqa: FBT001
    from ..reporters.terminal import render  # noqa: PLC0415  rich is slow to import, and --help does not need it

    width = min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    click.echo(render(result, width, colour=colour, strict=strict), nl=False, color=True)


def _print_log(log: Path) -> None:
    lines = log.read_text("utf-8", "backslashreplace").splitlines()[-_TAIL:]
    click.echo("\n".join(["the end of the log of the session:", *(f"  {line}" for line in lines)]), err=True)
