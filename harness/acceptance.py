"""Decides whether new recordings are fit to be kept: by the rules of lint, and by the suite on their provider.

What the provider fails with the old recordings too is not the fault of the new ones.
"""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .cassette import lint, store
from .cassette.rules import Level
from .launch import session
from .recording import Recording
from .report import assemble
from .settings import Settings
from .target import Subject
from .verdict import Verdict


@dataclass(frozen=True)
class Batch:
    """New recordings of one subject, beside all that are known."""

    subject: Subject
    known: tuple[Recording, ...]
    new: tuple[Recording, ...]

    @property
    def whole(self) -> tuple[Recording, ...]:
        """What there is once the new ones are kept."""
        renewed = {recording.scenario: recording for recording in (*self.known, *self.new)}
        return tuple(renewed.values())


def objections(batch: Batch, settings: Settings, limits: lint.Limits, folder: Path) -> Iterator[str]:
    """Tell what speaks against the new recordings, which ``folder`` then holds beside the known ones.

    ``settings`` say how the subject is judged, but for the cassettes.
    """
    found = [*_otherwise(batch), *_lint(batch, limits)]
    yield from found
    if not found:
        settings = replace(settings, targets=(batch.subject.target,))
        failing = _failing(settings, batch.subject.contract.name, batch.whole, folder)
        with tempfile.TemporaryDirectory(prefix="harness-") as before:
            known = batch.known if failing else ()
            old = _failing(settings, batch.subject.contract.name, known, Path(before)) if known else {}
        yield from (_told(verdict) for name, verdict in failing.items() if name not in old)


def _otherwise(batch: Batch) -> Iterator[str]:
    """Tell where an answer has become a failure, or a failure an answer."""
    old = {recording.scenario: recording.expected for recording in batch.known}
    for recording in batch.new:
        before, now = old.get(recording.scenario, recording.expected), recording.expected
        if (before.error is None) is not (now.error is None):
            was = before.error or "an answer"
            yield f"{recording.scenario}: expected {was} as before, got {now.error or 'an answer'}"


def _lint(batch: Batch, limits: lint.Limits) -> Iterator[str]:
    for recording in batch.new:
        for finding in lint.judge(recording, Path(f"{recording.scenario}.yaml"), batch.subject.contract, limits):
            if finding.rule.level is Level.ERROR:
                yield f"{recording.scenario}: {finding.rule.id} at {finding.place}: {finding.message}"


def _failing(
    settings: Settings, name: str, recordings: Iterable[Recording], folder: Path
) -> dict[tuple[str, str], Verdict]:
    """Judge the subject by these recordings; give the verdicts that condemn, by requirement and scenario."""
    for recording in recordings:
        store.save(recording, folder / name / f"{recording.scenario}.yaml")
    settings = replace(settings, cassettes=str(folder))
    with tempfile.TemporaryDirectory(prefix="harness-") as scratch:
        report = assemble(session(settings, Path(scratch, "pytest.log")))
    return {(one.requirement, one.scenario): one for one in report.verdicts if one.condemns}


def _told(verdict: Verdict) -> str:
    reason = verdict.evidence.reason if verdict.evidence else verdict.outcome
    return f"{verdict.scenario}: {verdict.requirement}: {reason}\n  {verdict.reproduce}"
