"""SEC: where credentials may be."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from providers.contract import Capability, Contract, Door

from ..consumer import Consumer
from ..driver import Driver, Turn, Way
from ..evidence import bounded, draw, draw_request, fail, require_equal
from ..expectation import document, exercised, failure, only_request
from ..faults import grid
from ..faults.echoes import AT_A_CUT, IN_A_HEADER, echoing, echoing_late
from ..framing import leaves, lookup
from ..recording import Call
from ..requirement import Claim, requirement
from ..scenario import Judged, Scenario, one_answer
from ..script import Script, Sleep, reply
from ..transcript import Request
from ..upstream.play import Respond, in_order
from ..verdict import Level

KEY = "sk-canary-3f9a1c7e5b2d8064"
"""A made-up credential that no one else uses."""
_LONG_KEY = KEY + "0f1e2d3c4b5a6978" * 16
"""One as long as a signed token, of which a text that is cut may keep a part."""
_TELLING = 12
"""Characters of it that tell enough."""
_COOKIE = "cookie-of-another-4b8e"
_ELSEWHERE = "/stolen"
_REDIRECTS = (301, 302, 303, 307, 308)
_INJECTIONS = (
    "\r\nX-Injected: 1",
    "\nX-Injected: 1",
    "\rX-Injected: 1",
    "\0X-Injected: 1",
    "\r\n\r\nPOST /injected HTTP/1.1",
)
_OVERLAP = 0.05
"""Seconds that each reply waits, so that the calls are under way at once."""
_CALLS = 3
"""Calls of which each has a key and options of its own."""


@requirement(
    "SEC-01",
    Level.MUST,
    over=one_answer,
    needs=[Capability.API_KEY],
    source="contract: api_key; 4 public bug threads of keys in URLs and foreign headers",
)
def test_key_goes_where_the_contract_says(drive: Driver, scenario: Scenario) -> None:
    """The credential is sent exactly once, at the place that the contract declares, and nowhere else.

    URLs end in access logs; a second header ends at a proxy.

    Remedy: put the key into the declared header or member only.
    """
    request = only_request(drive(scenario, options={"api_key": KEY}), scenario)
    places = list(_places(request))
    wanted = [f"body {drive.contract.api_key_path}" if drive.contract.api_key_path else _header(drive)]
    if places != wanted:
        raise fail("the key is not where it belongs", expected=wanted, observed=places, wire=draw_request(request))


def _header(drive: Driver) -> str:
    return f"header {drive.contract.api_key_header}"


def _places(request: Request) -> Iterator[str]:
    if KEY in request.target:
        yield "target"
    yield from (f"header {name.lower()}" for name, value in request.headers if KEY in value)
    yield from (f"body {path}" for path, leaf in leaves(document(request)) if KEY in str(leaf))


def _exposing(judged: Judged) -> chain[Scenario]:
    some = (scenario for scenario in grid.statuses(judged) if scenario.name in {"status-401-json", "status-500-html"})
    echoes = chain(echoing(judged, KEY), echoing_late(judged, _LONG_KEY))
    return chain(one_answer(judged), echoes, some, grid.in_band(judged), grid.broken(judged))


@requirement(
    "SEC-02",
    Level.MUST,
    over=_exposing,
    needs=[Capability.API_KEY],
    source="3 public bug threads; g4f logs the api_key of BackendApi in clear",
)
def test_key_is_never_shown(drive: Driver, scenario: Scenario) -> None:
    """The credential occurs in no exception, chain, traceback, log record, output or repr of the provider.

    Also where the upstream echoes it, in any member of an error, a page or a plain text: tracebacks are pasted into
    public issues. Only a header that echoes it may be kept in an attribute (ERROR-06), as it came. Of a long key no
    part should be shown either, wherever a long text is cut.

    Remedy: replace the key in every text that comes from the upstream, once it is decoded and before it is cut, and
    log no request.
    """
    late = AT_A_CUT in scenario.name
    key, secret = (_LONG_KEY, KEY[:_TELLING]) if late else (KEY, KEY)
    transcript = drive(scenario, options={"api_key": key}, consumer=Consumer(watch_logs=True))
    exercised(any(list(_places(request)) for request in transcript.requests), "the key was not sent")
    raised = transcript.raised
    shown = {"exception": raised.everything if raised else ""}
    if not scenario.name.startswith(IN_A_HEADER):  # which libraries log, and ERROR-06 wants to be reachable
        shown |= {
            "details": json.dumps(raised.details) if raised else "",
            "log": "\n".join(transcript.logs),
            "items": "".join(item.text for item in transcript.items),
            "repr": repr(drive.subject.provider),
        }
    for place, text in shown.items():
        if secret in text:
            around = text[max(0, text.index(secret) - 80) :][: 80 + 2 * len(KEY)]
            part, level = ("", None) if key in text else ("a part of ", Level.SHOULD)
            reason, wire = f"{part}the key is shown in: {place}", draw(scenario.script)
            claim, observed = Claim(secret=secret), bounded(around)
            raise fail(reason, expected="no key", observed=observed, wire=wire, level=level, claim=claim)


@requirement(
    "SEC-03",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="RFC 9110, 15.4 and 17.9; 5 public bug threads of keys and prompts sent on to another origin",
)
def test_a_redirect_to_another_origin_is_refused(drive: Driver, scenario: Scenario) -> None:
    """A redirect to another origin, be it only another port, carries no credential and ends in RuntimeError.

    What answers there is not the service that the caller chose; the prompt went with the key.

    Remedy: do not follow redirects (aiohttp: allow_redirects=False), and raise RuntimeError for one.
    """
    has_key = Capability.API_KEY in drive.contract.capabilities
    options = {"api_key": KEY} if has_key else {}
    call = Call(scenario.call.model, scenario.call.messages, {**scenario.call.options, **options})
    for status in _REDIRECTS:
        location = getattr(drive.upstream, "other_origin") + _ELSEWHERE  # noqa: B009  loopback alone has one
        moved = reply(status=status, headers=[("location", location)])
        played = scenario.answered(moved)
        (transcript,) = drive.several([Turn(call)], _unless_elsewhere(moved, scenario.script))
        exercised(transcript.exchanges, "no request reached the upstream")
        for request in transcript.requests:
            places = list(_headers_with_key(request)) if request.path == _ELSEWHERE else []
            if places:
                raise fail(
                    f"status {status}: the key goes to another origin", observed=places, wire=draw_request(request)
                )
        failure(transcript, played, "RuntimeError")


def _unless_elsewhere(moved: Script, good: Script) -> Respond:
    return lambda request, _number: good if request.path == _ELSEWHERE else moved


def _headers_with_key(request: Request) -> Iterator[str]:
    yield from (f"header {name.lower()}" for name, value in request.headers if KEY in value)


@requirement(
    "SEC-04",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="4 public bug threads of one user's key or prompt in another user's request",
)
def test_concurrent_calls_see_nothing_of_each_other(drive: Driver, scenario: Scenario) -> None:
    """Calls at once and in a row, with different messages, credentials and options, send each their own alone.

    A call without a key or option follows one with it. What an option becomes when its call is alone is REQ-05. That
    a cookie set in one call is not sent by the next is a SHOULD, for many libraries keep them where a client is
    shared; to the upstream it makes two users one.

    Remedy: keep what belongs to a call in local variables, never on the class or the module; give a client that calls
    share a jar that keeps nothing (aiohttp: DummyCookieJar).
    """
    bare = Call(scenario.call.model, (_canary(_CALLS),), scenario.call.options)
    calls = [*(_distinct(drive.contract, scenario.call, index) for index in range(_CALLS)), bare]
    alone = [_sent(drive.contract, drive(scenario, call=call).requests) for call in reversed(calls)][::-1]
    overlapping = Script((Sleep(_OVERLAP), *scenario.script.steps))
    for at_once, script, count in ((True, overlapping, _CALLS), (False, scenario.script, len(calls))):
        turns = [Turn(call) for call in calls[:count]]
        requests = drive.several(turns, in_order((script,)), at_once=at_once)[0].requests
        exercised(requests, "no request reached the upstream")
        for index, usual in enumerate(alone[:count]):
            _require_own_alone(drive.contract, requests, index, usual)
    _recommend_no_cookies(drive, scenario)


def _recommend_no_cookies(drive: Driver, scenario: Scenario) -> None:
    """Set a cookie in each reply of two calls; behind a proxy there is a name, for some keep none of an address."""
    head = scenario.script.head
    script = scenario.script.with_head(headers=(*head.headers, ("set-cookie", f"session={_COOKIE}; Path=/")))
    named = [Way(drive.door, origin="http://upstream.example")] if drive.door in {Door.BASE_URL, Door.URL} else []
    for way in (*named, None):
        requests = drive.several([Turn(scenario.call)] * 2, in_order((script,)), way=way)[0].requests
        _recommend_no_cookie(requests[1:])
        if requests:
            return


def _recommend_no_cookie(requests: Sequence[Request]) -> None:
    for request in requests:
        if _COOKIE in (request.header("cookie") or ""):
            reason, wire = "a cookie of the call before is sent", draw_request(request)
            raise fail(reason, expected="none", observed=request.header("cookie"), wire=wire, level=Level.SHOULD)


def _distinct(contract: Contract, usual: Call, index: int) -> Call:
    """Give a call that differs from the others in all that the contract lets it."""
    options: dict[str, Any] = {rule.name: rule.values[index % len(rule.values)] for rule in contract.options}
    if Capability.API_KEY in contract.capabilities:
        options["api_key"] = f"{KEY}-{index}"
    return Call(usual.model, (_canary(index),), {**usual.options, **options})


def _canary(index: int) -> dict[str, Any]:
    return {"role": "user", "content": f"canary-{index}-"}


def _sent(contract: Contract, requests: Sequence[Request]) -> dict[str, Any] | None:
    """Give the options that the last request has; None where none was sent, for a call without a key is refused."""
    body = document(requests[-1]) if requests else None
    return {rule.name: lookup(body, rule.path) for rule in contract.options} if requests else None


def _require_own_alone(
    contract: Contract, requests: Sequence[Request], index: int, usual: dict[str, Any] | None
) -> None:
    own = [request for request in requests if f"canary-{index}-" in request.body.decode(errors="replace")]
    if len(own) != (usual is not None):
        observed = f"{len(own)} of {len(requests)} requests"
        raise fail(f"the message of call {index} is not in one request", expected="one request", observed=observed)
    for request in own:
        whole = draw_request(request)
        require_equal(usual, _sent(contract, own), f"call {index} has options of another", wire=whole)
        others = [mark for other in range(_CALLS) if other != index for mark in (f"canary-{other}-", f"{KEY}-{other}")]
        seen = [other for other in others if other in whole or other in request.body.decode(errors="replace")]
        if seen:
            reason = f"call {index} sends what belongs to another"
            raise fail(reason, expected="its own alone", observed=seen, wire=whole)


@requirement(
    "SEC-05",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="RFC 9110, 5.5: CR, LF and NUL in field values are dangerous",
)
def test_line_ends_never_become_headers(drive: Driver, scenario: Scenario) -> None:
    """CR, LF and NUL in model, key or options never reach the wire as header syntax.

    A caller's string would become headers, or a request, of its own.

    Remedy: send caller's strings as JSON; refuse a key or header value with control characters by ValueError.
    """
    exposed = 0
    for text in _INJECTIONS:
        for call in _injected(drive.contract, scenario.call, text):
            transcript = drive(scenario, call=call)
            exposed += bool(transcript.requests) or transcript.raised is not None
            for request in transcript.requests:
                _require_no_injection(request, text)
    exercised(exposed, "no call reached the upstream or was refused")


def _injected(contract: Contract, usual: Call, text: str) -> Iterator[Call]:
    yield replace(usual, model=f"m{text}")
    names = [rule.name for rule in contract.options if any(isinstance(value, str) for value in rule.values)]
    names += ["api_key"] if Capability.API_KEY in contract.capabilities else []
    for name in names:
        yield replace(usual, options={**usual.options, name: f"{KEY}{text}"})


def _require_no_injection(request: Request, text: str) -> None:
    names = [name.lower() for name, _ in request.headers]
    broken = [value for _, value in request.headers if any(mark in value for mark in "\r\n\0")]
    if "x-injected" in names or broken or request.path == "/injected":
        raise fail(f"{text!r} became header syntax", expected="no such header", wire=draw_request(request))
