"""New recordings of old scenarios, held beside the old files: from a live upstream, or from files. Writes nothing.

What cannot be had is told in words, scenario by scenario: whoever compares must not take it for a change.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from ..cassette import store
from ..cassette.scrub import PLACEHOLDER
from ..errors import HarnessError, UsageError
from ..record import Take, record
from ..recording import Provenance, Recording
from ..target import Subject
from .installation import Say

DEADLINE = 120.0
"""Seconds for one call."""
PATIENCE = 3
"""So many calls in a row without a recording, and the rest is not asked."""


def chosen(subject: Subject, known: Sequence[Recording], scenarios: Collection[str]) -> tuple[Recording, ...]:
    """Give those of a subject's old recordings that match one of the globs, or all; UsageError without any."""
    if not known:
        message = f"expected cassettes of {subject.contract.name}, got none"
        raise UsageError("no-cassettes", message, f"harness record {subject.target} --help")
    kept = tuple(one for one in known if not scenarios or any(fnmatchcase(one.scenario, glob) for glob in scenarios))
    if not kept:
        names = ", ".join(one.scenario for one in known)
        message = f"expected scenarios among {names}; got {', '.join(scenarios)!r}"
        raise UsageError("unknown-scenario", message, "harness drift --help")
    return kept


def retake(
    subject: Subject, known: Sequence[Recording], live: str, key: str | None, say: Say, deadline: float = DEADLINE
) -> dict[str, Recording | str]:
    """Make the calls of these recordings again, each within so many seconds; a failure is told in its place."""
    again: dict[str, Recording | str] = {}
    for old in known:
        again[old.scenario] = _given_up([*again.values()]) or _retaken(subject, old, live, key, deadline)
        outcome = "not recorded" if isinstance(again[old.scenario], str) else "recorded"
        say(f"{subject.contract.name}/{old.scenario}: {outcome}")
    return again


def _given_up(came: Sequence[Recording | str]) -> str:
    """Tell why a scenario is not asked for; nothing if it is."""
    last = came[-PATIENCE:]
    in_vain = len(last) == PATIENCE and all(isinstance(one, str) for one in last)
    return f"not asked: no recording came of {PATIENCE} calls in a row" if in_vain else ""


def _retaken(subject: Subject, old: Recording, live: str, key: str | None, deadline: float) -> Recording | str:
    call = replace(old.call, options={**old.call.options, **({"api_key": key} if key else {})})
    take = Take(
        scenario=old.scenario,
        call=call,
        provenance=Provenance.LIVE,
        upstream=live,
        secrets=(key,) if key else (),
    )
    try:
        return record(subject, take, live, deadline)
    except UsageError:
        raise
    except HarnessError as error:
        return error.message.replace(key, PLACEHOLDER) if key else error.message


def stored(subject: Subject, known: Sequence[Recording], place: Path) -> Mapping[str, Recording | str]:
    """Read the newer recordings of these scenarios: one cassette, or all in a folder or its subfolder of the name.

    A cassette alone is compared alone. A scenario that a folder lacks is told.
    """
    name = subject.contract.name
    if not place.is_dir():
        newer = store.load(place)
        if newer.provider != name:
            raise UsageError("strange-cassette", f"{place}: expected a recording of {name}, got {newer.provider!r}")
        return {newer.scenario: newer}
    found = store.recordings(place / name if (place / name).is_dir() else place)
    again = {one.scenario: one for one in found if one.provider == name}
    if not again:
        message = f"expected cassettes of {name} in {str(place)!r}, got none"
        raise UsageError("no-cassettes", message, "harness drift --help")
    return {old.scenario: again.get(old.scenario, "there is no newer recording of it") for old in known}
