"""What requirements commonly ask of a transcript; each raises a failure that shows what came instead."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

from providers.contract import OK, Contract

from .driver import Driver
from .evidence import draw, draw_request, fail, outcome, require_equal
from .framing import Event, is_finish
from .requirement import Claim, Failure, NotExercised
from .scenario import Declared, Scenario, one_answer
from .script import Chunk, HalfClose, Reset
from .transcript import Course, Ending, Kind, Raised, Request, Transcript

PATIENCE = 5.0
"""Seconds above a time-out that a provider may take: libcurl rounds up to whole seconds, machines are busy."""

_FORCED = {Reset: Ending.RESET, HalfClose: Ending.HALF_CLOSED}


def answer(
    transcript: Transcript, scenario: Scenario, reason: str = "the answer differs", *, wire: str = "", loops: int = 1
) -> None:
    """Require the complete answer that the scenario expects: text, one finish, no exception.

    ``loops``: so many drives had to be made to see it.
    """
    expected = scenario.expected
    claim = Claim(text=expected.text, finish=(expected.finish,), raised=(), loops=loops)
    with blaming(transcript):
        require_equal(
            {"raised": None, "text": expected.text, "finish": [expected.finish]},
            {"raised": _told(transcript.raised), "text": transcript.text, "finish": list(transcript.finishes)},
            reason,
            wire=wire or draw(scenario.script),
            claim=claim,
        )
    if transcript.course is not Course.FINISHED:
        raise fail(reason, expected="the generator ends", observed=outcome(transcript), wire=wire, claim=claim)


def is_answer(transcript: Transcript, scenario: Scenario) -> bool:
    """Tell what ``answer`` requires."""
    got = (transcript.course, transcript.raised, transcript.text, transcript.finishes)
    return got == (Course.FINISHED, None, scenario.expected.text, (scenario.expected.finish,))


@contextmanager
def blaming(transcript: Transcript) -> Iterator[None]:
    """Say of a failure, where several calls were made in one drive, which one it blames."""
    try:
        yield
    except Failure as failure:
        failure.transcript = transcript
        raise


def _told(raised: Raised | None) -> str | None:
    return f"{raised.type}: {raised.text} at {raised.frame}" if raised else None


def plain_course(drive: Driver) -> Course | None:
    """Tell how the plainest recorded answer is read: FINISHED only if it is read right, None if there is none."""
    for scenario in one_answer(drive.subject):
        transcript = drive(scenario)
        wrong = transcript.course is Course.FINISHED and not is_answer(transcript, scenario)
        return Course.RAISED if wrong else transcript.course
    return None


def meaning(contract: Contract, transcript: Transcript) -> dict[str, Any]:
    """Give the meaning with the raw events up to the terminal marker: whether those after it come is free."""
    raw = [item.value for item in transcript.items if item.kind is Kind.RAW]
    before = takewhile(lambda value: not is_finish(contract, Event(value)), raw)
    return {**transcript.meaning, "raw": list(before)}


def failure(transcript: Transcript, scenario: Scenario, *families: str, optional: bool = False) -> Raised:
    """Require that the drive ended in an exception of a family (by inheritance), without a finish.

    ``optional``: an answer would have been legal too, as the claim then says.
    """
    families = families or (str(scenario.expected.error),)
    wanted = " or ".join(families)
    raised = transcript.raised
    if raised is None or raised.family not in families:
        wire = draw(scenario.script)
        claim = Claim(raised=(*families, "None")) if optional else Claim(raised=families, finish=())
        raise fail(f"no {wanted} was raised", expected=wanted, observed=outcome(transcript), wire=wire, claim=claim)
    no_finish(transcript, scenario)
    return raised


def declared(transcript: Transcript, scenario: Scenario, reason: str = "the fault has another outcome") -> None:
    """Require the outcome that the fault of a scenario declares; not exercised where the fault did not strike.

    A recorded failure declares its outcome by its status; under 200 the contract's cases alone tell the families.
    """
    exercised(transcript.exchanges, "no request reached the upstream")
    if scenario.fault is None:
        in_band = scenario.script.head.status == OK
        raised = failure(transcript, scenario, *(Declared.EITHER.families if in_band else ()))
        if in_band:
            deliberate(raised, reason, wire=draw(scenario.script))
        return
    wanted = scenario.fault.outcome
    if wanted is Declared.ANSWER_OR_RUNTIME_ERROR and transcript.raised is None:
        answer(transcript, scenario, reason)
    else:
        optional = wanted is Declared.ANSWER_OR_RUNTIME_ERROR
        raised = failure(transcript, scenario, *wanted.families, optional=optional)
        if len(wanted.families) > 1:  # either class is legal, so that it was chosen must be seen
            deliberate(raised, reason, wire=draw(scenario.script))
    exercised(fired(transcript, scenario), f"the provider left before the fault ({scenario.fault.phase})")


def fired(transcript: Transcript, scenario: Scenario) -> bool:
    """Tell whether a reply came as far as its fault: the head, so many bytes, or the ending by force."""
    offset = scenario.fault.offset if scenario.fault else 0
    pieces = [step.data for step in scenario.script.steps if isinstance(step, Chunk)]
    forced = _FORCED.get(type(scenario.script.steps[-1]))
    return any(
        sum(map(len, pieces[: exchange.chunks_sent])) >= offset and forced in {None, exchange.ending}
        for exchange in transcript.exchanges
    )


def no_finish(transcript: Transcript, scenario: Scenario) -> None:
    """Require that no FinishReason was yielded."""
    if transcript.finishes:
        raise fail(
            "a FinishReason was yielded although the answer is not complete",
            expected="no FinishReason",
            observed=outcome(transcript),
            wire=draw(scenario.script),
            claim=Claim(finish=()),
        )


def only_request(transcript: Transcript, scenario: Scenario) -> Request:
    """Require that exactly one request reached the upstream, and give it."""
    if len(transcript.requests) != 1:
        escapes = f"; it tried to reach {', '.join(transcript.escapes)}" if transcript.escapes else ""
        raised = transcript.raised
        instead = f": {raised.type}: {raised.text}" if raised and not (transcript.requests or escapes) else ""
        raise fail(
            f"{len(transcript.requests)} requests reached the upstream{escapes}{instead}",
            expected="exactly one request",
            observed=outcome(transcript),
            wire=draw(scenario.script) if transcript.requests else "",
            claim=Claim(requests=1),
        )
    return transcript.requests[0]


def document(request: Request) -> Any:
    """Require a body that is JSON in UTF-8 (RFC 8259, 8.1), and give it."""
    try:
        return json.loads(request.body.decode(), parse_constant=_no_constant)
    except ValueError as error:
        wire = draw_request(request)
        raise fail("the body is not UTF-8 JSON", expected="JSON (RFC 8259)", observed=str(error), wire=wire) from error


def _no_constant(name: str) -> None:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def is_refused(transcript: Transcript) -> bool:
    """Tell whether the call was refused by a ValueError on purpose, before any request."""
    raised = transcript.raised
    on_purpose = raised is not None and raised.family == "ValueError" and raised.own and raised.deliberate
    return on_purpose and not transcript.requests and not transcript.escapes


def refusal_before_network(transcript: Transcript, what: str) -> None:
    """Require a plain ValueError, raised on purpose, before any request was sent."""
    raised = transcript.raised
    if transcript.requests or raised is None or raised.family != "ValueError":
        requests = "\n".join(draw_request(request) for request in transcript.requests)
        raise fail(
            f"{what} is not refused before the request",
            expected="ValueError, no request",
            observed=f"{len(transcript.requests)} requests; {outcome(transcript)}",
            wire=requests,
            claim=Claim(requests=0, raised=("ValueError",)),
        )
    deliberate(raised, what)


def deliberate(raised: Raised, what: str, *, wire: str = "") -> None:
    """Require the builtin or the provider's own subclass, raised by a ``raise`` of the provider's code."""
    if raised.family is None or not raised.own or not raised.deliberate:
        raise fail(
            f"{what}: the exception is not the provider's own",
            expected="ValueError, RuntimeError or an own subclass, raised by a raise statement of the provider's code",
            observed=f"{raised.type}: {raised.text} at {raised.frame}",
            wire=wire,
            claim=Claim(own=True),
        )


def exercised(condition: Any, what: str) -> None:
    """Say that a requirement's subject did not take place, unless it did."""
    if not condition:
        raise NotExercised(what)
