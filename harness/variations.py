"""Transformations of a script that keep its meaning: what a provider makes of it must stay equal. Pure."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import brotli

from providers.contract import Contract

from .framing import Event, codec_of, is_finish, parse, render, text_of, with_texts
from .recording import Expected
from .scenario import Scenario
from .script import Chunk, Gate, Script, Step

_HOT_MARKS = (b"data:", b"event:", b"\r\n", b"\n\n", b"\\u", b'"}')
_EXCERPT = 24
"""Characters of answer text in a compact answer."""


def events_of(contract: Contract, script: Script) -> tuple[Event, ...]:
    """Read the events of a recorded reply."""
    return parse(codec_of(contract, script.body), script.body)


def answered_with(contract: Contract, scenario: Scenario, texts: Sequence[str], name: str = "") -> Scenario:
    """Give the scenario whose answer consists of these texts, one event each, in the recorded frame."""
    codec = codec_of(contract, scenario.script.body)
    events = with_texts(contract, events_of(contract, scenario.script), texts)
    expected = Expected("".join(texts), scenario.expected.finish)
    return scenario.answered(scenario.script.with_body(render(codec, events)), expected, name)


def expecting(scenario: Scenario, finish: str) -> Scenario:
    """Give the scenario with another finish expected."""
    return replace(scenario, expected=replace(scenario.expected, finish=finish))


def compact(contract: Contract, scenario: Scenario) -> Scenario:
    """Give a short answer with the frame of a long one, so that every cut of it can be tried.

    It keeps the first event, three texts around the first character beyond ASCII, the terminal marker
    and what follows it.
    """
    codec = codec_of(contract, scenario.script.body)
    events = with_texts(contract, events_of(contract, scenario.script), _excerpt(scenario.expected.text))
    last = next((index for index, event in enumerate(events) if is_finish(contract, event)), len(events))
    kept = [
        event
        for index, event in enumerate(events)
        if index == 0 or index >= last or text_of(contract, event) is not None
    ]
    text = "".join(text_of(contract, event) or "" for event in kept)
    expected = Expected(text, scenario.expected.finish)
    return scenario.answered(scenario.script.with_body(render(codec, kept)), expected)


def _excerpt(text: str) -> list[str]:
    beyond = next((index for index, character in enumerate(text) if not character.isascii()), 0)
    start = max(0, beyond - 2)
    part = text[start : start + _EXCERPT].strip() or text[:_EXCERPT]
    return [part[:3], part[3:9], part[9:]]


def cut(body: bytes, *positions: int) -> list[bytes]:
    """Cut a body at these positions."""
    borders = [0, *sorted(positions), len(body)]
    return [body[start:end] for start, end in pairwise(borders)]


def hot_cuts(body: bytes) -> list[int]:
    """Give the positions where parsers break: within characters, line ends, field names and escapes."""
    inside = {at for at in range(1, len(body)) if body[at] & 0xC0 == 0x80}  # noqa: PLR2004  UTF-8 continuation
    for mark in _HOT_MARKS:
        at = body.find(mark)
        while at >= 0:
            inside |= {at, at + 1, at + len(mark), at + len(mark) + 1}
            at = body.find(mark, at + 1)
    return sorted(at for at in inside if 0 < at < len(body))


def character_cuts(body: bytes) -> list[int]:
    """Give the positions within multi-byte UTF-8 characters."""
    return [at for at in range(1, len(body)) if body[at] & 0xC0 == 0x80]  # noqa: PLR2004  UTF-8 continuation


def spread(positions: Sequence[int], count: int) -> list[int]:
    """Choose at most so many of the positions, evenly."""
    if len(positions) <= count:
        return list(positions)
    return [positions[index * len(positions) // count] for index in range(count)]


def bytewise(body: bytes) -> list[bytes]:
    """Cut a body into single bytes."""
    return [body[at : at + 1] for at in range(len(body))]


def lockstep(
    contract: Contract, scenario: Scenario, texts: Sequence[str]
) -> tuple[Scenario, tuple[tuple[int, str], ...]]:
    """Give an answer of these texts that waits at a gate after each, and when the reader opens which gate."""
    answered = answered_with(contract, scenario, texts)
    codec = codec_of(contract, scenario.script.body)
    events = with_texts(contract, events_of(contract, scenario.script), texts)
    steps: list[Step] = [answered.script.head]
    gates: list[tuple[int, str]] = []
    come = 0
    for event, piece in zip(events, render(codec, events), strict=True):
        steps.append(Chunk(piece))
        text = text_of(contract, event)
        if text is not None:
            come += len(text)
            gates.append((come, f"text of {come} characters"))
            steps.append(Gate(gates[-1][1]))
    return answered.answered(Script(tuple(steps))), tuple(gates)


def escaped(scenario: Scenario) -> Scenario:
    """Write every character beyond ASCII of a JSON body as escapes, astral ones as surrogate pairs."""
    text = scenario.script.body.decode()
    return scenario.answered(scenario.script.with_body([_ascii(text).encode()]))


def _ascii(text: str) -> str:
    return "".join(character if character.isascii() else json.dumps(character)[1:-1] for character in text)


def without_last_line_end(body: bytes) -> bytes:
    """Strip the line ends that close the last event."""
    return body.rstrip(b"\r\n")


def until_finish(contract: Contract, scenario: Scenario) -> Scenario:
    """Give the answer without the events that follow its terminal marker."""
    codec = codec_of(contract, scenario.script.body)
    events = events_of(contract, scenario.script)
    last = next((index for index, event in enumerate(events) if is_finish(contract, event)), len(events) - 1)
    return scenario.answered(scenario.script.with_body(render(codec, events[: last + 1])))


def _deflated(pieces: Iterable[bytes], window: int) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=window)
    for piece in pieces:
        yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return _deflated(pieces, zlib.MAX_WBITS | 16)


def _deflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return _deflated(pieces, zlib.MAX_WBITS)


def _brotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    compressor = brotli.Compressor()
    for piece in pieces:
        yield compressor.process(piece) + compressor.flush()
    yield compressor.finish()


ENCODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
}
"""Content codings that can be played (RFC 9110, 8.4.1), each flushing after every piece."""


def encoded(script: Script, pieces: Iterable[bytes], encoding: str) -> Script:
    """Give the reply with its body in a content coding, one flush per piece."""
    head = script.with_head(headers=(*script.head.headers, ("content-encoding", encoding)))
    return head.with_body(ENCODERS[encoding](pieces))
