"""SEC: where credentials may be."""

import json
from collections.abc import Iterator
from itertools import chain

from providers.contract import Capability

from .. import faults
from ..consumer import Consumer
from ..driver import Driver
from ..evidence import bounded, draw_request, fail
from ..expectation import document, exercised, only_request
from ..framing import leaves
from ..requirement import requirement
from ..scenario import Judged, Scenario, one_answer
from ..script import reply
from ..transcript import Request
from ..verdict import Level

KEY = "sk-canary-3f9a1c7e5b2d8064"
"""A made-up credential that no one else uses."""


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


def _failures_that_echo(judged: Judged) -> Iterator[Scenario]:
    for answer in one_answer(judged):
        body = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}}).encode()
        script = reply(body, status=401, headers=[("content-type", "application/json")])
        yield answer.answered(script, faults.failing("ValueError"), "status-401-echoes-the-key")


def _exposing(judged: Judged) -> chain[Scenario]:
    some = (scenario for scenario in faults.statuses(judged) if scenario.name in {"status-401-json", "status-500-html"})
    return chain(one_answer(judged), _failures_that_echo(judged), some, faults.in_band(judged), faults.broken(judged))


@requirement(
    "SEC-02",
    Level.MUST,
    over=_exposing,
    needs=[Capability.API_KEY],
    source="3 public bug threads; g4f logs the api_key of BackendApi in clear",
)
def test_key_is_never_shown(drive: Driver, scenario: Scenario) -> None:
    """The credential occurs in no exception, chain, traceback, log record, output or repr of the provider.

    Also where the upstream echoes it in its error message: tracebacks are pasted into public issues.

    Remedy: replace the key in every text that comes from the upstream, and log no request.
    """
    transcript = drive(scenario, options={"api_key": KEY}, consumer=Consumer(watch_logs=True))
    exercised(any(list(_places(request)) for request in transcript.requests), "the key was not sent")
    shown = {
        "exception": transcript.raised.everything if transcript.raised else "",
        "details": json.dumps(dict(transcript.raised.details)) if transcript.raised else "",
        "log": "\n".join(transcript.logs),
        "items": "".join(item.text for item in transcript.items),
        "repr": repr(drive.subject.provider),
    }
    for place, text in shown.items():
        if KEY in text:
            around = text[max(0, text.index(KEY) - 80) :][: 80 + 2 * len(KEY)]
            raise fail(f"the key is shown in: {place}", expected="no key", observed=bounded(around))
