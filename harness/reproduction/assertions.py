"""Writes what a failing drive should have shown as assert statements; else that the same is not seen again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..driver import Drive, Driver
from ..framing import lookup
from ..requirement import Claim, Failure
from ..transcript import Course, Ending, Kind, Request, Transcript
from .literal import literal
from .subject import UPSTREAM

_PASSING = frozenset({"host", "content-length", "connection", "user-agent"})
"""Headers that tell of the upstream or of the installation."""
_ABOUT_REQUESTS = frozenset({"REQ", "MODEL", "SEC"})


def is_late(drive: Drive) -> bool:
    """Tell whether a call did not end by itself."""
    return Course.TIMED_OUT in {transcript.course for transcript in drive.transcripts}


def assertions(driver: Driver, drive: Drive, failure: Failure, area: str, names: list[str]) -> Iterator[str]:
    """Assert what should have been seen, as far as it was not; else that the same is not seen again."""
    claim = failure.claim or Claim()
    if claim.repeats:
        yield f"assert json.loads({names[0]}.requests[0].body) == json.loads({names[0]}.requests[1].body)"
        return
    if claim.fresh:
        first, second = (f"{names[0]}.requests[{number}].header({literal(claim.fresh)})" for number in (0, 1))
        yield f"assert {first} != {second}"
        return
    found = [
        f"assert {line.format(name)}"
        for name, transcript in zip(names, drive.transcripts, strict=True)
        if transcript is failure.transcript or failure.transcript not in drive.transcripts
        for line in _claimed(claim, transcript) or _anomalies(transcript)
    ]
    if found:
        yield from found
        return
    again = drive.transcripts if is_late(drive) else _again(driver, drive)
    for name, transcript, other in zip(names, drive.transcripts, again, strict=True):
        same = literal(_common(_told(driver, transcript, area), _told(driver, other, area)))
        yield f"failing = {same}"
        yield f'assert {name}.told(failing) != failing, "the same is seen again"'


def _again(driver: Driver, drive: Drive) -> tuple[Transcript, ...]:
    """Make the same drive once more: what differs then (nonces, times) is nothing to assert."""
    return driver.several(drive.turns, drive.respond, at_once=drive.at_once, way=drive.way)


def _claimed(claim: Claim, transcript: Transcript) -> list[str]:
    """Write a claim if it does not hold; the events only if nothing else tells."""
    parts = list(_parts(claim, transcript))
    if not all(holds for holds, _ in parts):
        return [line for _, line in parts]
    events = _events(transcript)
    if claim.events is not None and list(claim.events) != events:
        return [f"{{}}.events == {_quoted(list(claim.events))}"]
    return []


def _parts(claim: Claim, transcript: Transcript) -> Iterator[tuple[bool, str]]:
    """Tell of each part of a claim whether it holds, and how it is asserted of ``{}``."""
    raised, families = transcript.raised, claim.raised
    if claim.text is not None:
        yield transcript.text == claim.text, f"{{}}.text == {_quoted(claim.text)}"
    if claim.finish is not None:
        yield transcript.finishes == claim.finish, f"{{}}.finish == {_quoted(list(claim.finish))}"
    if families == ():
        yield raised is None, "{0}.error is None, {0}.raised"
    elif families is not None:
        held = raised is not None and raised.family in families
        yield held, f"isinstance({{0}}.error, {' | '.join(families)}), {{0}}.raised"
    if claim.own is not None:
        yield raised is None or (raised.own and raised.deliberate), "{0}.error is None or {0}.own, {0}.raised"
    yield from _of_requests(claim, transcript.requests)
    if claim.secret is not None:
        yield False, f"{_quoted(claim.secret)} not in {{}}.everything"


def _of_requests(claim: Claim, requests: Sequence[Request]) -> Iterator[tuple[bool, str]]:
    if claim.requests is not None:
        yield len(requests) == claim.requests, f"len({{}}.requests) == {claim.requests}"
    if claim.target is not None:
        yield [request.path for request in requests] == [claim.target], f"{{}}.targets == {_quoted([claim.target])}"
    for path, value in (claim.members or {}).items():
        found = [lookup(_document(request.body), path) for request in requests]
        yield found == [value], f"{{}}.member({_quoted(path)}) == {_quoted([value])}"


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _quoted(value: Any) -> str:
    return literal(value).replace("{", "{{").replace("}", "}}")


def _anomalies(transcript: Transcript) -> Iterator[str]:
    if transcript.mutated:
        yield "{}.changed == []"
    if transcript.leftovers:
        yield "{}.left == []"
    if any(exchange.gates_expired for exchange in transcript.exchanges):
        yield "{}.expired == []"
    if Ending.UNFINISHED in {exchange.ending for exchange in transcript.exchanges}:
        yield '"unfinished" not in {}.endings'


def _told(driver: Driver, transcript: Transcript, area: str) -> dict[str, Any]:
    """Tell what was seen, as ``Seen.told`` does."""
    raised = transcript.raised
    text = f"{raised.type}: {raised.text}".replace(driver.upstream.origin, UPSTREAM) if raised else ""
    told: dict[str, Any] = {"raised": text}
    if transcript.escapes and raised is not None:  # the words are those of the guard
        told = {"raised_type": raised.type}
    if area in _ABOUT_REQUESTS:
        return told | {"requests": [_request(driver, request) for request in transcript.requests]}
    return told | {
        "text": transcript.text,
        "finish": list(transcript.finishes),
        "stops": [_rest(item.raw) for item in transcript.items if item.kind is Kind.FINISH],
        "course": str(transcript.course),
        "events": _events(transcript),
    }


def _events(transcript: Transcript) -> list[Any]:
    return [item.value for item in transcript.items if item.kind not in {Kind.TEXT, Kind.FINISH}]


def _request(driver: Driver, request: Request) -> dict[str, Any]:
    names = {name.lower() for name, _ in request.headers} - _PASSING
    values = {name: str(request.header(name)).replace(driver.upstream.origin, "") for name in sorted(names)}
    target = request.target.replace(driver.upstream.origin, "")
    return {"method": request.method, "target": target, "headers": values, "body": request.body}


def _common(first: Any, second: Any) -> Any:
    """Give the members that both have alike, in dicts and in lists of equal length."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        alike = [name for name in first if name in second and _alike(first[name], second[name])]
        return {name: _common(first[name], second[name]) for name in alike}
    if isinstance(first, list):
        return [_common(one, other) for one, other in zip(first, second, strict=True)]
    return first


def _alike(first: Any, second: Any) -> bool:
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return all(_alike(one, other) for one, other in zip(first, second, strict=True))
    return isinstance(first, Mapping) or first == second


def _rest(raw: Any) -> dict[str, Any]:
    """Give what a finish tells beside its reason."""
    return {name: value for name, value in (raw or {}).items() if name != "reason"}
