"""Transformations of a script that change its meaning, each with the declared outcome. Pure.

Every scenario carries its ``fault``: the phase in which it strikes and what must come of it. Where one family must
be raised, ``expected.error`` names it. Names tell what strikes and where.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from providers.contract import OK, Codec, Contract, ErrorCase, Family

from ..framing import Event, codec_of, event_of, is_finish, render, suffix, text_of
from ..recording import Expected
from ..scenario import Declared, Fault, Judged, Phase, Scenario, documents, one_answer, one_per_codec
from ..script import HTML, JSON, STALL, TEXT, Framing, HalfClose, Reset, Script, Send, Step, reply
from ..variations.answers import answered_with, compact, events_of
from ..variations.cuts import bytewise
from .garbage import garbage

MESSAGE = "the oven is on fire"
"""The upstream's own words in a fabricated error."""
REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
"""Statuses that say that the caller must change something."""
_FAILURES = (302, 402, 408, 409, 418, 421, 423, 424, 425, 426, 428, 429, 500, 501, 502, 503, 504, 520, 529)
_BODIED = (400, 401, 403, 404, 413, 422, 429, 500, 503)
"""Statuses that are tried with every kind of body; the others with JSON alone."""
_PHASED = (422, 429)
"""Statuses whose bodies also come byte by byte and get lost on the way."""
PAGE = f"<!doctype html><html><head><title>{MESSAGE}</title></head><body><h1>{MESSAGE}</h1></body></html>".encode()
_LARGE = 1_000_000
_BREAKS: dict[str, Step] = {"reset": Reset(), "close": HalfClose()}
_PLACES = {Phase.FIRST: "first", Phase.MIDDLE: "middle", Phase.AFTER_TEXT: "last", Phase.AFTER_FINISH: "after-finish"}


def family_of(status: int) -> Family:
    """Tell which exception a status becomes, by the question whether the very call could succeed later."""
    return Family.VALUE_ERROR if status in REFUSALS else Family.RUNTIME_ERROR


def failing(error: str) -> Expected:
    """Expect an exception of this family, and no finish."""
    return Expected(error=error)


def error_json() -> bytes:
    """Give the usual JSON shape of an error."""
    return json.dumps({"error": {"message": MESSAGE, "code": "oven_fire"}}).encode()


def _bodies() -> dict[str, tuple[tuple[str, str], bytes]]:
    return {
        "json": (JSON, error_json()),
        "html": (HTML, PAGE),
        "empty": (TEXT, b""),
        "lines": (TEXT, f"{MESSAGE}\r\nsecond line\n\nthird\n".encode()),
        "truncated": (JSON, error_json()[:-9]),
    }


def statuses(judged: Judged) -> Iterator[Scenario]:
    """Answer with each error status, under several bodies that come in several ways; and as the contract documents.

    A body that gets lost on the way leaves either family legal: the status is known, and so is the failure.
    """
    for answer in one_answer(judged):
        for status in sorted({*REFUSALS, *_FAILURES}):
            for kind, (content_type, body) in _bodies().items():
                if kind == "json" or status in _BODIED:
                    yield _status(answer, status, content_type, [body], kind)
        for status in (400, 500):
            yield _status(answer, status, HTML, [PAGE * (_LARGE // len(PAGE))], "huge")
        for status in _PHASED:
            yield from _in_phases(answer, status)
        for status in (401, 429, 500):
            media_type = ("content-type", judged.contract.accept[0])
            yield _status(answer, status, media_type, [answer.script.body], "answer")
        yield from (documented(judged, case) for case in judged.contract.errors if case.status != OK)
    for document in documents(judged)[:1]:
        for status in _BODIED:
            yield _status(document, status, JSON, [error_json()], "json-document")


def _status(
    answer: Scenario, status: int, content_type: tuple[str, str], pieces: Sequence[bytes], kind: str
) -> Scenario:
    family = family_of(status)
    script = Script((Send(status, (content_type,)),)).with_body(pieces)
    fault = Fault(Phase.BEFORE_HEAD, Declared(str(family)))
    return answer.answered(script, failing(family), f"status-{status}-{kind}", fault)


def _in_phases(answer: Scenario, status: int) -> Iterator[Scenario]:
    """Give the bodies of a status byte by byte, and lost in their middle."""
    for kind, (content_type, body) in _bodies().items():
        if body:
            yield _status(answer, status, content_type, bytewise(body), f"{kind}-bytewise")
    half = error_json()[: len(error_json()) // 2]
    for name, ending in _BREAKS.items():
        script = Script((Send(status, (JSON,)),)).with_body([half], ending)
        fault = Fault(Phase.MIDDLE, Declared.EITHER, len(half))
        yield answer.answered(script, failing(Declared.EITHER), f"status-{status}-{name}", fault)


def some_statuses(judged: Judged, *kinds: str) -> Iterator[Scenario]:
    """Answer with the statuses that matter most, under these kinds of bodies."""
    names = {f"status-{status}-{kind}" for status in _BODIED for kind in kinds}
    yield from (scenario for scenario in statuses(judged) if scenario.name in names)


def documented(judged: Judged, case: ErrorCase) -> Scenario:
    """Give the scenario of a failure that the contract documents as a whole reply."""
    (answer,) = one_answer(judged)
    body = case.body if isinstance(case.body, str) else json.dumps(case.body, ensure_ascii=False)
    content_type = case.content_type or judged.contract.accept[0]
    script = reply(body.encode(), status=case.status, headers=[("content-type", content_type)])
    phase = Phase.FIRST if case.status == OK else Phase.BEFORE_HEAD
    fault = Fault(phase, Declared(str(case.raises)), len(script.body) if case.status == OK else 0)
    return answer.answered(script, failing(case.raises), f"documented-{case.name}", fault)


def in_band(judged: Judged) -> Iterator[Scenario]:
    """Answer 200 with each documented failure: as an event first, in the middle, last; as a body; as a text."""
    contract = judged.contract
    for _ in one_answer(judged):  # a whole reply has no codec: once, however many the contract has
        yield from (documented(judged, case) for case in contract.errors if case.status == OK and case.body is not None)
    for answer in one_per_codec(judged):
        for case in contract.errors:
            if case.event is not None:
                for phase in (Phase.FIRST, Phase.MIDDLE, Phase.AFTER_TEXT):
                    yield with_error(contract, answer, case, case.event, phase)
            elif case.sentence is not None:
                script = answered_with(contract, answer, _halves(case.sentence)).script
                fault = Fault(Phase.FIRST, Declared(str(case.raises)), len(script.body))
                name = f"in-band-{case.name}{suffix(contract, codec_of(contract, answer.script.body))}"
                yield answer.answered(script, failing(case.raises), name, fault)

    yield from _in_documents(judged)


def _in_documents(judged: Judged) -> Iterator[Scenario]:
    """Answer a call for one document with each error that a stream may bring, unless frames alone can tell it."""
    if Codec.FRAMES in judged.contract.codecs:
        return
    for answer in documents(judged)[:1]:
        for case in judged.contract.errors:
            if case.event is not None:
                told = case.event if case.document is None else case.document
                script = reply(json.dumps(told, ensure_ascii=False).encode(), headers=[JSON])
                fault = Fault(Phase.FIRST, Declared(str(case.raises)), len(script.body))
                yield answer.answered(script, failing(case.raises), f"in-band-{case.name}-document", fault)


def _halves(sentence: str) -> list[str]:
    half = len(sentence) // 2
    return [sentence[:half], sentence[half:]]


def with_error(
    contract: Contract, answer: Scenario, case: ErrorCase, value: Any, phase: Phase, wanted: Declared | None = None
) -> Scenario:
    """Put an error event into a compact form of an answer; ``wanted`` overrides the family of the case."""
    short = compact(contract, answer)
    codec = codec_of(contract, short.script.body)
    events = events_of(contract, short.script)
    index = error_places(contract, events)[phase]
    pieces = render(codec, [*events[:index], event_of(contract, value), *events[index:]])
    wanted = wanted or Declared(str(case.raises))
    fault = Fault(phase, wanted, end_of(pieces, index))
    scenario = f"in-band-{case.name}-{_PLACES[phase]}{suffix(contract, codec)}"
    return short.answered(short.script.with_body(pieces), failing(wanted), scenario, fault)


def error_places(contract: Contract, events: Sequence[Event]) -> dict[Phase, int]:
    """Give where an event can be put: before the index-th of these."""
    texts = [index for index, event in enumerate(events) if text_of(contract, event) is not None]
    end = next((index for index, event in enumerate(events) if event.value == contract.sentinel), len(events))
    last = end_of_text(contract, events)
    return {Phase.FIRST: 0, Phase.MIDDLE: texts[len(texts) // 2], Phase.AFTER_TEXT: last, Phase.AFTER_FINISH: end}


def end_of_text(contract: Contract, events: Sequence[Event]) -> int:
    """Give the index of the finish event, or of the end."""
    ends = (
        index for index, event in enumerate(events) if is_finish(contract, event) or event.value == contract.sentinel
    )
    return next(ends, len(events))


def broken(judged: Judged) -> Iterator[Scenario]:
    """Break the transport: reset and close before the head, after it, within the body; lie about its length."""
    for answer in one_answer(judged):
        head, body = answer.script.head, answer.script.body
        half = [body[: len(body) // 2]]
        length = Send(head.status, head.headers, Framing.LENGTH, len(body))
        scripts: dict[str, tuple[Phase, tuple[Step, ...]]] = {
            "reset-before-head": (Phase.BEFORE_HEAD, (Reset(),)),
            "close-before-head": (Phase.BEFORE_HEAD, (HalfClose(),)),
            "reset-after-head": (Phase.AFTER_HEAD, (head, Reset())),
            "close-after-head": (Phase.AFTER_HEAD, (head, HalfClose())),
            "reset-in-body": (Phase.MIDDLE, Script((head,)).with_body(half, Reset()).steps),
            "close-in-body": (Phase.MIDDLE, Script((head,)).with_body(half, HalfClose()).steps),
            "short-body": (Phase.MIDDLE, Script((length,)).with_body(half, HalfClose()).steps),
            "reset-in-short-body": (Phase.MIDDLE, Script((length,)).with_body(half, Reset()).steps),
        }
        for name, (phase, steps) in scripts.items():
            fault = Fault(phase, Declared.RUNTIME_ERROR, len(Script(steps).body))
            yield answer.answered(Script(steps), failing(Family.RUNTIME_ERROR), f"transport-{name}", fault)
        if judged.contract.sentinel is None:  # else nobody is left to notice: STREAM-09
            yield from _broken_late(judged.contract, answer)


def _broken_late(contract: Contract, answer: Scenario) -> Iterator[Scenario]:
    """Break the transport once all has been said: the answer may stand if a marker told that it is complete."""
    marked = contract.finish is not None
    wanted = Declared.ANSWER_OR_RUNTIME_ERROR if marked else Declared.RUNTIME_ERROR
    expected = answer.expected if marked else failing(Family.RUNTIME_ERROR)
    body = answer.script.body
    phase = Phase.AFTER_MARKER if marked else Phase.AFTER_TEXT
    for name, ending in _BREAKS.items():
        script = answer.script.with_body([body], ending)
        yield answer.answered(script, expected, f"transport-{name}-at-the-end", Fault(phase, wanted, len(body)))


UNREACHABLE = {"transport-refused": "refused_origin", "transport-untrusted-certificate": "untrusted_origin"}
"""Scenario to the attribute of the loopback upstream that gives the address."""


def unreachable(judged: Judged) -> Iterator[Scenario]:
    """Lead to an address where nobody listens, and to one whose certificate nobody has signed."""
    for answer in one_answer(judged):
        for name in UNREACHABLE:
            fault = Fault(Phase.BEFORE_HEAD, Declared.RUNTIME_ERROR)
            yield answer.answered(answer.script, failing(Family.RUNTIME_ERROR), name, fault)


def silent(judged: Judged, prefix: str = "silence") -> Iterator[Scenario]:
    """Fall silent: before the head, after it, within the body; ``prefix`` begins the name of each scenario."""
    for answer in one_answer(judged):
        head, body = answer.script.head, answer.script.body
        half = body[: len(body) // 2]
        scripts: dict[str, tuple[Phase, tuple[Step, ...]]] = {
            "before-head": (Phase.BEFORE_HEAD, (STALL,)),
            "after-head": (Phase.AFTER_HEAD, (head, STALL)),
            "in-body": (Phase.MIDDLE, Script((head,)).with_body([half], STALL).steps),
        }
        for name, (phase, steps) in scripts.items():
            fault = Fault(phase, Declared.RUNTIME_ERROR, len(Script(steps).body))
            yield answer.answered(Script(steps), failing(Family.RUNTIME_ERROR), f"{prefix}-{name}", fault)


def corrupted(judged: Judged) -> Iterator[Scenario]:
    """Corrupt one event of a compact answer: garbage, cut or endless JSON, invalid UTF-8, first to last.

    ``expected`` is the answer without the text of the corrupted event: it may be ignored or refused. Where an end
    sentinel follows, a corrupted finish leaves no one outcome to expect, and is not tried.
    """
    contract = judged.contract
    for answer in one_per_codec(judged):
        short = compact(contract, answer)
        codec = codec_of(contract, short.script.body)
        events = events_of(contract, short.script)
        pieces = render(codec, events)
        for index, (event, piece) in enumerate(zip(events, pieces, strict=True)):
            if contract.sentinel is not None and (isinstance(event.value, str) or is_finish(contract, event)):
                continue
            for kind, garbled in garbage(codec, piece).items():
                body = [*pieces[:index], garbled, *pieces[index + 1 :]]
                rest = "".join(text_of(contract, other) or "" for other in events if other is not event)
                expected = Expected(rest, None if is_finish(contract, event) else short.expected.finish)
                fault = Fault(_phase(contract, events, index), Declared.ANSWER_OR_RUNTIME_ERROR, end_of(body, index))
                name = f"garbage-{kind}-{index}{suffix(contract, codec)}"
                yield short.answered(short.script.with_body(body), expected, name, fault)


def end_of(pieces: Sequence[bytes], index: int) -> int:
    """Give where the bytes of a piece end, its line ends aside."""
    return len(b"".join(pieces[: index + 1]).rstrip())


def _phase(contract: Contract, events: Sequence[Event], index: int) -> Phase:
    """Tell when the event of this index comes."""
    places = error_places(contract, events)
    if index > places[Phase.AFTER_TEXT]:
        return Phase.AFTER_FINISH
    return Phase.FIRST if index == 0 else Phase.MIDDLE
