"""Starts the session process, hands its lines on, and ends it whatever happens. Imports no foreign code."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from .errors import HarnessError
from .settings import Settings

QUIET = 60.0
"""Seconds beyond the limit of one item in which a line must come; imports of large libraries are slow."""
_FAREWELL = 3.0
"""Seconds for a session whose lines have ended to write the rest of its log."""
_MEDDLERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONWARNINGS", "PYTHONSTARTUP", "PYTHONINSPECT")


def session(settings: Settings, log: Path, quiet: float = QUIET) -> Iterator[dict[str, Any]]:
    """Run a session in a process group of its own and give its lines as they come; its output goes to the log.

    A session that stops for a reason raises that HarnessError; one that dies just gives no more lines. If it dies of
    its only row, judged without a worker, that is judged once more in a worker, which may die.
    """
    last: dict[str, Any] = {}
    with closing(_session(settings, log, quiet)) as lines:
        for last in lines:
            yield last
    if last["type"] == "run" and settings.alone and settings.workers and _rows(last) == 1:
        with closing(_session(replace(settings, alone=False), log, quiet)) as lines:
            yield from (line for line in lines if line["type"] != "run")


def _rows(first: dict[str, Any]) -> int:
    return sum(len(scenarios) for rules in first["expected"].values() for scenarios in rules.values())


def _session(settings: Settings, log: Path, quiet: float) -> Generator[dict[str, Any], None, None]:
    with tempfile.TemporaryDirectory(prefix="harness-", ignore_cleanup_errors=True) as scratch:
        command = [sys.executable, "-P", "-c", "from harness.session import main; main()", scratch]
        pipe, environment = subprocess.PIPE, _environment(scratch)
        with (
            log.open("wb") as file,
            subprocess.Popen(  # noqa: S603  this very Python
                command, stdin=pipe, stdout=pipe, stderr=file, env=environment, start_new_session=True, encoding="ascii"
            ) as process,
        ):
            try:
                yield from _converse(process, settings, settings.limit + quiet)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _environment(scratch: str) -> dict[str, str]:
    """Give the environment without what steers pytest or Python; ``PYTHONSAFEPATH`` also reaches the workers."""
    kept = {name: value for name, value in os.environ.items() if name not in _MEDDLERS}
    return {
        **kept,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": scratch,
        "TZ": "NPT-5:45",  # so that local time taken for UTC is seen everywhere; POSIX.1, 8.3
        "TMPDIR": scratch,  # so that nothing stays behind, even of a process that is killed
    }


def _converse(process: subprocess.Popen[str], settings: Settings, quiet: float) -> Iterator[dict[str, Any]]:
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    asked, told = process.stdin, process.stdout
    threading.Thread(target=_pump, args=(told, lines), daemon=True).start()
    with suppress(BrokenPipeError):
        json.dump(settings.to_json(), asked)  # type: ignore[arg-type]
        asked.close()  # type: ignore[union-attr]
    first = True
    for data in _until_silence(process, lines, quiet):
        if data["type"] == "stop":
            raise _stopped(data)
        first = False
        yield data
    if first:
        raise HarnessError("no-session", "expected a session with a plan, got none: does a target end its process?")


def _until_silence(
    process: subprocess.Popen[str], lines: "queue.SimpleQueue[str | None]", quiet: float
) -> Iterator[dict[str, Any]]:
    """Give lines up to the last one, to the death of the session, or to a silence that is too long."""
    with suppress(queue.Empty, subprocess.TimeoutExpired):
        while (line := lines.get(timeout=quiet)) is not None:
            data = json.loads(line)
            yield data
            if data["type"] == "end":
                return
        process.wait(_FAREWELL)


def _pump(source: IO[str], lines: "queue.SimpleQueue[str | None]") -> None:
    with suppress(ValueError):  # closed under way: nobody listens any more
        for line in source:
            lines.put(line)
    lines.put(None)


def _stopped(data: dict[str, Any]) -> HarnessError:
    error = HarnessError(data["code"], data["message"], data["hint"])
    error.exit_code = data["exit_code"]
    return error
