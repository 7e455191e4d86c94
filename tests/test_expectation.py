from dataclasses import replace

import pytest

from harness.expectation import (
    answer,
    deliberate,
    document,
    exercised,
    failure,
    no_finish,
    only_request,
    refusal_before_network,
)
from harness.recording import Call, Expected
from harness.requirement import Failure, NotExercised
from harness.scenario import Scenario
from harness.script import reply
from harness.transcript import Course, Ending, Exchange, Item, Kind, Raised, Request, Transcript

TEXT, FINISH = Item(Kind.TEXT, "hi", "hi"), Item(Kind.FINISH, "stop")
REQUEST = Request("POST", "/x", (), b"{}")
EXCHANGE = Exchange(REQUEST, 1, Ending.COMPLETE)
COMPLETE = Transcript(Course.FINISHED, (TEXT, FINISH), (EXCHANGE,))
RAISED = Raised(
    "builtins.ValueError", "ValueError", own=True, deliberate=True, frame="p.py:1 f", text="no", everything=""
)
REFUSED = Transcript(Course.RAISED, (), (EXCHANGE,), RAISED)
SCENARIO = Scenario("s", Call("m", ()), (reply(b"hi"),), Expected("hi", "stop"))
FAILING = replace(SCENARIO, expected=Expected(error="ValueError"))


def reason(check, *arguments):
    with pytest.raises(Failure) as caught:
        check(*arguments)
    return caught.value.evidence.reason


def test_a_complete_answer_is_accepted():
    answer(COMPLETE, SCENARIO)


@pytest.mark.parametrize(
    "transcript",
    [
        REFUSED,
        replace(COMPLETE, items=(FINISH,)),
        replace(COMPLETE, items=(TEXT,)),
        replace(COMPLETE, items=(TEXT, FINISH, FINISH)),
        replace(COMPLETE, course=Course.TIMED_OUT),
    ],
    ids=["raised", "no text", "no finish", "two", "late"],
)
def test_anything_else_is_no_complete_answer(transcript):
    assert reason(answer, transcript, SCENARIO) == "the answer differs"


def test_an_exception_of_the_family_is_accepted_without_a_finish():
    assert failure(REFUSED, FAILING) is RAISED
    assert failure(REFUSED, SCENARIO, "RuntimeError", "ValueError") is RAISED
    assert reason(failure, COMPLETE, FAILING) == "no ValueError was raised"
    assert reason(failure, REFUSED, FAILING, "RuntimeError") == "no RuntimeError was raised"
    finished = replace(REFUSED, items=(FINISH,))
    assert reason(failure, finished, FAILING).startswith("a FinishReason was yielded")
    assert reason(no_finish, finished, FAILING).startswith("a FinishReason was yielded")


def test_exactly_one_request_is_wanted():
    assert only_request(COMPLETE, SCENARIO) is REQUEST
    assert reason(only_request, replace(COMPLETE, exchanges=()), SCENARIO) == "0 requests reached the upstream"
    escaped = replace(COMPLETE, exchanges=(), escapes=("chat.example:443",))
    assert reason(only_request, escaped, SCENARIO).endswith("; it tried to reach chat.example:443")


@pytest.mark.parametrize("body", [b"", b"{oops", b'{"a": NaN}', b"\xff"])
def test_a_body_is_json(body):
    assert document(REQUEST) == {}
    assert reason(document, replace(REQUEST, body=body)) == "the body is not UTF-8 JSON"


def test_a_refusal_comes_before_the_request_and_on_purpose():
    early = replace(REFUSED, exchanges=())
    refusal_before_network(early, "x")
    assert reason(refusal_before_network, REFUSED, "x") == "x is not refused before the request"
    assert reason(refusal_before_network, COMPLETE, "x") == "x is not refused before the request"
    accident = replace(early, raised=replace(RAISED, deliberate=False))
    assert reason(refusal_before_network, accident, "x") == "x: the exception is not the provider's own"


@pytest.mark.parametrize("change", [{"family": None}, {"own": False}, {"deliberate": False}], ids=str)
def test_an_exception_is_the_providers_own(change):
    deliberate(RAISED, "x")
    assert reason(deliberate, replace(RAISED, **change), "x") == "x: the exception is not the provider's own"


def test_what_did_not_take_place_is_not_exercised():
    exercised("something", "it")
    with pytest.raises(NotExercised, match="it"):
        exercised((), "it")
