"""``harness live``: a maintainer's command that keeps the local model running."""

import threading
from contextlib import suppress

import click


@click.command()
def live() -> int:
    """Install and start the real local model that cassettes are recorded from, until Ctrl-C."""
    from ..live.place import Place  # noqa: PLC0415  slow to import, and --help does not need it
    from ..live.studio import serve  # noqa: PLC0415

    serve(Place(), click.echo, _wait)
    return 0


def _wait() -> None:
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
