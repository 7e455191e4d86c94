"""``harness import``: reads recordings of other tools and writes them as cassettes."""

from pathlib import Path

import click

from ..errors import UsageError
from ..recording import Expected, Recording

_EPILOG = (
    "Reads vcrpy (YAML or JSON, old and new, parsed_body, VCR and Betamax), a single exchange or a list of them as "
    "JSON, nock and HAR. Each exchange with the endpoint of the contract becomes a scenario, its call read from the "
    "request, its outcome that of the provider; an exchange that cannot become one is refused with the reason. Python "
    "tags, aliases that swell, more than 64 levels or 64 MiB, names told twice, and bodies in other codings than "
    "gzip, deflate and br are refused. Nothing is replaced. Without --provider nothing is written."
)


@click.command("import", epilog=_EPILOG)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--provider", "target", metavar="TARGET", help="Who is asked: as TARGET of harness check.")
@click.option("--contract", metavar="NAME|module:ATTR", help="What a foreign TARGET is judged by.")
@click.option("--cassettes", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where to write.")
@click.option("--scenario", metavar="NAME", help="Name of the cassette; default: the file's.")
def import_(
    files: tuple[Path, ...], target: str | None, contract: str | None, cassettes: Path | None, scenario: str | None
) -> int:
    """Make cassettes of recordings of other tools: scrubbed, each played to the provider before it is kept."""
    if scenario is not None and len(files) > 1:
        message = f"expected one FILE with --scenario, got {len(files)}"
        raise UsageError("one-scenario", message, "harness import --help")
    if target is None:
        return _tell(files)
    return _keep(files, target, contract, cassettes, scenario)


def _tell(files: tuple[Path, ...]) -> int:
    """Say what the files hold, and that it takes a provider to write them."""
    from ..cassette.foreign.reading import find  # noqa: PLC0415  slow to import, and --help does not need it

    for file in files:
        try:
            found = find(file)
        except UsageError as error:
            _refuse(error)
        else:
            exchanges = "1 exchange" if len(found.interactions) == 1 else f"{len(found.interactions)} exchanges"
            click.echo(f"{file}: {found.family}, {exchanges}")
    message = "expected a provider, whose answer is what a cassette expects; got none, so nothing is written"
    raise UsageError("no-target", message, f"harness import {files[0]} --provider openai_chat")


def _keep(
    files: tuple[Path, ...], target: str, contract: str | None, cassettes: Path | None, scenario: str | None
) -> int:
    """Write what can be imported; the exit code is 2 where a file is refused."""
    from ..cassette import store  # noqa: PLC0415  slow to import, and --help does not need it
    from ..importing import import_file  # noqa: PLC0415
    from ..target import CASSETTES, resolve  # noqa: PLC0415
    from ..upstream.loopback import Loopback  # noqa: PLC0415

    subject, folder = resolve(target, contract), cassettes or CASSETTES
    upstream = Loopback()
    refused = 0
    try:
        for file in files:
            try:
                imported = import_file(file, subject, upstream, scenario)
                places = _places(imported.recordings, folder)
            except UsageError as error:
                _refuse(error)
                refused += 1
                continue
            for place, recording in places.items():
                store.save(recording, place)
                _say(f"{recording.provider}/{recording.scenario}: {_gist(recording.expected)}")
            for reason in imported.left_out:
                _say(f"left out: {reason}")
    finally:
        upstream.close()
    return UsageError.exit_code if refused else 0


def _places(recordings: tuple[Recording, ...], folder: Path) -> dict[Path, Recording]:
    """Give each recording its file, which must be new."""
    places = {folder / one.provider / f"{one.scenario}.yaml": one for one in recordings}
    if taken := [place for place in places if place.exists()]:
        raise UsageError("cassette-exists", f"expected the name of no cassette, got that of {taken[0]}")
    return places


def _gist(expected: Expected) -> str:
    return f"{len(expected.text)} characters, {expected.finish or expected.error or 'no finish'}"


def _refuse(error: UsageError) -> None:
    _say(f"refused: {error.message}", err=True)


def _say(line: str, *, err: bool = False) -> None:
    """Print what may come from a file: no control character reaches the terminal."""
    click.echo("".join(char if char.isprintable() else "?" for char in line), err=err)
