"""Writes what a failing drive should have shown as assert statements; else that the same is not seen again."""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..driver import Drive, Driver
from ..framing import lookup
from ..requirement import Claim, Failure
from ..transcript import Course, Ending, Kind, Request, Transcript
from .literal import literal
from .subject import HOST, PASSING, UPSTREAM, branches, facts

_TIME = re.compile(rb"(?<!\d)\d{10}(?:\d{3})?(?!\d)")
_NOW = 86_400
"""Seconds by which a number may be away from the time, and be taken for it."""
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
        same = literal(_common(*(_told(driver, one, area, claim) for one in (transcript, other))))
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
        held = (raised.family if raised else "None") in families
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
    for name, pattern in (claim.headers or {}).items():
        if "//" in pattern:  # an origin, which is another here
            continue
        values = [request.header(name) or "" for request in requests]
        held = len(values) == 1 and re.fullmatch(pattern, values[0]) is not None
        yield held, f'all(re.fullmatch({_quoted(pattern)}, one.header({_quoted(name)}) or "") for one in {{}}.requests)'
    if claim.signed is not None:
        yield False, f"{{}}.signs({', '.join(map(_quoted, claim.signed))})"


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


def _told(driver: Driver, transcript: Transcript, area: str, claim: Claim) -> dict[str, Any]:
    """Tell what was seen, as ``Seen.told`` does."""
    raised = transcript.raised
    text = f"{raised.type}: {raised.text}".replace(driver.upstream.origin, UPSTREAM) if raised else ""
    told: dict[str, Any] = {"raised": text}
    if transcript.escapes and raised is not None:  # the words are those of the guard
        told = {"raised_type": raised.type}
    if claim.details:
        return told | {"details": facts(_own(raised.details), driver.upstream.origin) if raised else {}}
    if area in _ABOUT_REQUESTS:
        return told | {"requests": [_request(driver, request) for request in transcript.requests]}
    return told | {
        "text": transcript.text,
        "finish": list(transcript.finishes),
        "stops": [_rest(item.raw) for item in transcript.items if item.kind is Kind.FINISH],
        "course": str(transcript.course),
        "events": _events(transcript),
    }


def _own(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if name not in {"cause", "notes"}}


def _events(transcript: Transcript) -> list[Any]:
    return [item.value for item in transcript.items if item.kind not in {Kind.TEXT, Kind.FINISH}]


def _request(driver: Driver, request: Request) -> dict[str, Any]:
    """Tell of a request what is not of its moment; the members only where the body as a whole is."""
    names = sorted({name.lower() for name, _ in request.headers} - PASSING)
    signed = {rule.name for rule in driver.contract.headers if rule.digest}
    values = {name: str(request.header(name)).replace(driver.upstream.origin, "") for name in names}
    told: dict[str, Any] = {
        "method": request.method,
        "host": str(request.header("host")).replace(driver.upstream.origin.rpartition("/")[2], HOST),
        "target": request.target.replace(driver.upstream.origin, ""),
        "names": names,
        "headers": {name: value for name, value in values.items() if name not in signed and not _is_of_now(value)},
    }
    if not _is_of_now(request.body):
        told["body"] = request.body
    members = branches(request.body)
    steady = {path: value for path, value in members.items() if not _is_of_now(value)}
    return told | {"paths": sorted(members), "members": steady}


def _is_of_now(value: Any) -> bool:
    """Tell whether a Unix time of about now stands in a text: it is another the next time."""
    text = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
    return any(abs(int(found[:10]) - time.time()) < _NOW for found in _TIME.findall(text))


def _common(first: Any, second: Any) -> Any:
    """Give the members that both have alike, in dicts and in lists of equal length."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        if "body" in first and first.get("body") == second.get("body"):  # the members tell nothing more
            first = {name: value for name, value in first.items() if name not in {"paths", "members"}}
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
