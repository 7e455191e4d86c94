"""Makes our recordings of other tools' files: finds the call, scrubs, plays the reply to a provider, tells the source.

It gives the recordings; whoever asked decides where they go.
"""

import importlib.metadata
import re
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from providers.contract import Contract

from . import endpoint
from .cassette.foreign import reading
from .cassette.foreign.call import call_of
from .cassette.scrub import Scrub
from .cassette.store import SCENARIO
from .driver import DEADLINE, Driver, Subject, Way
from .errors import UsageError
from .record import expected_of
from .recording import Expected, Interaction, Provenance, Recording
from .scenario import from_recording
from .transcript import Course, Transcript
from .upstream.play import Upstream

_PACKAGE = "llm-provider-harness"
_LONGEST = 80
"""Characters of a name that is made of a file's."""
_SHOWN = 200
_HINT = "harness import --help"


@dataclass(frozen=True)
class Imported:
    """The recordings of one file, and why the rest of it is none."""

    recordings: tuple[Recording, ...]
    left_out: tuple[str, ...]
    """A sentence for each exchange that is no recording."""


def import_file(
    path: Path, subject: Subject, upstream: Upstream, scenario: str | None = None, deadline: float = DEADLINE
) -> Imported:
    """Make one recording of each exchange that can be one, numbered by their place among the calls.

    UsageError where none can: it is with another endpoint than the contract's, its request is no call by the
    contract, or the provider makes nothing of it within ``deadline`` seconds, asked over real sockets.
    """
    name = _scenario(path, scenario)
    found = reading.find(path)
    recordings: list[Recording] = []
    left_out: list[str] = []
    calls = 0
    for interaction in found.interactions:
        calls += _is_call(interaction, subject.contract)
        try:
            raw = _raw(interaction, subject.contract, name if calls <= 1 else f"{name}-{calls}", found.family)
            clean = Scrub().judged_by(subject.contract).taught(raw).recording(raw)
            recordings.append(replace(clean, expected=_expected(clean, Driver(subject, upstream, deadline))))
        except ValueError as reason:
            left_out.append(f"{path}: {reason}")
    if not recordings:
        several = f"; {len(left_out) - 1} further exchanges are none either" if len(left_out) > 1 else ""
        raise UsageError("not-importable", left_out[0] + several, _HINT)
    return Imported(tuple(recordings), tuple(left_out))


def _scenario(path: Path, given: str | None) -> str:
    """Give the name, by default the file's in our spelling; one that leads elsewhere is a mistake."""
    if given is None:
        return re.sub(r"[^a-z0-9]+", "-", path.stem.lower())[:_LONGEST].strip("-") or "imported"
    if not SCENARIO.fullmatch(given):
        raise UsageError("bad-scenario", f"expected a name without a path, got {given[:_LONGEST]!r}", _HINT)
    return given


def _is_call(interaction: Interaction, contract: Contract) -> bool:
    return endpoint.asked(contract, interaction.uri) is not None


def _raw(interaction: Interaction, contract: Contract, scenario: str, family: str) -> Recording:
    """Give what the file tells; what is expected is not known yet. ValueError where it tells no call."""
    if not _is_call(interaction, contract):
        got = f"{interaction.method} {interaction.uri.partition('?')[0]}"
        raise ValueError(f"expected an exchange with {contract.path}, got {got[:_SHOWN]}")
    return Recording(
        provider=contract.name,
        scenario=scenario,
        provenance=Provenance.IMPORTED,
        upstream=f"{urlsplit(interaction.uri).hostname}, as a file tells: {family}",
        recorded_at=_date(interaction),
        versions={_PACKAGE: importlib.metadata.version(_PACKAGE)},
        call=call_of(interaction, contract),
        expected=Expected(),
        interactions=(interaction,),
    )


def _date(interaction: Interaction) -> str:
    """Give the date that the reply tells, in UTC; empty where it tells none."""
    told = next((value for name, value in interaction.headers if name.lower() == "date"), "")
    try:
        return parsedate_to_datetime(told).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return ""


def _expected(recording: Recording, driver: Driver) -> Expected:
    """Play the reply to the provider and expect what it makes of it; ValueError where that is nothing."""
    way = Way(driver.contract.doors[0], base=driver.contract.root)
    transcript = driver(from_recording(recording), way=way)
    if problem := _problem(transcript):
        raise ValueError(f"{recording.scenario}: expected the provider to answer, got {problem}")
    return expected_of(transcript)


def _problem(transcript: Transcript) -> str | None:
    raised = transcript.raised
    told = f"{raised.type}: {raised.text}"[:_SHOWN] if raised else "nothing"
    if not transcript.requests:
        return f"no request for this call; it told {told}"
    if transcript.course is Course.TIMED_OUT:
        return "no end"
    return told if raised and raised.family is None else None
