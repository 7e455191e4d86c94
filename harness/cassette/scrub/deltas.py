"""Text that is split over the events of a stream: joined, cleaned, and put back where it stood. Pure.

The texts that belong together stand at one path, in events of one type and index; those at the path of a contract's
answer text belong together whatever their type. A replacement stands in the event where the secret began.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.contract import TextRule

from ...framing import lookup, matches, steps_of
from .body import Body

Clean = Callable[[Body], Body]
Path = tuple[str | int, ...]
"""Members and elements, from the outermost."""
_LINE = re.compile(rb"(?:^|(?<=[\r\n]))(?:data:[ ]?)?(\{[^\r\n]*\})[ \t]*(?=[\r\n]|$)")
_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[\s,]*")
_KINDS = ("type", "event")


@dataclass(frozen=True)
class Event:
    """A JSON value and where it stands in a body."""

    start: int
    end: int
    value: Any


@dataclass(frozen=True)
class Delta:
    """A piece of text and where it stands: which event, at which path."""

    index: int
    path: Path
    text: str


def events(data: bytes) -> tuple[Event, ...]:
    """Find the events of a body: elements of an array, or one to a line (SSE, NDJSON); the last may be cut off."""
    return tuple(_elements(data) if data.lstrip()[:1] == b"[" else _lines(data))


def _lines(data: bytes) -> Iterator[Event]:
    for match in _LINE.finditer(data):
        try:
            yield Event(match.start(1), match.end(1), json.loads(match.group(1)))
        except (ValueError, RecursionError):
            continue


def _elements(data: bytes) -> Iterator[Event]:
    text = data.decode("latin-1")  # one character to a byte
    place = text.index("[") + 1
    while True:
        start = _BLANK.match(text, place).end()  # type: ignore[union-attr]  # it matches nothing, too
        try:
            _, place = _DECODER.raw_decode(text, start)
            yield Event(start, place, json.loads(data[start:place]))
        except (ValueError, RecursionError):
            return


def cleaned(body: Body, answer: TextRule | None, clean: Clean) -> Body:
    """Clean the texts that run over events; an event that changes is written anew, all others stay to the byte."""
    found = events(body.data)
    values = joined([event.value for event in found], answer, clean)
    edits = [
        (event.start, event.end, _written(value, body.data[event.start : event.end]))
        for event, value in zip(found, values, strict=True)
        if value is not event.value
    ]
    return body.edited(edits) if edits else body


def joined(values: Sequence[Any], answer: TextRule | None, clean: Clean) -> list[Any]:
    """Clean the texts that run over values; a value that has none such is the same object again."""
    changed = list(values)
    for deltas in _chains(values, answer):
        before = Body.of(delta.text.encode(errors="surrogatepass") for delta in deltas)
        after = clean(before)
        if after == before or _alone(before, clean) == after.chunks:
            continue
        for delta, text in zip(deltas, after.chunks, strict=True):
            if (new := text.decode(errors="surrogatepass")) != delta.text:
                changed[delta.index] = _with(changed[delta.index], delta.path, new)
    return changed


def _alone(body: Body, clean: Clean) -> list[bytes]:
    return [clean(Body.of([chunk])).data for chunk in body.chunks]


def _chains(values: Sequence[Any], answer: TextRule | None) -> list[list[Delta]]:
    """Give the texts that belong together; what is the same in all events is no text in pieces."""
    chains: dict[tuple[Path, Path], list[Delta]] = {}
    for index, value in enumerate(values):
        said = _answer_path(value, answer)
        for path, kind, text in _texts(value):
            chains.setdefault(((), ()) if path == said else (path, kind), []).append(Delta(index, path, text))
    return [deltas for deltas in chains.values() if len({delta.text for delta in deltas}) > 1]


def _answer_path(value: Any, answer: TextRule | None) -> Path | None:
    if answer is None or not matches(answer.match, value):
        return None
    return next((steps_of(path) for path in answer.paths if isinstance(lookup(value, path), str)), None)


def _texts(value: Any, path: Path = (), kind: tuple[str, ...] = ()) -> Iterator[tuple[Path, tuple[str, ...], str]]:
    """Walk a value: each str with its path, and the types and indices of the objects around it."""
    if isinstance(value, str):
        yield path, kind, value
    elif isinstance(value, Mapping):
        kind = (*kind, *(f"{name}={member}" for name, member in value.items() if _tells_kind(name, member)))
        for name, member in value.items():
            yield from _texts(member, (*path, name), kind)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _texts(member, (*path, index), kind)


def _with(value: Any, path: Path, text: str) -> Any:
    """Give a copy of a value with another text at a path."""
    if not path:
        return text
    changed = value.copy()
    changed[path[0]] = _with(changed[path[0]], path[1:], text)
    return changed


def _tells_kind(name: str, member: Any) -> bool:
    return (name in _KINDS and isinstance(member, str)) or (name.endswith("index") and isinstance(member, int))


def _written(value: Any, before: bytes) -> bytes:
    """Write an event in the manner in which it was written."""
    separators = (", ", ": ") if b'": ' in before else (",", ":")
    text = json.dumps(value, ensure_ascii=before.isascii(), separators=separators)
    return text.encode(errors="surrogatepass")
