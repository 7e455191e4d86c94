"""Events to bytes and back, for every codec, and how to reach into an event.

Written apart from ``providers/codecs.py``, so that one bug cannot hide in both. It reads recordings, which
are well-formed, and writes what a test needs; it decides nothing.
"""

import copy
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

from providers.contract import Codec, Contract

from .frames import frame, frames

_LINE_END = re.compile("\r\n|\r|\n")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True)
class Event:
    """One event: its value (JSON, or a str that is not JSON) and, in SSE, its name."""

    value: Any
    name: str | None = None


def codec_of(contract: Contract, body: bytes) -> Codec:
    """Tell which of the contract's codecs a body is written in."""
    first = body.lstrip()[:1]
    if first == b"[" and Codec.JSON_ARRAY in contract.codecs:
        return Codec.JSON_ARRAY
    if first == b"{":
        if Codec.NDJSON in contract.codecs and not (contract.document is not None and _is_one(body)):
            return Codec.NDJSON
        if contract.document is not None:
            return Codec.JSON
    return contract.codecs[0]


def _is_one(body: bytes) -> bool:
    """Tell a document from lines: it goes on beyond the first line end, or has none."""
    first, end, _ = body.lstrip().partition(b"\n")
    return not end or not first.rstrip().endswith(b"}")


def suffix(contract: Contract, codec: Codec) -> str:
    """Name a codec at the end of a scenario's name, where it is not the contract's usual one."""
    return "" if codec is contract.codecs[0] else f"-{codec}"


def event_of(contract: Contract, value: Mapping[str, Any]) -> Event:
    """Give an event of this value, named as the contract says."""
    return Event(value, value.get(contract.event_name) if contract.event_name else None)


def parse(codec: Codec, body: bytes) -> tuple[Event, ...]:
    """Read the events of a recorded body."""
    if codec is Codec.FRAMES:
        return tuple(map(Event, frames(body)))
    text = body.decode()
    if codec is Codec.TEXT:
        return (Event(text),) if text else ()
    if codec is Codec.JSON:
        return (Event(json.loads(text)),)
    if codec is Codec.JSON_ARRAY:
        return tuple(Event(element) for element in json.loads(text))
    if codec is Codec.NDJSON:
        return tuple(Event(json.loads(line)) for line in text.split("\n") if line.strip())
    return tuple(_sse_events(text))


def _sse_events(text: str) -> Iterable[Event]:
    name: str | None = None
    data: list[str] = []
    for line in [*_LINE_END.split(text), ""]:
        field, _, value = line.partition(":")
        if not line and data:
            yield Event(_json_or_text("\n".join(data)), name)
            name, data = None, []
        elif field == "data":
            data.append(value.removeprefix(" "))
        elif field == "event":
            name = value.removeprefix(" ")


def _json_or_text(data: str) -> Any:
    try:
        return json.loads(data)
    except json.JSONDecodeError:
        return data


def render(codec: Codec, events: Iterable[Event]) -> list[bytes]:
    """Write events, each with its separator: JSON in UTF-8, unescaped, so that characters can be cut.

    The commas between the elements of a JSON array stand on lines of their own (Gemini).
    """
    if codec is Codec.FRAMES:
        return [frame(event.value) for event in events]
    pieces = [_render(codec, event) for event in events]
    if codec is Codec.JSON_ARRAY and pieces:
        pieces = [f"[{pieces[0]}", *(f"\n,\r\n{piece}" for piece in pieces[1:])]
        pieces[-1] += "\n]"
    return [piece.encode(errors="surrogatepass") for piece in pieces]


def _render(codec: Codec, event: Event) -> str:
    value = event.value
    data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if codec is Codec.NDJSON:
        return f"{data}\n"
    if codec is Codec.SSE:
        name = "" if event.name is None else f"event: {event.name}\n"
        return f"{name}data: {data}\n\n"
    return data


def matches(match: Mapping[str, Any], value: Any) -> bool:
    """Tell whether an event's value has all the members that a match asks for."""
    if not isinstance(value, dict):
        return False
    for member, wanted in match.items():  # asked for every item of every drive
        told = value.get(member)
        if told != wanted and not (isinstance(wanted, tuple) and told in wanted):
            return False
    return True


@cache
def steps_of(path: str) -> tuple[str | int, ...]:
    """Take a path apart: members are str, indices int (``choices[0].delta``)."""
    return tuple(int(index) if index else member for member, index in _STEP.findall(path))


def lookup(value: Any, path: str) -> Any:
    """Give what stands at a path; None when nothing does."""
    for step in steps_of(path):
        value = _within(value, step)
    return value


def stands(value: Any, path: str) -> bool:
    """Tell whether anything stands at a path, be it null."""
    *way, last = steps_of(path)
    for step in way:
        value = _within(value, step)
    return _within(value, last, ...) is not ...


def _within(value: Any, step: str | int, absent: Any = None) -> Any:
    if isinstance(step, str):
        return value.get(step, absent) if isinstance(value, dict) else absent
    return value[step] if isinstance(value, list) and step < len(value) else absent


def leaves(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """Walk a JSON document: every scalar with its concrete path (``messages[0].content``)."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from leaves(inner, f"{path}.{member}" if path else member)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def at_path(pattern: str, path: str) -> bool:
    """Tell whether a concrete path is one that a pattern with ``[*]`` names, or lies within it."""
    regex = re.escape(pattern).replace(r"\[\*\]", r"\[\d+\]")
    return re.fullmatch(rf"{regex}([.\[].*)?", path) is not None


def text_of(contract: Contract, event: Event) -> str | None:
    """Give the answer text that an event carries; None when it carries none."""
    if isinstance(event.value, str):
        return event.value if Codec.TEXT in contract.codecs else None
    return text_in(contract, event.value)


def text_in(contract: Contract, value: Any) -> str | None:
    """Give the answer text that a JSON value carries; None when it carries none."""
    if not matches(contract.text.match, value):
        return None
    unless = contract.text.unless
    if unless and any(lookup(value, path) == told for path, told in unless.items()):  # a generator costs, even empty
        return None
    for path in contract.text.paths:
        if isinstance(text := lookup(value, path), str):
            return text
    return None


def with_text(contract: Contract, event: Event, text: str) -> Event:
    """Give the same event with another text in the place of its own."""
    if isinstance(event.value, str):
        return replace(event, value=text)
    path = next(path for path in contract.text.paths if isinstance(lookup(event.value, path), str))
    return replace(event, value=with_member(event.value, path, text))


def with_member(document: Any, path: str, value: Any) -> Any:
    """Give a copy of a document with another value at a path; objects and lists that are missing are made."""
    changed = copy.deepcopy(document)
    steps = steps_of(path)
    place = changed
    for step, following in pairwise(steps):
        if not isinstance(_within(place, step), dict | list):
            _put(place, step, {} if isinstance(following, str) else [])
        place = place[step]
    _put(place, steps[-1], value)
    return changed


def _put(place: Any, step: str | int, value: Any) -> None:
    if isinstance(place, list) and step == len(place):
        place.append(value)
    else:
        place[step] = value


def with_texts(contract: Contract, events: Sequence[Event], texts: Sequence[str]) -> tuple[Event, ...]:
    """Give an answer of these texts, framed by what stands before and after the texts of a recorded one.

    A terminal marker that carries text stays behind them, with none.
    """
    places = [index for index, event in enumerate(events) if text_of(contract, event) is not None]
    plain = [index for index in places if not is_finish(contract, events[index])]
    ending = [with_text(contract, events[index], "") for index in places if plain and index not in plain]
    model = events[(plain or places)[0]]
    if Codec.JSON in contract.codecs or not plain:
        texts = ["".join(texts)]
    body = [with_text(contract, model, text) for text in texts]
    return (*events[: places[0]], *body, *ending, *events[places[-1] + 1 :])


def is_finish(contract: Contract, event: Event) -> bool:
    """Tell whether an event is the terminal marker: it matches, and where any event could, its stop value stands."""
    rule = contract.finish
    if rule is None or not matches(rule.match, event.value):
        return False
    return bool(rule.match) or lookup(event.value, rule.path) not in (None, "")
