"""Decides what a run consists of: one row per requirement, subject and scenario. Drives nothing."""

import fnmatch
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from urllib.parse import quote

from .errors import HarnessError
from .requirement import Requirement
from .scenario import Scenario
from .settings import Road, Settings, no_match, reproduce
from .target import Subject
from .verdict import Evidence, Level, Outcome, Verdict

_PRINTABLE = "".join(chr(code) for code in range(32, 127) if chr(code) not in "%[]")


@dataclass(frozen=True)
class Row:
    """One verdict to come."""

    subject: Subject
    requirement: Requirement
    scenario: Scenario | None
    command: str
    settled: tuple[Outcome, str] | None = None
    """The outcome and its reason where no drive is needed to know it."""

    @property
    def scenario_name(self) -> str:
        """The name of the scenario; empty where there is none."""
        return self.scenario.name if self.scenario else ""

    @property
    def id(self) -> str:
        """Name the row in printable ASCII: ``provider/REQ-ID/scenario``."""
        parts = (self.subject.name, self.requirement.id, self.scenario_name)
        return quote("/".join(part for part in parts if part), safe=_PRINTABLE)

    def verdict(self, outcome: Outcome, evidence: Evidence | None = None, level: Level | None = None) -> Verdict:
        """Give the verdict on this row."""
        return Verdict(
            provider=self.subject.name,
            requirement=self.requirement.id,
            level=level or self.requirement.level,
            outcome=outcome,
            scenario=self.scenario_name,
            evidence=evidence,
            reproduce=reproduce(self.command, self.requirement.id, self.scenario_name),
        )


def load_suite(package: str) -> tuple[Mapping[str, Requirement], Path]:
    """Import all modules of a suite; give its requirements by id, sorted, and its folder."""
    suite = import_module(package)
    names = [f"{package}.{found.name}" for found in iter_modules(suite.__path__) if found.name.startswith("test_")]
    checks = [check for name in names for check in vars(import_module(name)).values()]
    rules = {rule.id: rule for check in checks if isinstance(rule := getattr(check, "requirement", None), Requirement)}
    if not rules:
        raise HarnessError("empty-suite", f"expected requirements in {package}, got none")
    return dict(sorted(rules.items())), Path(next(iter(suite.__path__)))


def plan(subjects: Iterable[Subject], rules: Mapping[str, Requirement], settings: Settings) -> tuple[Row, ...]:
    """List all rows of a run, in order of subject, requirement and scenario."""
    chosen = _chosen(rules, settings.only)
    rows = [row for subject in subjects for rule in chosen for row in _rows(subject, rule, settings)]
    exact = tuple(row for row in rows if row.scenario_name == settings.scenario)
    kept = exact or tuple(row for row in rows if _matches(row.scenario_name, settings.scenario))
    if not kept:
        names = tuple(dict.fromkeys(row.scenario_name for row in rows if row.scenario_name))
        raise no_match("scenario", settings.scenario, names, "harness check --scenario '*'")
    ids = [row.id for row in kept]
    if len(set(ids)) < len(ids):
        twice = sorted({name for name in ids if ids.count(name) > 1})
        raise HarnessError("same-name", f"expected scenarios of different names, got {twice} more than once")
    return kept


def _chosen(rules: Mapping[str, Requirement], globs: tuple[str, ...]) -> list[Requirement]:
    for glob in globs:
        if not any(_matches(name, glob.upper()) for name in rules):
            raise no_match("requirement", glob, tuple(rules), "harness check --only 'STREAM-*'")
    return [rule for rule in rules.values() if not globs or any(_matches(rule.id, glob.upper()) for glob in globs)]


def _matches(name: str, glob: str) -> bool:
    return name == glob or fnmatch.fnmatchcase(name, glob)


def _rows(subject: Subject, rule: Requirement, settings: Settings) -> list[Row]:
    command = settings.command(subject.target)
    settled, scenarios = _settle(subject, rule, settings.upstream)
    if settled:
        return [Row(subject, rule, None, command, settled)]
    return [Row(subject, rule, scenario, command) for scenario in scenarios]


def _settle(subject: Subject, rule: Requirement, road: Road) -> tuple[tuple[Outcome, str] | None, tuple[Scenario, ...]]:
    missing = sorted(rule.needs - subject.contract.capabilities)
    if missing:
        return (Outcome.NOT_APPLICABLE, f"the contract does not claim {', '.join(missing)}"), ()
    if rule.sockets and road is Road.IN_PROCESS:
        return (Outcome.NOT_EXERCISED, "needs real sockets"), ()
    try:
        scenarios = tuple(rule.over(subject))
    except Exception:  # noqa: BLE001  a broken choice must cost one row, not the run
        return (Outcome.ERROR, f"no scenarios could be chosen\n{traceback.format_exc(limit=-3)}"), ()
    return (None, scenarios) if scenarios else ((Outcome.NOT_EXERCISED, "no scenario to play: record one"), ())
