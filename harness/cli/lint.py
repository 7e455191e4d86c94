"""``harness lint``: judge cassettes, and replay each through its provider."""

import importlib.metadata
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import replacement
from ..errors import UsageError

if TYPE_CHECKING:
    from ..cassette.rules import Lint
    from ..cassette.scrub import Scrub

_AGE, _SIZE = 365, 256 * 1024
"""As in ``cassette.lint``, whose import --help does not wait for."""


@click.command(
    epilog="PATH is a cassette or a folder of cassettes; none means the project's. Each cassette is judged by the "
    "contract after which its folder is named. Exit codes: 0 sound, 1 not sound, 2 wrong input, 3 the harness failed."
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--contract", metavar="NAME|module:ATTR", help="What all of them are judged by.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json", "sarif"]),
    default="terminal",
    show_default=True,
    help="What is printed, or with -o written.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write there, and print what a terminal shows.",
)
@click.option(
    "--max-age",
    type=click.IntRange(0),
    metavar="DAYS",
    default=_AGE,
    show_default=True,
    help="Days before a recording is told to be old.",
)
@click.option(
    "--max-size",
    type=click.IntRange(0),
    metavar="BYTES",
    default=_SIZE,
    show_default=True,
    help="Bytes of a small file.",
)
@click.option("--strict", is_flag=True, help="Warnings count like errors.")
def lint(
    paths: tuple[Path, ...],
    contract: str | None,
    form: str,
    output: Path | None,
    max_age: int,
    max_size: int,
    strict: bool,  # noqa: FBT001
) -> int:
    """Judge cassettes: safe, complete, honest, without secrets, sound as recordings, and replayed as expected."""
    from ..cassette.lint import Limits  # noqa: PLC0415  slow to import, and --help needs none of them
    from ..examination import examine  # noqa: PLC0415
    from ..reporters import findings  # noqa: PLC0415

    limits = Limits(now=datetime.now(UTC), age=max_age, size=max_size, scrub=_scrub())
    result = examine(paths, contract, limits, _shown)
    text = {"json": findings.as_json, "sarif": _as_sarif, "terminal": findings.as_text}[form](result)
    if output is not None:
        _write(output, text)
    if output is not None or form == "terminal":
        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        click.echo(findings.as_text(result, colour=colour, strict=strict), nl=False, color=True)
    else:
        click.echo(text, nl=False)
    return 0 if result.sound(strict=strict) else 1


def _shown(files: Sequence[Path]) -> Iterator[Path]:
    """Pass the files on, with a progress bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield from files
        return
    with click.progressbar(files, label="judging", file=sys.stderr, show_eta=False) as bar:
        yield from bar


def _scrub() -> "Scrub":
    """Give what this project adds to the scrub, as ``harness record`` does."""
    from ..cassette.scrub import additions  # noqa: PLC0415  as above

    return additions.load(Path.cwd()).scrub(os.environ)


def _as_sarif(result: "Lint") -> str:
    from ..reporters.findings import as_sarif  # noqa: PLC0415  as above

    return as_sarif(result, importlib.metadata.version("llm-provider-harness"), Path.cwd())


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        replacement.replace(path, text.encode("ascii"))
    except OSError as error:
        message = f"expected a file that can be written, got {str(path)!r}: {error.strerror}"
        raise UsageError("no-folder", message, f"ls -ld {path.parent}") from error
