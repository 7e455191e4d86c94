"""The process that runs a suite: reads settings from stdin, runs pytest undisturbed by its surroundings, tells lines.

It is a child of the command, for foreign code is imported here. Stdout carries JSON Lines and nothing else; all that
anyone prints goes to stderr. The configuration is the package's own: no conftest, ini file, plugin or variable of the
surrounding project has a say.
"""

import json
import os
import platform
import shlex
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import harness.suite

from . import casualties, isolation
from .errors import HarnessError, UsageError
from .plan import Row, load_suite
from .plugin import arguments, told
from .report import FORMAT
from .settings import Settings
from .stage import Stage
from .verdict import Outcome, Verdict

Emit = Callable[[dict[str, Any]], None]
_INI = Path(harness.suite.__file__).with_name("conformance.ini")
_DISTRIBUTIONS = ("llm-provider-harness", "pytest", "pytest-xdist", "hypothesis", "httpx", "respx", "h11", "vcrpy")
_ROWS = 30
"""Rows that are worth a worker of their own: it takes half a second to start."""
_ENDED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
_WORST = (Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.NOT_EXERCISED, Outcome.FAIL, Outcome.ERROR)


def main() -> None:
    """Run the session that stdin describes; the only argument is a folder for scratch files."""
    with os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1) as out:
        os.dup2(2, 1)

        def emit(line: dict[str, Any]) -> None:
            out.write(json.dumps(line) + "\n")

        try:
            settings = Settings.from_json(json.load(sys.stdin))
            run(settings, Path(sys.argv[1]), emit, isolated=not settings.unguarded and isolation.isolate())
        except HarnessError as error:
            emit({"type": "stop", "exit_code": error.exit_code, **vars(error)})


def run(settings: Settings, scratch: Path, emit: Emit, *, isolated: bool = False) -> None:
    """Plan, tell the first line, run pytest, tell a line per verdict and the last one.

    What may reach beyond loopback unseen is refused, unless the process is ``isolated`` or the settings allow it.
    """
    began = time.monotonic()
    stage = Stage(settings)
    rows = stage.rows
    stage.close()
    if not (isolated or settings.unguarded):
        _refuse_unseen(settings)
    emit(first_line(settings, rows))
    collector = Collector(rows, scratch, emit)
    deaths = len({row.subject.name for row in rows}) * (casualties.CHANCES + settings.workers)
    settings = replace(settings, workers=_workers(settings, len(rows)))
    code = pytest.main(_arguments(settings, scratch, deaths), plugins=[collector])
    if code not in _ENDED:
        raise HarnessError("session-failed", f"expected pytest to run the suite, got exit code {code!r}")
    seconds = {name: round(value, 3) for name, value in sorted(collector.seconds.items())}
    emit({"type": "end", "seconds": {**seconds, "elapsed": round(time.monotonic() - began, 3)}})


def _refuse_unseen(settings: Settings) -> None:
    if unseen := ", ".join(isolation.unseen()):
        got = f"got {unseen} where the harness cannot leave the network (Linux lets it)"
        hint = shlex.join(["harness", "check", *settings.targets, "--unguarded"])
        raise UsageError("unguarded", f"expected connections that the harness sees, {got}", hint)


def _workers(settings: Settings, rows: int) -> int:
    """Count the processes that pay; a single row is judged right here, as long as that does not end the session."""
    if rows == 1 and settings.alone:
        return 0
    return min(settings.workers, -(-rows // _ROWS))


def first_line(settings: Settings, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Tell what this run is: versions, settings, providers, requirements and the rows to expect."""
    expected: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        rules = expected.setdefault(row.subject.name, {})
        rules.setdefault(row.requirement.id, []).append(row.scenario_name)
    return {
        "type": "run",
        "format": FORMAT,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _DISTRIBUTIONS}},
        "settings": settings.to_json(),
        "providers": {
            row.subject.name: {
                "target": row.subject.target,
                "contract": row.subject.contract.name,
                "command": row.command,
            }
            for row in rows
        },
        "requirements": {
            row.requirement.id: {
                "level": row.requirement.level,
                "title": row.requirement.title,
                "rationale": row.requirement.rationale,
                "remedy": row.requirement.remedy,
                "source": row.requirement.source,
            }
            for row in sorted(rows, key=lambda row: row.requirement.id)
        },
        "expected": expected,
    }


def _arguments(settings: Settings, scratch: Path, deaths: int) -> list[str]:
    _, folder = load_suite(settings.suite)
    shared = ["-p", "xdist.plugin", f"-n{settings.workers}", f"--max-worker-restart={deaths}"]
    return [
        *(str(folder), "-c", str(_INI), "--rootdir", str(folder), "--noconftest", "--import-mode=append"),
        *("-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "harness.plugin", "-q", "--tb=native"),
        *(shared if settings.workers else []),
        *(["--exitfirst"] if settings.fail_fast else []),
        *arguments(settings, scratch),
    ]


class Collector:
    """A pytest plugin that gathers the verdicts of all workers and tells each once, when its item is over."""

    def __init__(self, rows: tuple[Row, ...], scratch: Path, emit: Emit) -> None:
        self._rows = {row.id: row for row in rows}
        self._scratch = scratch
        self._emit = emit
        self._pending: dict[str, Verdict] = {}
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of one item."""
        if report.when not in {"setup", "call", "teardown"}:
            self._pending.pop(report.nodeid, None)
            self._tell(self._ended(report))
            return
        new = told(report)
        if new:
            self.seconds[new.verdict.requirement.partition("-")[0]] += new.seconds
            old = self._pending.get(report.nodeid, new.verdict)
            self._pending[report.nodeid] = max(old, new.verdict, key=lambda verdict: _WORST.index(verdict.outcome))
        if report.when == "teardown" and report.nodeid in self._pending:
            self._tell(self._pending.pop(report.nodeid))

    def _tell(self, verdict: Verdict) -> None:
        self._emit(verdict.to_json())

    def _ended(self, report: pytest.TestReport) -> Verdict:
        """Judge a row whose process is gone: the provider ended it, or the limit did."""
        row = self._rows[report.nodeid.partition("[")[2].removesuffix("]")]
        casualties.note(self._scratch, row.subject.name)
        return row.verdict(Outcome.FAIL, casualties.autopsy(self._scratch, report.node.gateway.id))
