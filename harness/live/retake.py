"""New recordings, to be held beside the old files: from a live upstream, or from files. Writes nothing.

What cannot be had is told in words, scenario by scenario: whoever compares must not take it for a change.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from ..cassette import store
from ..cassette.scrub import PLACEHOLDER
from ..errors import HarnessError, UsageError
from ..record import Take, record
from ..recording import Call, Provenance, Recording
from ..target import Subject
from .installation import Say

DEADLINE = 120.0
"""Seconds for one call."""
PATIENCE = 3
"""So many calls in a row without a recording, and the rest is not asked."""


def calls_of(known: Sequence[Recording]) -> dict[str, Call]:
    """Give the calls of recordings by scenario."""
    return {recording.scenario: recording.call for recording in known}


def chosen(subject: Subject, known: Mapping[str, Call], scenarios: Collection[str]) -> dict[str, Call]:
    """Give those calls whose scenario matches one of the globs, or all; UsageError without any."""
    if not known:
        message = f"expected cassettes of {subject.contract.name}, got none"
        raise UsageError("no-cassettes", message, f"harness record {subject.target} --help")
    kept = {name: call for name, call in known.items() if matches(name, scenarios)}
    if not kept:
        message = f"expected scenarios among {', '.join(known)}; got {', '.join(scenarios)!r}"
        raise UsageError("unknown-scenario", message, "harness drift --help")
    return kept


def matches(scenario: str, globs: Collection[str]) -> bool:
    """Tell whether a name matches one of the globs; without globs every name does."""
    return not globs or any(fnmatchcase(scenario, glob) for glob in globs)


@dataclass(frozen=True)
class Live:
    """A live upstream, and what may be asked of it."""

    origin: str
    key: str | None = None
    deadline: float = DEADLINE
    """Seconds for one call."""
    most: int | None = None
    """Requests in all; None: as many as there are calls."""


def retake(subject: Subject, calls: Mapping[str, Call], live: Live, say: Say) -> dict[str, Recording | str]:
    """Make these calls, each within its time; a failure is told in its place."""
    again: dict[str, Recording | str] = {}
    for number, (scenario, call) in enumerate(calls.items(), 1):
        came = [*again.values()]
        again[scenario] = new = _given_up(came, live.most) or _retaken(subject, scenario, call, live)
        outcome = "not recorded" if isinstance(new, str) else gist(new)
        spent = requests(again.values())
        say(f"[{number}/{len(calls)}] {subject.contract.name}/{scenario}: {outcome} ({spent} requests)")
    return again


def gist(recording: Recording) -> str:
    """Tell in a few words what was recorded."""
    chunks = sum(len(interaction.wire.chunks) for interaction in recording.interactions)
    ending = recording.expected.finish or recording.expected.error
    return f"{len(recording.expected.text)} characters in {chunks} chunks, {ending}"


def requests(came: Iterable[Recording | str]) -> int:
    """Count what was asked; a call that failed counts as one request."""
    return sum(1 if isinstance(one, str) else len(one.interactions) for one in came)


def _given_up(came: Sequence[Recording | str], most: int | None) -> str:
    """Tell why a scenario is not asked for; nothing if it is."""
    if most is not None and requests(came) >= most:
        return f"not asked: {most} requests were allowed"
    last = came[-PATIENCE:]
    in_vain = len(last) == PATIENCE and all(isinstance(one, str) for one in last)
    return f"not asked: no recording came of {PATIENCE} calls in a row" if in_vain else ""


def _retaken(subject: Subject, scenario: str, call: Call, live: Live) -> Recording | str:
    key = live.key
    keyed = replace(call, options={**({"api_key": key} if key else {}), **call.options})
    secrets = (key,) if key else ()
    take = Take(scenario=scenario, call=keyed, provenance=Provenance.LIVE, upstream=live.origin, secrets=secrets)
    try:
        recording = record(subject, take, live.origin, live.deadline)
    except UsageError:
        raise
    except HarnessError as error:
        return error.message.replace(key, PLACEHOLDER) if key else error.message
    kept = {name: value for name, value in recording.call.options.items() if name in call.options}
    return replace(recording, call=replace(recording.call, options=kept))


def stored(subject: Subject, scenarios: Iterable[str], place: Path) -> Mapping[str, Recording | str]:
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
    return {scenario: again.get(scenario, "there is no newer recording of it") for scenario in scenarios}
