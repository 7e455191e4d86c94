"""FINISH: how an answer ends."""

from itertools import chain

from .. import faults, variations
from ..driver import Driver
from ..evidence import draw, draw_pieces, fail, outcome
from ..expectation import answer, deliberate, exercised, failure, no_finish
from ..framing import codec_of, is_finish, render, with_member
from ..requirement import requirement
from ..scenario import Judged, Scenario, everything, one_per_codec
from ..transcript import Kind
from ..verdict import Level


def _answers_and_failures(judged: Judged) -> chain[Scenario]:
    return chain(everything(judged), faults.in_band(judged), faults.unusable(judged), faults.broken(judged))


@requirement("FINISH-01", Level.MUST, over=_answers_and_failures, source="seed interface: FinishReason")
def test_one_finish_reason_comes_last(drive: Driver, scenario: Scenario) -> None:
    """A complete answer yields exactly one FinishReason, as its last item; a failed one yields none.

    Remedy: yield one object of a class named FinishReason, after the loop, only when the terminal marker was seen.
    """
    transcript = drive(scenario)
    if scenario.expected.finish is None:
        exercised(transcript.exchanges, "no request reached the upstream")
        no_finish(transcript, scenario)
        return
    answer(transcript, scenario)
    if transcript.items[-1].kind is not Kind.FINISH:
        last = f"{transcript.items[-1].kind}: {transcript.items[-1].value}"
        raise fail("an item follows the FinishReason", observed=last, wire=draw(scenario.script))


@requirement(
    "FINISH-02",
    Level.MUST,
    over=one_per_codec,
    source="contract: finish table; 16 public bug threads of length reported as stop",
)
def test_every_stop_value_maps_by_the_table(drive: Driver, scenario: Scenario) -> None:
    """Every documented stop value becomes the FinishReason of the contract's table.

    Without a finish on the wire a complete body is ``stop``. Taking ``length`` for ``stop`` shows a cut
    answer as a complete one.

    Remedy: map by a table; give an unknown value its raw name, never ``stop``.
    """
    rule = drive.contract.finish
    if rule is None:
        answer(drive(scenario), scenario, "a complete body is not reported as stop")
        return
    codec = codec_of(drive.contract, scenario.script.body)
    short = variations.compact(drive.contract, scenario)
    for value, reason in rule.reasons.items():
        events = [
            type(event)(with_member(event.value, rule.path, value), event.name)
            if is_finish(drive.contract, event)
            else event
            for event in variations.events_of(drive.contract, short.script)
        ]
        varied = variations.expecting(short.answered(short.script.with_body(render(codec, events))), reason)
        answer(drive(varied), varied, f"stop value {value!r}")


@requirement(
    "FINISH-04",
    Level.MUST,
    over=one_per_codec,
    source="contract: terminal marker; RFC 9112, 8: an incomplete message; 14 public bug threads",
)
def test_truncated_answer_is_an_error(drive: Driver, scenario: Scenario) -> None:
    """A body that ends before it is complete ends in RuntimeError without FinishReason, wherever it is cut.

    A clean end before the terminal marker counts where the contract declares one; elsewhere the framing of
    HTTP (chunks, Content-Length) tells. A truncated answer taken as complete is the costliest bug there is.

    Remedy: remember whether the terminal marker came, and raise RuntimeError after the loop if it did not.
    """
    short = variations.compact(drive.contract, scenario)
    tried = 0
    for position, truncated in faults.truncations(drive.contract, short):
        transcript = drive(truncated)
        wire = f"{truncated.name}: {draw_pieces(variations.cut(short.script.body, position))}"
        if transcript.raised is None or transcript.finishes:
            observed = outcome(transcript)
            raise fail("a truncated answer was accepted", expected="RuntimeError", observed=observed, wire=wire)
        deliberate(failure(transcript, truncated), "truncation", wire=wire)
        tried += 1
    exercised(tried, "the answer is empty")
