"""ERROR: what failures become."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from providers.contract import Capability, Contract, Door, Family

from ..consumer import Consumer
from ..driver import Driver, Way
from ..evidence import draw, fail, outcome
from ..expectation import declared, deliberate, exercised, failure, fired, refusal_before_network
from ..faults import grid
from ..faults.members import bare_errors
from ..faults.unusable import document_for_stream, unusable
from ..framing import Event, codec_of, render
from ..requirement import Claim, requirement
from ..scenario import Declared, Judged, Scenario, one_answer, refusals
from ..script import JSON, Chunk, Gate, HalfClose, Reset, Script, Step, reply
from ..transcript import Course, Transcript
from ..variations import answers, cuts
from ..verdict import Level

_BOUND = 10_000
"""Characters of exception text that still fit a log line."""
_WAIT = 4177
"""Seconds of a Retry-After that nobody should sleep."""
_MOST_REQUESTS = 10
_PATIENCE = 20.0
"""Seconds in which a provider gives up on a failing upstream: three pauses of 1, 2 and 4 s and some."""
_LONG_PATIENCE = 40.0
"""Seconds in which it has either failed or asked again, if it limits the pause that an upstream asks for."""
_MANY_CUTS, _FEW_CUTS = 24, 2
_CANARY = "sk-canary-9d07c2"
_KEYS = {
    "is empty": "",
    "ends in CR LF": f"{_CANARY}\r\n",
    "ends in LF": f"{_CANARY}\n",
    "holds a header": f"{_CANARY}\r\nx-injected: 1",
    "holds NUL": f"{_CANARY}\0",
    "is beyond ASCII": f"{_CANARY}\u00fc\u4f60",
}


@requirement(
    "ERROR-01",
    Level.MUST,
    over=lambda judged: chain(refusals(judged), grid.statuses(judged)),
    source="the two exceptions: could this very call succeed later, unchanged? 16 public bug threads",
)
def test_status_maps_by_the_table(drive: Driver, scenario: Scenario) -> None:
    """Every HTTP status becomes ValueError or RuntimeError by the table, whatever the body.

    ValueError says that the caller must change something, RuntimeError that the same call may succeed later.
    JSON, HTML, empty, multi-line, huge and truncated bodies change nothing in it, nor does it matter whether they
    come whole or byte by byte, nor whether the call asks for a stream. Where the body is lost on the way both
    classes are legal: the status is known, and so is the failure of the transport.

    Remedy: decide by the status alone, before the body is parsed; read the body only for the message.
    """
    declared(drive(scenario), scenario, "the status has another outcome")


def _all_failures(judged: Judged) -> Iterator[Scenario]:
    yield from refusals(judged)
    yield from grid.some_statuses(judged, "json", "html")
    yield from grid.in_band(judged)
    yield from unusable(judged)
    yield from (scenario for scenario in grid.broken(judged) if scenario.expected.error is not None)


@requirement("ERROR-02", Level.MUST, over=_all_failures, source="seed interface: errors; 22 public bug threads")
def test_exceptions_are_the_providers_own(drive: Driver, scenario: Scenario) -> None:
    """A failure raises exactly ValueError or RuntimeError, or a subclass of the provider's package, on purpose.

    json.JSONDecodeError and UnicodeDecodeError are ValueErrors, httpx.StreamError and RecursionError are
    RuntimeErrors: such accidents say the wrong thing and break callers that catch by class. So the class and
    the instruction that raised it are looked at.

    Remedy: catch the library's exceptions at the boundary and ``raise RuntimeError(...) from error``.
    """
    transcript = drive(scenario)
    exercised(transcript.raised, "nothing was raised")
    exercised(fired(transcript, scenario), "the provider left before the fault")
    if transcript.raised is not None:
        deliberate(transcript.raised, "the failure", wire=draw(scenario.script))


def _with_message(judged: Judged) -> Iterator[Scenario]:
    yield from grid.some_statuses(judged, "json", "huge")


@requirement("ERROR-03", Level.SHOULD, over=_with_message, source="11 public bug threads of errors without a reason")
def test_exception_shows_the_upstreams_words(drive: Driver, scenario: Scenario) -> None:
    """The exception shows the upstream's message and raw code, bounded in length.

    "Request failed" sends people to the source; a megabyte of HTML sends them away.

    Remedy: put status and ``error.message`` into the text, cut to some hundred characters.
    """
    transcript = drive(scenario)
    exercised(transcript.raised, "nothing was raised")
    text = transcript.raised.text if transcript.raised else ""
    if len(text) > _BOUND:
        raise fail("the text is not bounded", expected=f"at most {_BOUND} characters", observed=f"{len(text)}")
    status = str(scenario.script.head.status)
    wanted = [status] if scenario.name.endswith("-huge") else [status, grid.MESSAGE]
    missing = [part for part in wanted if part not in text]
    if missing:
        raise fail("the upstream's words are missing", expected=missing, observed=text, wire=draw(scenario.script))


@requirement(
    "ERROR-04",
    Level.MUST,
    over=lambda judged: chain(grid.in_band(judged), bare_errors(judged)),
    needs=[Capability.IN_BAND_ERRORS],
    source="contract: error cases; 34 public bug threads",
)
def test_in_band_error_raises(drive: Driver, scenario: Scenario) -> None:
    """A failure told within a 200 raises, first, in the middle or last, and is never yielded as answer.

    Each is cut at every place that matters, for what looks like text in one piece must not slip out in two. An
    error event that lacks its code, type or message is an error all the same. Which class is raised is ERROR-05.

    Remedy: look at each event's type before its text; hold back text that could still be the error sentence.
    """
    for pieces in _in_pieces(drive.contract, scenario):
        varied = scenario.answered(scenario.script.with_body(pieces))
        transcript = drive(varied)
        exercised(transcript.exchanges, "no request reached the upstream")
        failure(transcript, varied, *Declared.EITHER.families)
        if any(part in transcript.text for part in _wording(drive.contract, scenario)):
            wire = draw(varied.script)
            raise fail("the error was yielded as answer", expected="", observed=transcript.text, wire=wire)
        exercised(fired(transcript, varied), "the provider left before the error")


def _in_pieces(contract: Contract, scenario: Scenario) -> Iterator[list[bytes]]:
    """Give the reply whole, cut once, and byte by byte; most cuts for a sentence that looks like an answer."""
    body = scenario.script.body
    count = _MANY_CUTS if any(case.sentence for case in contract.errors) else _FEW_CUTS
    yield [body]
    yield from (cuts.cut(body, at) for at in cuts.spread(cuts.hot_cuts(body) or range(1, len(body)), count))
    yield cuts.bytewise(body)


def _wording(contract: Contract, scenario: Scenario) -> set[str]:
    """Give what must not be yielded: any character of an error sentence, the message of an error event."""
    for case in contract.errors:
        if case.sentence and scenario.name == f"in-band-{case.name}":
            return set(case.sentence.strip())
        if case.message and scenario.name.startswith((f"in-band-{case.name}-", f"documented-{case.name}")):
            return {case.message}
    return set()


@requirement(
    "ERROR-05",
    Level.MUST,
    over=grid.in_band,
    needs=[Capability.IN_BAND_ERRORS],
    source="contract: error cases and their HTTP twins; 5 public bug threads",
)
def test_in_band_error_has_the_class_of_its_twin(drive: Driver, scenario: Scenario) -> None:
    """A failure told within a 200 raises the class of the HTTP status that would tell the same.

    Overload and rate limit are RuntimeError, for the same call may succeed later; an invalid request is ValueError.

    Remedy: map the error's type or code by a table beside that of the statuses; what is unknown is RuntimeError.
    """
    declared(drive(scenario), scenario, "the class is not that of the HTTP twin")


@requirement(
    "ERROR-07",
    Level.MUST,
    over=lambda judged: chain(grid.broken(judged), grid.unreachable(judged)),
    sockets=True,
    source="RFC 9112, 8; 9 public bug threads of raw httpx, aiohttp and requests errors",
)
def test_transport_failure_is_a_runtime_error(drive: Driver, scenario: Scenario) -> None:
    """A transport failure is RuntimeError in every phase: refused, TLS, reset, closed, incomplete.

    Remedy: wrap the whole exchange, reading included, in one try that turns the library's errors into
    RuntimeError.
    """
    if scenario.name in grid.UNREACHABLE:
        exercised(drive.door in {Door.BASE_URL, Door.URL}, f"the door {drive.door} leads to one address only")
        failure(drive(scenario, way=Way(drive.door, origin=_address(drive, scenario))), scenario)
    else:
        declared(drive(scenario), scenario, "the transport failed")


def _address(drive: Driver, scenario: Scenario) -> str:
    return str(getattr(drive.upstream, grid.UNREACHABLE[scenario.name]))


@requirement(
    "ERROR-08",
    Level.MUST,
    over=lambda judged: chain(unusable(judged), document_for_stream(judged)),
    source="10 public bug threads of empty successes",
)
def test_unusable_200_is_a_runtime_error(drive: Driver, scenario: Scenario) -> None:
    """A 200 without a usable answer is RuntimeError: nothing, a page, an error object, JSON for a stream.

    A captive portal or a proxy answers 200 with HTML; taken for an answer it is shown to users, or an empty
    string is taken for a thought. A whole document where a stream was asked may be used, all of it.

    Remedy: check the media type where the format does not tell, and raise when no text has come.
    """
    declared(drive(scenario), scenario, "an unusable reply was taken as an answer")


@requirement(
    "ERROR-09",
    Level.MUST,
    over=one_answer,
    source="RFC 9110, 9.2.2: a POST is not repeated lightly; 13 public bug threads of answers twice or paid twice",
)
def test_no_request_is_repeated_in_vain(drive: Driver, scenario: Scenario) -> None:
    """Once text has been yielded no second request is sent; refused input is asked once; other retries are bounded.

    The connection is lost after the first texts while a second, good reply is ready: taking it repeats the answer.
    A retry before any output is the provider's choice, within ten requests and the deadline; so is a pause before
    it, but not one of an hour because the upstream says so (Retry-After): that is the caller's to decide.

    Remedy: retry around the first byte only, for failures that may pass (429, 5xx, transport), and count; raise at
    once where Retry-After is more than some seconds.
    """
    refused = _refused_once(scenario)
    tried = [_require_one(drive(varied), varied, "the input had been refused") for varied in refused]
    for lost, consumer in _lost_after_text(drive.contract, scenario):
        transcript = drive(lost, consumer=consumer)
        if transcript.text and not any(exchange.gates_expired for exchange in transcript.exchanges):
            tried.append(_require_one(transcript, lost, "text had been yielded"))
    for varied in _failing_for_long(scenario):
        transcript = drive(varied, deadline=_PATIENCE)
        if len(transcript.requests) > _MOST_REQUESTS or transcript.course is Course.TIMED_OUT:
            expected = f"at most {_MOST_REQUESTS} requests, then RuntimeError"
            observed = f"{len(transcript.requests)} requests; {outcome(transcript)}"
            raise fail("retries are not bounded", expected=expected, observed=observed, wire=draw(varied.script))
        tried.append(bool(transcript.requests))
    _require_no_long_pause(drive, scenario)
    exercised(any(tried), "no request reached the upstream")


def _require_no_long_pause(drive: Driver, scenario: Scenario) -> None:
    """Require that a pause of more than an hour is not slept, neither for a rate limit nor for an overload."""
    for status in (429, 503):
        told = reply(grid.error_json(), status=status, headers=[JSON, ("retry-after", str(_WAIT))])
        varied = replace(scenario, scripts=(told, *scenario.scripts))
        transcript = drive(varied, deadline=_LONG_PATIENCE)
        if transcript.course is Course.TIMED_OUT and len(transcript.requests) == 1:
            reason, observed = f"status {status}: a Retry-After of {_WAIT} s is waited for", outcome(transcript)
            expected = f"RuntimeError within {_LONG_PATIENCE:.0f} s"
            raise fail(reason, expected=expected, observed=observed, wire=draw(told))


def _refused_once(scenario: Scenario) -> Iterator[Scenario]:
    """Refuse the first request; a second one would be answered."""
    for status in sorted(grid.REFUSALS):
        refused = reply(grid.error_json(), status=status, headers=[JSON])
        yield replace(scenario, scripts=(refused, *scenario.scripts))


def _require_one(transcript: Transcript, varied: Scenario, when: str) -> bool:
    if len(transcript.requests) > 1:
        observed = f"{len(transcript.requests)} requests; {outcome(transcript)}"
        raise fail(f"asked again after {when}", expected="one request", observed=observed, wire=draw(varied.script))
    return bool(transcript.requests)


def _lost_after_text(contract: Contract, scenario: Scenario) -> Iterator[tuple[Scenario, Consumer]]:
    """Lose the answer once two texts have been yielded: the connection, the rest of it, or by an error event."""
    if Capability.STREAM not in contract.capabilities:
        return
    lockstep, gates = answers.lockstep(contract, scenario, ["One ", "two ", "three ", "four."])
    steps = lockstep.script.steps
    last = next(index for index, step in enumerate(steps) if isinstance(step, Gate) and step.name == gates[1][1])
    endings: list[tuple[Step, ...]] = [(Reset(),), (HalfClose(),)]
    if contract.finish is not None:
        endings.append(())
    codec = codec_of(contract, scenario.script.body)
    errors = [case.event for case in contract.errors if case.event and case.raises is Family.RUNTIME_ERROR]
    endings += [tuple(map(Chunk, render(codec, [Event(error)]))) for error in errors[:1]]
    for ending in endings:
        lost = Script((*steps[: last + 1], *ending))
        yield replace(lockstep, scripts=(lost, *scenario.scripts)), Consumer(gates=gates[:2])


def _failing_for_long(scenario: Scenario) -> Iterator[Scenario]:
    """Fail before any output, more often than anyone should try; then answer, so that a trial without end ends."""
    headers = [JSON, ("retry-after", "0")]
    for script in (reply(grid.error_json(), status=503, headers=headers), Script((Reset(),))):
        yield replace(scenario, scripts=(*[script] * (_MOST_REQUESTS + 1), *scenario.scripts))


@requirement(
    "ERROR-10",
    Level.MUST,
    over=one_answer,
    needs=[Capability.API_KEY],
    source="RFC 9110, 5.5: what a header may carry; 7 public bug threads of UnicodeEncodeError and leaked keys",
)
def test_unusable_key_is_refused(drive: Driver, scenario: Scenario) -> None:
    """An empty key, or one with CR, LF, NUL or a character beyond ASCII, is ValueError before any request.

    A key pasted with its line end is the commonest of all mistakes; libraries tell it by an exception of their own
    that shows the key. The exception, its chain and its notes do not.

    Remedy: check the key first: ``isascii() and isprintable()``, not empty; raise without the value.
    """
    for name, key in _KEYS.items():
        transcript = drive(scenario, options={"api_key": key})
        refusal_before_network(transcript, f"a key that {name}")
        if transcript.raised is not None and _CANARY in transcript.raised.everything:
            observed = f"{transcript.raised.type}: {transcript.raised.text}"
            reason, claim = f"the exception shows a key that {name}", Claim(secret=_CANARY)
            raise fail(reason, expected="an exception without it", observed=observed, claim=claim)
