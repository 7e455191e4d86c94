"""Judges the cassettes of files and folders, each by its contract, and replays those whose provider is built in."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from providers.contract import Contract

from . import replay
from .builtin import known
from .cassette import folder, lint
from .cassette.rules import Finding, Lint
from .driver import Driver
from .errors import UsageError
from .recording import Recording
from .scenario import from_recording
from .settings import Road, Settings
from .stage import Stage
from .target import CASSETTES, Subject, contract_named, resolve

Show = Callable[[Sequence[Path]], Iterable[Path]]
"""Passes the files on and shows how far it has come."""


def examine(paths: Sequence[Path], contract: str | None, limits: lint.Limits, show: Show = iter) -> Lint:
    """Find and judge; no path means the project's cassettes. UsageError where there is nothing to judge."""
    judges = _Judges(contract)
    found = folder.find(paths or [_near(CASSETTES / judges.only.name if judges.only else CASSETTES)])
    findings = list(folder.orphans(found, judges.names))
    stage = Stage(Settings())
    with closing(stage), stage.surroundings():
        drivers = _Drivers(stage, contract)
        for file in show(found.cassettes):
            findings += _of(file, judges, drivers, limits)
    findings.sort(key=lambda finding: (finding.file, finding.rule.id))
    return Lint(tuple(findings), len(found.cassettes), drivers.replayed)


def _near(path: Path) -> Path:
    """Name a path as a user would who stands above it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _of(file: Path, judges: "_Judges", drivers: "_Drivers", limits: lint.Limits) -> list[Finding]:
    read = lint.read(file, limits)
    findings = list(read.findings)
    if read.recording is not None:
        contract = judges.judge(file, read.recording)
        findings += lint.judge(read.recording, file, contract, limits)
        if contract is not None:
            findings += drivers.replay(contract, read.recording, file)
    return lint.located(findings, file)


class _Judges:
    """The contracts of the built-in providers, or the only one that the user names."""

    def __init__(self, only: str | None) -> None:
        self.only = None if only is None else _named(only)
        self._known = {} if only is not None else {name: contract_named(name, name) for name in known()}
        self.names = (self.only.name,) if self.only else tuple(self._known)

    def judge(self, file: Path, recording: Recording) -> Contract | None:
        """Choose by folder, and where that tells nothing by what the cassette says itself."""
        return self.only or self._known.get(folder.owner(file.parent)) or self._known.get(recording.provider)


def _named(name: str) -> Contract:
    try:
        return contract_named(name, name)
    except UsageError as error:
        error.hint = f"harness lint --contract {known()[0]}"
        raise


class _Drivers:
    """A driver for each built-in provider, made when first wanted; it finds the door once."""

    replayed = 0
    """How many cassettes were replayed."""

    def __init__(self, stage: Stage, contract: str | None) -> None:
        self._stage = stage
        self._contract = contract
        self._made: dict[str, Driver] = {}

    def replay(self, contract: Contract, recording: Recording, file: Path) -> Iterator[Finding]:
        """Replay where the provider of a contract is built in: all these are on httpx, so in-process."""
        if contract.name not in known():
            return
        if contract.name not in self._made:
            subject = replace(_subject(contract.name, self._contract), recordings=(from_recording(recording),))
            self._made[contract.name] = Driver(subject, self._stage.upstream(Road.IN_PROCESS))
        self.replayed += 1
        yield from replay.judge(self._made[contract.name], recording, file)


def _subject(name: str, contract: str | None) -> Subject:
    """Find a provider without its cassettes: one that cannot be loaded must not keep the others from being judged."""
    with tempfile.TemporaryDirectory() as empty:
        return resolve(name, contract, empty)
