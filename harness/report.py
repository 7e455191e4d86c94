"""All verdicts of a run as data and as JSON Lines, and the exit code that they amount to. Knows no pytest.

The first line tells of the run, one line follows per verdict, the last line counts them. Without a last line the
run is incomplete. A verdict that was expected and never came is an error.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import replacement
from .errors import HarnessError, UsageError
from .settings import reproduce
from .verdict import Evidence, Level, Outcome, Verdict

FORMAT = 1
CONFORMS, DOES_NOT, BROKEN = 0, 1, 3
_EXERCISED = {Outcome.PASS, Outcome.FAIL}


@dataclass(frozen=True)
class Report:
    """A run, complete or not, with its verdicts in the order in which they were expected."""

    run: Mapping[str, Any]
    """The first line: versions, settings, providers, requirements, expected rows."""
    verdicts: tuple[Verdict, ...]
    complete: bool
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Seconds per area, and ``elapsed`` for the whole run by the clock on the wall."""

    @property
    def providers(self) -> tuple[str, ...]:
        """The names of the providers."""
        return tuple(self.run["providers"])

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas of the requirements."""
        return tuple(dict.fromkeys(area(name) for name in self.run["requirements"]))

    @property
    def counts(self) -> dict[str, int]:
        """How many verdicts have each outcome; all five are there."""
        tally = Counter(verdict.outcome for verdict in self.verdicts)
        return {str(outcome): tally[outcome] for outcome in Outcome}

    def cell(self, provider: str, area_: str) -> tuple[Verdict, ...]:
        """Give the verdicts on a provider in an area."""
        return tuple(
            verdict for verdict in self.verdicts if verdict.provider == provider and area(verdict.requirement) == area_
        )

    def groups(self, *outcomes: Outcome) -> dict[tuple[str, str], list[Verdict]]:
        """Gather the verdicts of these outcomes by requirement and provider."""
        found: dict[tuple[str, str], list[Verdict]] = {}
        for verdict in self.verdicts:
            if verdict.outcome in outcomes:
                found.setdefault((verdict.requirement, verdict.provider), []).append(verdict)
        return dict(sorted(found.items(), key=lambda entry: list(self.run["requirements"]).index(entry[0][0])))

    def unexercised(self) -> tuple[str, ...]:
        """Name the providers of which no verdict is a pass or a failure."""
        tried = {verdict.provider for verdict in self.verdicts if verdict.outcome in _EXERCISED}
        return tuple(name for name in self.providers if name not in tried)


def area(requirement: str) -> str:
    """Give the part of a requirement's id before the dash."""
    return requirement.partition("-")[0]


def exit_code(report: Report, *, strict: bool = False) -> int:
    """Decide: 0 conforms, 1 does not, 3 the harness failed. Nothing exercised is never 0, a broken run never 1."""
    if not report.complete:
        return BROKEN
    blamed = {Level.MUST, Level.SHOULD} if strict else {Level.MUST}
    if any(verdict.outcome is Outcome.FAIL and verdict.level in blamed for verdict in report.verdicts):
        return DOES_NOT
    if any(verdict.outcome is Outcome.ERROR for verdict in report.verdicts):
        return BROKEN
    return DOES_NOT if report.unexercised() or not report.providers else CONFORMS


def assemble(lines: Iterable[Mapping[str, Any]]) -> Report:
    """Make the report of these lines; rows that were expected and are absent become errors."""
    run, end, come = _sorted_out(lines)
    expected = list(_expected(run))
    absent = _absence(run, end, come.values())
    verdicts = [come.pop(row) if row in come else _absent(run, row, *absent) for row in expected]
    if come:
        raise HarnessError("stray-verdict", f"expected verdicts on the rows of the run only, got {min(come)!r}")
    return Report(run, tuple(verdicts), end is not None, {} if end is None else end["seconds"])


Key = tuple[str, str, str]


def _sorted_out(
    lines: Iterable[Mapping[str, Any]],
) -> tuple[Mapping[str, Any], Mapping[str, Any] | None, dict[Key, Verdict]]:
    first, *rest = [*lines] or [{"type": "nothing"}]
    if first["type"] != "run" or first["format"] != FORMAT:
        raise UsageError("not-a-report", f"expected a first line of type run, format {FORMAT}, got {first!r:.200}")
    end = rest.pop() if rest and rest[-1]["type"] == "end" else None
    verdicts = [Verdict.from_json(dict(line)) for line in rest]
    come = {(verdict.provider, verdict.requirement, verdict.scenario): verdict for verdict in verdicts}
    if len(come) < len(verdicts):
        raise UsageError("not-a-report", f"expected one verdict per row, got {len(verdicts) - len(come)} more")
    return first, end, come


def _expected(run: Mapping[str, Any]) -> Iterator[Key]:
    for provider, rules in run["expected"].items():
        for rule, scenarios in rules.items():
            yield from ((provider, rule, scenario) for scenario in scenarios)


def _absence(run: Mapping[str, Any], end: Mapping[str, Any] | None, come: Iterable[Verdict]) -> tuple[Outcome, str]:
    """Tell what it means that a row has no verdict: what ``--fail-fast`` asked for, or an error."""
    if end is None:
        return Outcome.ERROR, "no verdict came: the run ended before"
    if run.get("settings", {}).get("fail_fast") and any(verdict.condemns for verdict in come):
        return Outcome.NOT_EXERCISED, "the run stopped at the first failure, as --fail-fast asks"
    return Outcome.ERROR, "no verdict came"


def _absent(run: Mapping[str, Any], row: Key, outcome: Outcome, reason: str) -> Verdict:
    provider, rule, scenario = row
    return Verdict(
        provider=provider,
        requirement=rule,
        level=Level(run["requirements"][rule]["level"]),
        outcome=outcome,
        scenario=scenario,
        evidence=Evidence(reason),
        reproduce=reproduce(run["providers"][provider]["command"], rule, scenario),
    )


def lines(report: Report) -> Iterator[dict[str, Any]]:
    """Give the lines of the file; the last one only for a complete run."""
    yield dict(report.run)
    yield from (verdict.to_json() for verdict in report.verdicts)
    if report.complete:
        yield {"type": "end", "counts": report.counts, "seconds": dict(report.seconds)}


def write(path: Path, report: Report) -> None:
    """Write the file whole or not at all."""
    replacement.replace(path, "".join(f"{json.dumps(line)}\n" for line in lines(report)).encode("ascii"))


def read(path: Path) -> Report:
    """Read a file; one that is no report is a UsageError."""
    try:
        found = [json.loads(line) for line in path.read_text("ascii").splitlines()]
        return assemble(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            "not-a-report",
            f"expected a report in JSON Lines, got {str(path)!r}: {error!r:.200}",
            "harness check --report",
        ) from error
