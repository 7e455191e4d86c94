"""What ended processes leave behind in a folder: stacks, and a tally of the providers that ended them. No pytest."""

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from .verdict import Evidence

CHANCES = 3
"""How many processes one provider may end before the rest of its rows is given up."""
_STACK = 6


@contextmanager
def limited(folder: Path, worker: str, seconds: float) -> Iterator[None]:
    """End this process after so many seconds and leave its stacks; a C thread does it, so nothing can block it."""
    with Path(folder, worker).open("w", encoding="utf-8") as file:
        faulthandler.enable(file)
        faulthandler.dump_traceback_later(seconds, exit=True, file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()


def autopsy(folder: Path, worker: str) -> Evidence:
    """Tell how a worker's process was ended, with the innermost frames where they are known."""
    dump = folder / worker
    text = dump.read_text("utf-8", "backslashreplace") if dump.is_file() else ""
    reason = "the provider blocked its process" if text.startswith("Timeout") else "the provider ended its process"
    stack = text.rpartition("(most recent call first):")[2].splitlines()[1 : 1 + _STACK]
    return Evidence(reason, "an answer or an exception", "\n".join(stack))


def note(folder: Path, provider: str) -> None:
    """Note that this provider ended one more process."""
    with _tally(folder, provider).open("ab") as file:
        file.write(b"x")


def count(folder: Path, provider: str) -> int:
    """Tell how many processes this provider has ended."""
    tally = _tally(folder, provider)
    return tally.stat().st_size if tally.exists() else 0


def _tally(folder: Path, provider: str) -> Path:
    return folder / f"ended-{quote(provider, safe='')}"
