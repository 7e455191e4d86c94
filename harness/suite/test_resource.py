"""RES: what a call costs and leaves behind."""

from dataclasses import replace

from providers.contract import Capability

from .. import faults, variations
from ..consumer import Consumer
from ..driver import Driver
from ..evidence import draw, fail, outcome
from ..expectation import PATIENCE, exercised, failure
from ..requirement import NotExercised, requirement
from ..scenario import Scenario, one_answer
from ..script import STALL, Gate, Script
from ..transcript import Course, Ending, Transcript
from ..verdict import Level

_TIMEOUT = 0.25
_DEADLINE = 8.0
_TIMES = 4


@requirement(
    "RES-01",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="PEP 525: aclose(); 5 public bug threads of generations that go on and cost money",
)
def test_early_end_closes_the_connection(drive: Driver, scenario: Scenario) -> None:
    """Closing the generator early ends without an exception, and the upstream sees it within a second.

    A user who presses stop pays for every token of a connection that stays open.

    Remedy: keep the response in ``async with`` and close inner generators with contextlib.aclosing.
    """
    for count in (1, 2):
        script, come = _then_silence(drive, scenario, count)
        transcript = drive(scenario.answered(script), consumer=Consumer(stop_after=come), deadline=_DEADLINE)
        if transcript.raised is not None or transcript.course is not Course.CLOSED:
            reason = f"closing after text {count} does not end well"
            raise fail(reason, expected="no exception", observed=outcome(transcript), wire=draw(script))
        _require_left(transcript, script)


def _then_silence(drive: Driver, scenario: Scenario, count: int) -> tuple[Script, int]:
    """Give the reply that falls silent after so many texts, with the characters that have come by then.

    Where an answer is one piece it is complete.
    """
    if Capability.STREAM not in drive.contract.capabilities:
        return scenario.script, 1
    varied, gates = variations.lockstep(drive.contract, scenario, ["One ", "two ", "three "])
    come, last = gates[count - 1]
    steps = varied.script.steps[: varied.script.steps.index(Gate(last))]
    return Script((*(step for step in steps if not isinstance(step, Gate)), STALL)), come


def _require_left(transcript: Transcript, script: Script) -> None:
    endings = [exchange.ending for exchange in transcript.exchanges]
    if Ending.UNFINISHED in endings:
        raise fail("the connection stays open", expected=str(Ending.CLIENT_LEFT), observed=endings, wire=draw(script))


@requirement(
    "RES-03",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="5 public bug threads; keep-alive of a pool is no leak, growth is",
)
def test_nothing_stays_behind(drive: Driver, scenario: Scenario) -> None:
    """No socket, task or ResourceWarning stays behind after success, error or an early end.

    Called four times in one event loop: a pool may keep a connection, but not one more per call.

    Remedy: close client and response with ``async with``; await every task that you start.
    """
    error = scenario.answered(scenario.script.with_head(status=500))
    silence, come = _then_silence(drive, scenario, 1)
    early = scenario.answered(silence)
    watched = Consumer(times=_TIMES, watch_leftovers=True)
    for name, played, consumer in (
        ("success", scenario, watched),
        ("an error", error, watched),
        ("an early end", early, replace(watched, stop_after=come)),
    ):
        transcript = drive(played, consumer=consumer, deadline=_DEADLINE)
        exercised(transcript.exchanges, "no request reached the upstream")
        if transcript.leftovers:
            raise fail(f"left behind after {name}", expected="nothing", observed=sorted(set(transcript.leftovers)))


@requirement(
    "RES-04",
    Level.MUST,
    over=faults.silent,
    needs=[Capability.TIMEOUT],
    source="5 public bug threads of calls that hang for ever",
)
def test_silence_is_a_runtime_error(drive: Driver, scenario: Scenario) -> None:
    """A silent upstream leads to RuntimeError within the configured time-out: before, after the head, mid-body.

    Remedy: give the HTTP library a read time-out and turn its exception into RuntimeError.
    """
    transcript = drive(scenario, options={"timeout": _TIMEOUT}, deadline=_TIMEOUT + PATIENCE)
    if transcript.raised is not None and not transcript.requests:
        raise NotExercised(f"timeout= is refused: {transcript.raised.type}: {transcript.raised.text}")
    if transcript.course is Course.TIMED_OUT:
        reason = f"no exception within {_TIMEOUT + PATIENCE} s of silence (timeout={_TIMEOUT})"
        raise fail(reason, expected="RuntimeError", observed=outcome(transcript), wire=draw(scenario.script))
    failure(transcript, scenario)
