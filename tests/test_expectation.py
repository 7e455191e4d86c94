from dataclasses import replace

import pytest

from harness.expectation import (
    answer,
    declared,
    deliberate,
    document,
    exercised,
    failure,
    fired,
    is_answer,
    is_refused,
    no_finish,
    only_request,
    refusal_before_network,
)
from harness.recording import Call, Expected
from harness.requirement import Failure, NotExercised
from harness.scenario import Declared, Fault, Phase, Scenario
from harness.script import HalfClose, Reset, Script, Send, reply
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
    assert is_answer(COMPLETE, SCENARIO)


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
    assert not is_answer(transcript, SCENARIO)


def test_a_refusal_is_a_value_error_on_purpose_before_any_request():
    refused = replace(REFUSED, exchanges=())
    assert is_refused(refused)
    accident = replace(refused, raised=replace(RAISED, deliberate=False))
    for other in (REFUSED, COMPLETE, accident, replace(refused, escapes=("far.example:80",))):
        assert not is_refused(other)


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


def faulty(outcome, offset=0, script=None):
    return replace(SCENARIO, scripts=(script or SCENARIO.script,), fault=Fault(Phase.MIDDLE, outcome, offset))


def test_a_declared_outcome_is_accepted():
    declared(REFUSED, FAILING)
    declared(REFUSED, faulty(Declared.VALUE_ERROR))
    declared(REFUSED, faulty(Declared.EITHER))
    declared(COMPLETE, faulty(Declared.ANSWER_OR_RUNTIME_ERROR))


@pytest.mark.parametrize(
    ("transcript", "outcome"),
    [
        (COMPLETE, Declared.EITHER),
        (REFUSED, Declared.RUNTIME_ERROR),
        (REFUSED, Declared.ANSWER_OR_RUNTIME_ERROR),
        (replace(REFUSED, raised=replace(RAISED, deliberate=False)), Declared.EITHER),
        (replace(COMPLETE, items=(TEXT,)), Declared.ANSWER_OR_RUNTIME_ERROR),
    ],
    ids=["nothing", "the other", "the other for an answer", "accident", "no finish"],
)
def test_another_outcome_is_a_failure(transcript, outcome):
    assert reason(declared, transcript, faulty(outcome))


def test_a_recorded_failure_is_judged_by_its_status_and_under_200_by_being_deliberate():
    told = replace(FAILING, scripts=(FAILING.script.with_head(status=400),), expected=Expected(error="RuntimeError"))
    assert reason(declared, REFUSED, told) == "no RuntimeError was raised"
    declared(REFUSED, replace(told, scripts=FAILING.scripts))
    accident = replace(REFUSED, raised=replace(RAISED, deliberate=False))
    assert "not the provider's own" in reason(declared, accident, FAILING)


def test_a_fault_that_did_not_strike_is_not_exercised():
    for transcript, scenario in [
        (replace(REFUSED, exchanges=()), FAILING),
        (REFUSED, faulty(Declared.VALUE_ERROR, 3)),
        (REFUSED, faulty(Declared.VALUE_ERROR, 0, Script((Send(), Reset())))),
    ]:
        with pytest.raises(NotExercised):
            declared(transcript, scenario)


@pytest.mark.parametrize(
    ("step", "ending", "came"),
    [
        (Reset(), Ending.RESET, True),
        (Reset(), Ending.CLIENT_LEFT, False),
        (HalfClose(), Ending.HALF_CLOSED, True),
        (HalfClose(), Ending.COMPLETE, False),
    ],
)
def test_an_ending_by_force_has_struck_when_the_connection_ended_by_it(step, ending, came):
    scenario = faulty(Declared.RUNTIME_ERROR, 2, SCENARIO.script.with_body([b"hi"], step))
    assert fired(replace(REFUSED, exchanges=(replace(EXCHANGE, ending=ending),)), scenario) is came


def test_a_scenario_without_a_fault_strikes_with_its_reply():
    assert fired(COMPLETE, SCENARIO)
