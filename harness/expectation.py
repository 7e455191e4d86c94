"""What requirements commonly ask of a transcript; each raises a failure that shows what came instead."""

import json
from typing import Any

from .evidence import draw, draw_request, fail, outcome, require_equal
from .requirement import NotExercised
from .scenario import Scenario
from .transcript import Course, Raised, Request, Transcript

PATIENCE = 5.0
"""Seconds above a time-out that a provider may take: libcurl rounds up to whole seconds, machines are busy."""


def answer(transcript: Transcript, scenario: Scenario, reason: str = "the answer differs", *, wire: str = "") -> None:
    """Require the complete answer that the scenario expects: text, one finish, no exception."""
    expected = scenario.expected
    require_equal(
        {"raised": None, "text": expected.text, "finish": [expected.finish]},
        {"raised": _told(transcript.raised), "text": transcript.text, "finish": list(transcript.finishes)},
        reason,
        wire=wire or draw(scenario.script),
    )
    if transcript.course is not Course.FINISHED:
        raise fail(reason, expected="the generator ends", observed=outcome(transcript), wire=wire)


def _told(raised: Raised | None) -> str | None:
    return f"{raised.type}: {raised.text} at {raised.frame}" if raised else None


def failure(transcript: Transcript, scenario: Scenario, *families: str) -> Raised:
    """Require that the drive ended in an exception of a family (by inheritance), without a finish."""
    families = families or (str(scenario.expected.error),)
    wanted = " or ".join(families)
    raised = transcript.raised
    if raised is None or raised.family not in families:
        raise fail(f"no {wanted} was raised", expected=wanted, observed=outcome(transcript), wire=draw(scenario.script))
    no_finish(transcript, scenario)
    return raised


def no_finish(transcript: Transcript, scenario: Scenario) -> None:
    """Require that no FinishReason was yielded."""
    if transcript.finishes:
        raise fail(
            "a FinishReason was yielded although the answer is not complete",
            expected="no FinishReason",
            observed=outcome(transcript),
            wire=draw(scenario.script),
        )


def only_request(transcript: Transcript, scenario: Scenario) -> Request:
    """Require that exactly one request reached the upstream, and give it."""
    if len(transcript.requests) != 1:
        escapes = f"; it tried to reach {', '.join(transcript.escapes)}" if transcript.escapes else ""
        raise fail(
            f"{len(transcript.requests)} requests reached the upstream{escapes}",
            expected="exactly one request",
            observed=outcome(transcript),
            wire=draw(scenario.script),
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
        )


def exercised(condition: Any, what: str) -> None:
    """Say that a requirement's subject did not take place, unless it did."""
    if not condition:
        raise NotExercised(what)
