"""FINISH: how an answer ends."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from providers.contract import Capability, FinishRule

from ..driver import Driver
from ..evidence import draw, draw_pieces, fail, outcome
from ..expectation import answer, deliberate, exercised, failure, fired, no_finish
from ..faults import grid
from ..faults.endings import errors_after_finish, odd_ends, truncations
from ..faults.members import changed
from ..faults.unusable import unusable
from ..framing import Event, codec_of, is_finish, render, steps_of, text_of, with_member, with_text
from ..recording import Expected
from ..requirement import Claim, requirement
from ..scenario import Declared, Judged, Scenario, documents, everything, one_per_codec
from ..stop_value import in_documents, stopped
from ..transcript import Kind, Transcript
from ..variations import answers, cuts
from ..variations.samples import showing, whole
from ..verdict import Level

_FILTER = "content_filter"
_FAILURES = (
    "error",
    "ERROR",
    "TIMEOUT",
    "failed",
    "malformed_function_call",
    "MALFORMED_FUNCTION_CALL",
)
"""Stop values by which the APIs known here tell of failure."""
_UNKNOWN: tuple[tuple[Any, str], ...] = (
    ("out_of_cheese", "out_of_cheese"),
    ({"why": "cold-oven"}, "cold-oven"),
    (["stop", "cold-oven"], "cold-oven"),
    (4177, "4177"),
    (True, "true"),
)
"""Stop values that no table knows, and by what each is found again."""


def _answers_and_failures(judged: Judged) -> Iterator[Scenario]:
    yield from everything(judged)
    yield from grid.in_band(judged)
    yield from unusable(judged)
    yield from grid.broken(judged)
    yield from odd_ends(judged)


@requirement("FINISH-01", Level.MUST, over=_answers_and_failures, source="seed interface: FinishReason")
def test_one_finish_reason_comes_last(drive: Driver, scenario: Scenario) -> None:
    """A complete answer yields exactly one FinishReason, as its last item; a failed one yields none.

    It is one also where the upstream repeats its finish or sends text after it; such text may be read or not.

    Remedy: yield one object of a class named FinishReason, after the loop, only when the terminal marker was seen.
    """
    transcript = drive(scenario)
    if scenario.expected.finish is None or (scenario.fault and transcript.raised):
        exercised(transcript.exchanges, "no request reached the upstream")
        no_finish(transcript, scenario)
        return
    if scenario.fault is None:
        answer(transcript, scenario)
    if len(transcript.finishes) != 1 or transcript.items[-1].kind is not Kind.FINISH:
        kinds = [str(item.kind) for item in transcript.items[-3:]]
        observed = f"{outcome(transcript)}; the last items: {', '.join(kinds)}"
        raise fail("not one FinishReason at the end", expected="one", observed=observed, wire=draw(scenario.script))


def _short(judged: Judged) -> Iterator[Scenario]:
    """Choose a compact answer in each codec, and the document of an API with both modes."""
    yield from (answers.compact(judged.contract, answer) for answer in one_per_codec(judged))
    yield from documents(judged)[:1]


@requirement(
    "FINISH-02",
    Level.MUST,
    over=_short,
    source="contract: finish table; 16 public bug threads of length reported as stop",
)
def test_every_stop_value_maps_by_the_table(drive: Driver, scenario: Scenario) -> None:
    """Every documented stop value becomes the FinishReason of the contract's table.

    Without a finish on the wire a complete body is ``stop``; a filtered answer may be ValueError as well. Taking
    ``length`` for ``stop`` shows a cut answer as a complete one.

    Remedy: map by a table; give an unknown value its raw name, never ``stop``.
    """
    rule = drive.contract.finish
    if rule is None:
        answer(drive(scenario), scenario, "a complete body is not reported as stop")
        return
    for value, reason in rule.reasons.items():
        varied = answers.expecting(_with_stop(drive, scenario, value), reason)
        transcript = drive(varied)
        if reason == _FILTER and transcript.raised is not None:  # FINISH-09 leaves the choice
            deliberate(failure(transcript, varied, "ValueError"), f"stop value {value!r}", wire=draw(varied.script))
        else:
            answer(transcript, varied, f"stop value {value!r}")
    _require_length_of_calls(drive, rule)


def _require_length_of_calls(drive: Driver, rule: FinishRule) -> None:
    """Require that an answer with tool calls that was cut short is not told as one that ended in them."""
    cut_short = next((value for value, reason in rule.reasons.items() if reason == "length"), None)
    if cut_short is not None:
        for calling in tuple(showing(Capability.TOOL_CALLS)(drive.subject))[:1]:
            varied = answers.expecting(_with_stop(drive, calling, cut_short), "length")
            answer(drive(varied), varied, f"stop value {cut_short!r} of an answer with tool calls")


@requirement(
    "FINISH-04",
    Level.MUST,
    over=_short,
    source="contract: terminal marker; RFC 9112, 8: an incomplete message; 14 public bug threads",
)
def test_truncated_answer_is_an_error(drive: Driver, scenario: Scenario) -> None:
    """A body that ends before it is complete ends in RuntimeError without FinishReason, wherever it is cut.

    A clean end before the terminal marker counts where the contract declares one; elsewhere the framing of
    HTTP (chunks, Content-Length) tells. A truncated answer taken as complete is the costliest bug there is.

    Remedy: remember whether the terminal marker came, and raise RuntimeError after the loop if it did not.
    """
    tried = 0
    for position, truncated in truncations(drive.contract, scenario):
        transcript = drive(truncated)
        wire = f"{truncated.name}: {draw_pieces(cuts.cut(scenario.script.body, position))}"
        if transcript.raised is None or transcript.finishes:
            observed = outcome(transcript)
            claim = Claim(raised=("RuntimeError",), finish=())
            reason = "a truncated answer was accepted"
            raise fail(reason, expected="RuntimeError", observed=observed, wire=wire, claim=claim)
        deliberate(failure(transcript, truncated), "truncation", wire=wire)
        tried += 1
    exercised(tried, "the answer is empty")


def _with_stop(drive: Driver, short: Scenario, value: Any) -> Scenario:
    """Give an answer with another stop value in its finish event, or in the document that it is."""
    contract, events = drive.contract, answers.events_of(drive.contract, short.script)
    where = in_documents(contract)
    if where is not None and short in documents(drive.subject):
        ending = [replace(events[0], value=where.put(events[0].value, value))]
    else:
        ending = [stopped(contract, event, value) if is_finish(contract, event) else event for event in events]
    return _rendered(drive, short, ending)


def _rendered(drive: Driver, scenario: Scenario, events: Iterable[Event]) -> Scenario:
    codec = codec_of(drive.contract, scenario.script.body)
    return scenario.answered(scenario.script.with_body(render(codec, events)))


@requirement(
    "FINISH-03",
    Level.MUST,
    over=_short,
    needs=[Capability.TERMINAL_MARKER],
    source="stop values appear without notice; 7 public bug threads of crashes and of unknown values shown as stop",
)
def test_unknown_stop_value_is_not_stop(drive: Driver, scenario: Scenario) -> None:
    """A stop value that no table knows, of whatever type, is not ``stop``, crashes nothing and stays reachable.

    Legal are a FinishReason of another reason and RuntimeError. The raw value stands in the FinishReason (its reason
    or another attribute), in a raw event or in the exception; for a value that is no str this is a SHOULD.

    Remedy: ``FinishReason("unknown", raw=value)`` for what is not in the table; check that it is a str first.
    """
    for value, needle in _UNKNOWN:
        varied = _with_stop(drive, scenario, value)
        transcript = drive(varied)
        wire = f"stop value {value!r}\n{draw(varied.script)}"
        if transcript.raised is not None:
            deliberate(transcript.raised, f"stop value {value!r}", wire=wire)
            failure(transcript, varied, "RuntimeError")
        elif "stop" in transcript.finishes or len(transcript.finishes) != 1 or transcript.text != varied.expected.text:
            expected = f"text {varied.expected.text!r} with one finish that is not stop, or RuntimeError"
            raise fail(f"stop value {value!r}", expected=expected, observed=outcome(transcript), wire=wire)
        if needle not in _told(transcript):
            level = Level.MUST if isinstance(value, str) else Level.SHOULD
            observed = outcome(transcript)
            raise fail(f"stop value {value!r} is lost", expected=needle, observed=observed, wire=wire, level=level)


def _told(transcript: Transcript) -> str:
    """Give all in which a caller can find the raw stop value."""
    ends = [(item.value, item.raw) for item in transcript.items if item.kind in {Kind.FINISH, Kind.RAW}]
    raised = transcript.raised
    told = f"{ends!r}" if raised is None else f"{ends!r} {raised.text} {raised.details!r}"
    return told.lower()


@requirement(
    "FINISH-05",
    Level.MUST,
    over=one_per_codec,
    needs=[Capability.JOINT_FINISH],
    source="servers that put the stop value on the last text; hermes-agent issue 91373",
)
def test_finish_beside_text_keeps_both(drive: Driver, scenario: Scenario) -> None:
    """A stop value in the event of the last text keeps both: the text is yielded, then the finish.

    Remedy: read the text of an event before its finish, and do not return in between.
    """
    short = answers.compact(drive.contract, scenario)
    *before, last, finish = _answer_events(drive, short)
    events = answers.events_of(drive.contract, short.script)
    text = text_of(drive.contract, last) or ""
    joint = replace(finish, value=with_member(finish.value, drive.contract.text.paths[0], text))
    rest = events[events.index(finish) + 1 :]
    varied = _rendered(drive, short, [*before, joint, *rest])
    answer(drive(varied), varied, "text and finish in one event")


def _answer_events(drive: Driver, short: Scenario) -> list[Event]:
    """Give the events of an answer up to its finish, without those between the last text and the finish."""
    kept: list[Event] = []
    for event in answers.events_of(drive.contract, short.script):
        kept.append(event)
        if is_finish(drive.contract, event):
            break
    texts = [index for index, event in enumerate(kept[:-1]) if text_of(drive.contract, event)]
    return [*kept[: texts[-1] + 1], kept[-1]]


@requirement(
    "FINISH-06",
    Level.MUST,
    over=one_per_codec,
    needs=[Capability.TERMINAL_MARKER],
    source='OpenAI: finish_reason is null until the end; others send "" or nothing; 4 public bug threads',
)
def test_blank_stop_value_ends_nothing(drive: Driver, scenario: Scenario) -> None:
    """A stop value that is null, empty or absent in an event before the last ends nothing.

    Remedy: take a stop value for the end only if it is a str that is not empty.
    """
    rule = drive.contract.finish
    short = answers.compact(drive.contract, scenario)
    events = answers.events_of(drive.contract, short.script)
    for value in ("", None, ...):
        others = [_blank(drive, event, rule.path if rule else "", value) for event in events]
        varied = _rendered(drive, short, others)
        answer(drive(varied), varied, f"stop value {'absent' if value is ... else repr(value)} before the end")


def _blank(drive: Driver, event: Event, path: str, value: Any) -> Event:
    """Give an event with a blank stop value where it can hold one and does not end the answer."""
    if not isinstance(event.value, dict) or is_finish(drive.contract, event) or not _holds(event.value, path):
        return event
    if value is not ...:
        return replace(event, value=with_member(event.value, path, value))
    return (
        replace(event, value=changed(event.value, steps_of(path))) if _holds(event.value, path, whole=True) else event
    )


def _holds(document: Any, path: str, *, whole: bool = False) -> bool:
    """Tell whether all elements of arrays on the way to a path are there, or the whole way is."""
    for step in steps_of(path):
        if isinstance(step, int):
            if not isinstance(document, list) or step >= len(document):
                return False
            document = document[step]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            return not whole and not isinstance(document, list)
    return True


@requirement(
    "FINISH-08",
    Level.MUST,
    over=_short,
    needs=[Capability.TERMINAL_MARKER],
    source="contract: finish failures; 5 public bug threads of failed generations shown as answers",
)
def test_stop_value_that_means_failure_raises(drive: Driver, scenario: Scenario) -> None:
    """A stop value that means failure raises RuntimeError: each that the contract names, and SHOULD the usual ones.

    Remedy: raise for error, timeout, failed and malformed_* (in any case) instead of yielding a FinishReason.
    """
    rule = drive.contract.finish
    named = rule.failures if rule else ()
    table = set(rule.reasons) if rule else set()
    usual = [value for value in _FAILURES if value not in table and value not in named]
    for value, level in (*((value, Level.MUST) for value in named), *((value, Level.SHOULD) for value in usual)):
        varied = _with_stop(drive, scenario, value)
        transcript = drive(varied)
        if transcript.raised is None:
            observed, wire = outcome(transcript), draw(varied.script)
            reason = f"stop value {value!r} is taken for an end"
            raise fail(reason, expected="RuntimeError", observed=observed, wire=wire, level=level)
        deliberate(failure(transcript, varied, "RuntimeError"), f"stop value {value!r}", wire=draw(varied.script))


@requirement(
    "FINISH-09",
    Level.MUST,
    over=_short,
    needs=[Capability.TERMINAL_MARKER],
    source="contract: finish table, refusals; 10 public bug threads of filtered answers shown as complete or empty",
)
def test_filtered_answer_is_no_success(drive: Driver, scenario: Scenario) -> None:
    """Filtered or refused output ends in ValueError or the finish content_filter, never in stop nor an empty success.

    Tried with text before it and without any; an answer without any text may be RuntimeError as well (ERROR-08).

    Remedy: map content_filter, SAFETY, refusal and the like, and let an empty answer be a success for none of them.
    """
    tried = 0
    for name, varied in (*_filtered(drive, scenario), *_refused(drive, scenario)):
        transcript = drive(varied)
        wire = f"{name}\n{draw(varied.script)}"
        if transcript.raised is not None:
            legal = Declared.VALUE_ERROR if varied.expected.text else Declared.EITHER
            deliberate(failure(transcript, varied, *legal.families), name, wire=wire)
        elif list(transcript.finishes) != ["content_filter"]:
            expected = "ValueError or finish content_filter"
            raise fail(f"{name} is taken for an answer", expected=expected, observed=outcome(transcript), wire=wire)
        tried += 1
    exercised(tried, "the contract names no stop value and no event of a filter or refusal")


def _filtered(drive: Driver, scenario: Scenario) -> Iterator[tuple[str, Scenario]]:
    """Give answers that end in each stop value of a filter, with text and without."""
    rule = drive.contract.finish
    for value in [value for value, reason in (rule.reasons if rule else {}).items() if reason == _FILTER]:
        varied = _with_stop(drive, scenario, value)
        yield f"stop value {value!r} after text", varied
        yield f"stop value {value!r} without text", _without_text(drive, varied)


def _without_text(drive: Driver, scenario: Scenario) -> Scenario:
    events = answers.events_of(drive.contract, scenario.script)
    kept = [event for event in events if not text_of(drive.contract, event)]
    if not kept:  # one document
        kept = [with_text(drive.contract, event, "") for event in events]
    return replace(_rendered(drive, scenario, kept), expected=Expected("", scenario.expected.finish))


def _refused(drive: Driver, scenario: Scenario) -> Iterator[tuple[str, Scenario]]:
    """Give answers in which each documented refusal stands, after text and without any."""
    samples = () if scenario in documents(drive.subject) else drive.contract.samples
    for sample in samples:
        if sample.shows is Capability.REFUSALS and sample.whole:
            yield sample.name, whole(drive.contract, _without_text(drive, scenario), sample)
        elif sample.shows is Capability.REFUSALS:
            for name, answered in {"after text": scenario, "without text": _without_text(drive, scenario)}.items():
                events = answers.events_of(drive.contract, answered.script)
                end = grid.end_of_text(drive.contract, events)
                refusal = [Event(value) for value in sample.events]
                yield f"{sample.name} {name}", _rendered(drive, answered, [*events[:end], *refusal, *events[end:]])


@requirement(
    "FINISH-10",
    Level.MUST,
    over=errors_after_finish,
    needs=[Capability.SENTINEL, Capability.IN_BAND_ERRORS],
    source="OpenRouter: errors until the end of the stream; 1 public bug thread",
)
def test_error_after_the_finish_raises(drive: Driver, scenario: Scenario) -> None:
    """An error that comes after the stop value, before the end sentinel, raises.

    Remedy: keep the finish, read on to the sentinel, and yield it only then.
    """
    transcript = drive(scenario)
    exercised(transcript.exchanges, "no request reached the upstream")
    failure(transcript, scenario, *Declared.EITHER.families)
    exercised(fired(transcript, scenario), "the provider left before the error")
