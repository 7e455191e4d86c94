"""ERROR: what failures become."""

from collections.abc import Iterator
from itertools import chain

from providers.contract import Capability, Contract, Door

from .. import faults, variations
from ..driver import Driver, Way
from ..evidence import draw, fail, outcome
from ..expectation import deliberate, exercised, failure
from ..requirement import requirement
from ..scenario import Judged, Scenario, refusals
from ..verdict import Level

_BOUND = 10_000
"""Characters of exception text that still fit a log line."""


@requirement(
    "ERROR-01",
    Level.MUST,
    over=lambda judged: chain(refusals(judged), faults.statuses(judged)),
    source="the two exceptions: could this very call succeed later, unchanged? 16 public bug threads",
)
def test_status_maps_by_the_table(drive: Driver, scenario: Scenario) -> None:
    """Every HTTP status becomes ValueError or RuntimeError by the table, whatever the body.

    ValueError says that the caller must change something, RuntimeError that the same call may succeed later.
    JSON, HTML, empty, multi-line, huge and truncated bodies change nothing in it.

    Remedy: decide by the status alone, before the body is parsed; read the body only for the message.
    """
    transcript = drive(scenario)
    exercised(transcript.exchanges, "no request reached the upstream")
    failure(transcript, scenario)


def _all_failures(judged: Judged) -> Iterator[Scenario]:
    yield from refusals(judged)
    yield from faults.some_statuses(judged, "json", "html")
    yield from faults.in_band(judged)
    yield from faults.unusable(judged)
    yield from faults.broken(judged)


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
    if transcript.raised is not None:
        deliberate(transcript.raised, "the failure", wire=draw(scenario.script))


def _with_message(judged: Judged) -> Iterator[Scenario]:
    yield from faults.some_statuses(judged, "json", "huge")


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
    wanted = [status] if scenario.name.endswith("-huge") else [status, faults.MESSAGE]
    missing = [part for part in wanted if part not in text]
    if missing:
        raise fail("the upstream's words are missing", expected=missing, observed=text, wire=draw(scenario.script))


@requirement(
    "ERROR-04",
    Level.MUST,
    over=faults.in_band,
    needs=[Capability.IN_BAND_ERRORS],
    source="contract: error cases; 34 public bug threads",
)
def test_in_band_error_raises(drive: Driver, scenario: Scenario) -> None:
    """A failure told within a 200 raises, first, in the middle or last, and is never yielded as answer.

    Each is cut at every place that matters, for what looks like text in one piece must not slip out in two.

    Remedy: look at each event's type before its text; hold back text that could still be the error sentence.
    """
    body = scenario.script.body
    hot = variations.spread(variations.hot_cuts(body) or range(1, len(body)), 24)
    for pieces in ([body], *(variations.cut(body, at) for at in hot), variations.bytewise(body)):
        varied = scenario.answered(scenario.script.with_body(pieces))
        transcript = drive(varied)
        failure(transcript, varied)
        if any(part in transcript.text for part in _wording(drive.contract, scenario)):
            wire = draw(varied.script)
            raise fail("the error was yielded as answer", expected="", observed=transcript.text, wire=wire)


def _wording(contract: Contract, scenario: Scenario) -> set[str]:
    """Give what must not be yielded: any character of an error sentence, the message of an error event."""
    for case in contract.errors:
        if case.sentence and scenario.name == f"in-band-{case.name}":
            return set(case.sentence.strip())
        if case.message and scenario.name.startswith((f"in-band-{case.name}-", f"documented-{case.name}")):
            return {case.message}
    return set()


@requirement(
    "ERROR-07",
    Level.MUST,
    over=lambda judged: chain(faults.broken(judged), faults.unreachable(judged)),
    sockets=True,
    source="RFC 9112, 8; 9 public bug threads of raw httpx, aiohttp and requests errors",
)
def test_transport_failure_is_a_runtime_error(drive: Driver, scenario: Scenario) -> None:
    """A transport failure is RuntimeError in every phase: refused, TLS, reset, closed, incomplete.

    Remedy: wrap the whole exchange, reading included, in one try that turns the library's errors into
    RuntimeError.
    """
    way = None
    if scenario.name in faults.UNREACHABLE:
        exercised(drive.door in {Door.BASE_URL, Door.URL}, f"the door {drive.door} leads to one address only")
        way = Way(drive.door, origin=getattr(drive.upstream, faults.UNREACHABLE[scenario.name]))
    failure(drive(scenario, way=way), scenario)


@requirement("ERROR-08", Level.MUST, over=faults.unusable, source="10 public bug threads of empty successes")
def test_unusable_200_is_a_runtime_error(drive: Driver, scenario: Scenario) -> None:
    """A 200 without a usable answer is RuntimeError: nothing, a page, an error object, JSON for a stream.

    A captive portal or a proxy answers 200 with HTML; taken for an answer it is shown to users, or an empty
    string is taken for a thought.

    Remedy: check the media type where the format does not tell, and raise when no text has come.
    """
    transcript = drive(scenario)
    exercised(transcript.exchanges, "no request reached the upstream")
    if transcript.raised is None:
        raise fail(
            "an unusable reply was taken as an answer",
            expected="RuntimeError",
            observed=outcome(transcript),
            wire=draw(scenario.script),
        )
    failure(transcript, scenario)
