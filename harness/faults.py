"""Transformations of a script that change its meaning, each with the declared outcome. Pure.

``expected.error`` names the family that must be raised. Names tell what strikes and where.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from providers.contract import OK, Codec, Contract, ErrorCase, Family

from .framing import Event, codec_of, is_finish, render, text_of
from .recording import Expected
from .scenario import Judged, Scenario, one_answer, one_per_codec
from .script import STALL, Framing, HalfClose, Reset, Script, Send, Step, reply
from .variations import answered_with, compact, events_of

MESSAGE = "the oven is on fire"
"""The upstream's own words in a fabricated error."""
_REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
_FAILURES = (402, 408, 409, 418, 421, 423, 424, 425, 426, 428, 429, 500, 501, 502, 503, 504, 520, 529)
_BODIED = (400, 401, 403, 404, 413, 422, 429, 500, 503)
"""Statuses that are tried with every kind of body; the others with JSON alone."""
_JSON = ("content-type", "application/json")
_HTML = ("content-type", "text/html; charset=utf-8")
_TEXT = ("content-type", "text/plain; charset=utf-8")
_PAGE = f"<!doctype html><html><head><title>{MESSAGE}</title></head><body><h1>{MESSAGE}</h1></body></html>".encode()


def family_of(status: int) -> Family:
    """Tell which exception a status becomes, by the question whether the very call could succeed later."""
    return Family.VALUE_ERROR if status in _REFUSALS else Family.RUNTIME_ERROR


def failing(error: str) -> Expected:
    """Expect an exception of this family, and no finish."""
    return Expected(error=error)


def error_json() -> bytes:
    """Give the usual JSON shape of an error."""
    return json.dumps({"error": {"message": MESSAGE, "code": "oven_fire"}}).encode()


def _bodies() -> dict[str, tuple[tuple[str, str], bytes]]:
    return {
        "json": (_JSON, error_json()),
        "html": (_HTML, _PAGE),
        "empty": (_TEXT, b""),
        "lines": (_TEXT, f"{MESSAGE}\r\nsecond line\n\nthird\n".encode()),
    }


def statuses(judged: Judged) -> Iterator[Scenario]:
    """Answer with each error status, under several bodies; refined by the contract's own cases."""
    for answer in one_answer(judged):
        for status in sorted({*_REFUSALS, *_FAILURES}):
            expected = failing(family_of(status))
            for kind, (content_type, body) in _bodies().items():
                if kind == "json" or status in _BODIED:
                    script = reply(body, status=status, headers=[content_type])
                    yield answer.answered(script, expected, f"status-{status}-{kind}")
        for status in (400, 500):
            page = _PAGE * (1_000_000 // len(_PAGE))
            script = reply(page, status=status, headers=[_HTML])
            yield answer.answered(script, failing(family_of(status)), f"status-{status}-huge")
        yield from (documented(judged, case) for case in judged.contract.errors if case.status != OK)


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
    return answer.answered(script, failing(case.raises), f"documented-{case.name}")


def in_band(judged: Judged) -> Iterator[Scenario]:
    """Answer 200 with each documented failure: as an event first, in the middle, last; as a body; as a text."""
    contract = judged.contract
    for _ in one_answer(judged):  # a whole reply has no codec: once, however many the contract has
        yield from (documented(judged, case) for case in contract.errors if case.status == OK and case.body is not None)
    for answer in one_per_codec(judged):
        for case in contract.errors:
            if case.event is not None:
                yield from _with_event(contract, answer, case.event, case)
            elif case.sentence is not None:
                script = answered_with(contract, answer, _halves(case.sentence)).script
                yield answer.answered(script, failing(case.raises), f"in-band-{case.name}{_suffix(contract, answer)}")


def _halves(sentence: str) -> list[str]:
    half = len(sentence) // 2
    return [sentence[:half], sentence[half:]]


def _with_event(contract: Contract, answer: Scenario, value: Any, case: ErrorCase) -> Iterator[Scenario]:
    short = compact(contract, answer)
    codec = codec_of(contract, short.script.body)
    events = events_of(contract, short.script)
    name = value.get(contract.event_name) if codec is Codec.SSE else None
    for place, index in error_places(contract, events).items():
        changed = [*events[:index], Event(value, name), *events[index:]]
        script = short.script.with_body(render(codec, changed))
        yield short.answered(script, failing(case.raises), f"in-band-{case.name}-{place}{_suffix(contract, answer)}")


def _suffix(contract: Contract, answer: Scenario) -> str:
    """Name the codec of an answer where it is not the usual one."""
    codec = codec_of(contract, answer.script.body)
    return "" if codec is contract.codecs[0] else f"-{codec}"


def error_places(contract: Contract, events: Sequence[Event]) -> dict[str, int]:
    """Give where an event can be put: first, between two texts, last before the terminal marker."""
    texts = [index for index, event in enumerate(events) if text_of(contract, event) is not None]
    last = next((index for index, event in enumerate(events) if is_finish(contract, event)), len(events))
    return {"first": 0, "middle": texts[len(texts) // 2], "last": last}


def unusable(judged: Judged) -> Iterator[Scenario]:
    """Answer 200 with what is no answer: nothing, a page, an error, JSON where a stream was asked."""
    contract = judged.contract
    expected = failing(Family.RUNTIME_ERROR)
    media_type = ("content-type", contract.accept[0])
    bodies: dict[str, tuple[tuple[str, str], bytes]] = {
        "empty": (media_type, b""),
        "empty-json": (_JSON, b""),
        "html": (_HTML, _PAGE),
        "json-error": (_JSON, error_json()),
        "json-object": (_JSON, b"{}"),
        "json-null": (_JSON, b"null"),
        "json-list": (_JSON, b"[]"),
    }
    if Codec.TEXT not in contract.codecs:
        bodies |= {"html-mislabelled": (media_type, _PAGE), "blank-lines": (media_type, b"\n\n\n")}
    for answer in one_answer(judged):
        for name, (content_type, body) in bodies.items():
            yield answer.answered(reply(body, headers=[content_type]), expected, f"unusable-{name}")


def broken(judged: Judged) -> Iterator[Scenario]:
    """Break the transport: reset and close before the head, after it, within the body; lie about its length."""
    expected = failing(Family.RUNTIME_ERROR)
    for answer in one_answer(judged):
        head, body = answer.script.head, answer.script.body
        half = [body[: len(body) // 2]]
        length = Send(head.status, head.headers, Framing.LENGTH, len(body))
        scripts: dict[str, tuple[Step, ...]] = {
            "reset-before-head": (Reset(),),
            "close-before-head": (HalfClose(),),
            "reset-after-head": (head, Reset()),
            "close-after-head": (head, HalfClose()),
            "reset-in-body": Script((head,)).with_body(half, Reset()).steps,
            "close-in-body": Script((head,)).with_body(half, HalfClose()).steps,
            "short-body": Script((length,)).with_body(half, HalfClose()).steps,
            "reset-in-short-body": Script((length,)).with_body(half, Reset()).steps,
        }
        for name, steps in scripts.items():
            yield answer.answered(Script(steps), expected, f"transport-{name}")


UNREACHABLE = {"transport-refused": "refused_origin", "transport-untrusted-certificate": "untrusted_origin"}
"""Scenario to the attribute of the loopback upstream that gives the address."""


def unreachable(judged: Judged) -> Iterator[Scenario]:
    """Lead to an address where nobody listens, and to one whose certificate nobody has signed."""
    for answer in one_answer(judged):
        for name in UNREACHABLE:
            yield answer.answered(answer.script, failing(Family.RUNTIME_ERROR), name)


def silent(judged: Judged) -> Iterator[Scenario]:
    """Fall silent: before the head, after it, within the body."""
    expected = failing(Family.RUNTIME_ERROR)
    for answer in one_answer(judged):
        head, body = answer.script.head, answer.script.body
        scripts: dict[str, tuple[Step, ...]] = {
            "before-head": (STALL,),
            "after-head": (head, STALL),
            "in-body": Script((head,)).with_body([body[: len(body) // 2]], STALL).steps,
        }
        for name, steps in scripts.items():
            yield answer.answered(Script(steps), expected, f"silence-{name}")


def truncations(contract: Contract, answer: Scenario) -> Iterator[tuple[int, Scenario]]:
    """Cut an answer at every byte before it is complete; with each, the position.

    Where the contract declares a terminal marker the cut is tried with a clean and with a dirty end;
    elsewhere the HTTP framing alone tells that the body is incomplete, so only with a dirty one.
    """
    expected = failing(Family.RUNTIME_ERROR)
    body = answer.script.body
    for position in range(complete_at(contract, answer.script)):
        endings: dict[str, tuple[Step, ...]] = {"closed": (HalfClose(),)}
        if contract.finish is not None:
            endings["clean"] = ()
        for name, ending in endings.items():
            script = answer.script.with_body([body[:position]], *ending)
            yield position, answer.answered(script, expected, f"cut-{name}")


def complete_at(contract: Contract, script: Script) -> int:
    """Give the first position at which a cut body may count as complete."""
    if contract.finish is None:
        return len(script.body)
    codec = codec_of(contract, script.body)
    events = events_of(contract, script)
    return len(b"".join(render(codec, _until(contract, events))).rstrip(b"\r\n"))


def _until(contract: Contract, events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        yield event
        if is_finish(contract, event):
            return


def corrupted(judged: Judged) -> Iterator[Scenario]:
    """Corrupt one event of a compact answer: garbage, cut JSON, a bare scalar, invalid UTF-8, first to last.

    ``expected`` is the answer without the text of the corrupted event: it may be ignored or refused.
    """
    contract = judged.contract
    for answer in one_per_codec(judged):
        short = compact(contract, answer)
        codec = codec_of(contract, short.script.body)
        events = events_of(contract, short.script)
        pieces = render(codec, events)
        for index, (event, piece) in enumerate(zip(events, pieces, strict=True)):
            for kind, garbage in _garbage(codec, piece).items():
                body = [*pieces[:index], garbage, *pieces[index + 1 :]]
                rest = "".join(text_of(contract, other) or "" for other in events if other is not event)
                expected = Expected(rest, None if is_finish(contract, event) else short.expected.finish)
                yield short.answered(
                    short.script.with_body(body), expected, f"garbage-{kind}-{index}{_suffix(contract, answer)}"
                )


def _garbage(codec: Codec, piece: bytes) -> dict[str, bytes]:
    if codec is Codec.TEXT:
        return {"utf-8": piece + b"\xff\xfe"}
    start, end = piece.index(b"{"), piece.rindex(b"}")
    garbled = {"json": b"{oops", "cut": piece[start:end][:-1], "utf-8": b'{"\xff\xfe": 1', "text": b"<html>"}
    return {kind: piece[:start] + garbage + piece[end + 1 :] for kind, garbage in garbled.items()}
