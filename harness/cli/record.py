"""``harness record``: a maintainer's command that records cassettes anew."""

import os
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError


@click.command(
    epilog="Without --live the scenes of the built-in providers are recorded from the local model, real g4f servers "
    "and stand-ins, which are installed into .live/ first. With --live the calls of the target's cassettes are made "
    "again, to that address, through a recording proxy."
)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--scenario", "scenarios", multiple=True, metavar="GLOB", help="Scenarios to record. Repeatable.")
@click.option("--live", metavar="URL", help="Origin of the live upstream.")
@click.option("--key-env", metavar="VAR", help="Variable that holds the api_key for --live; it is never written.")
@click.option("--contract", metavar="NAME|module:ATTR", help="What a foreign TARGET is judged by.")
@click.option("--cassettes", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where to write.")
def record(
    targets: tuple[str, ...], scenarios: tuple[str, ...], live: str | None, cassettes: Path | None, **choices: Any
) -> int:
    """Record cassettes: scrubbed, with chunk borders, gaps and endings, each replayed before it is kept."""
    from ..live.programme import record_all, record_live  # noqa: PLC0415  slow to import, and --help needs neither
    from ..target import CASSETTES, resolve  # noqa: PLC0415

    folder = cassettes or CASSETTES
    if live is None:
        record_all(targets, click.echo, folder, scenarios=scenarios)
        return 0
    if not targets:
        raise UsageError("no-target", "expected a TARGET with --live, got none", "harness record --help")
    for target in targets:
        record_live(resolve(target, choices["contract"]), live, key_of(choices["key_env"]), scenarios, click.echo, folder)
    return 0


def key_of(variable: str | None) -> str | None:
    """Read a key from the variable of this name; none is asked for without a name."""
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise UsageError("no-key", f"expected a key in ${variable}, got nothing", f"export {variable}=...")
    return key
