"""What a recorded reply is built of: event kinds, JSON paths with types, finish values, terminators. Pure.

Text, ids, counts and order leave no trace in it. A reply may be anything: what cannot be read is a kind of its own.
It compares nothing.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from providers.contract import OK, Codec, Contract

from ..frames import is_framed
from ..framing import Event, codec_of, is_finish, lookup, matches, parse, steps_of, text_of
from ..recording import Interaction
from ..stop_value import in_documents, in_events

ELEMENT = "[*]"
"""The step to every element of an array."""
ENTRY = ".{*}"
"""The step to every member of an object whose names are ids, numbers or dates."""
CHUNK, DOCUMENT, ERROR, TEXT, UNREADABLE = "chunk", "document", "error", "text", "unreadable"
"""Kinds of events that carry no name of their own."""
_DEEPEST = 64
"""Levels of JSON that are looked at."""
_REFUSED = 400
"""The first status whose body is a refusal."""
_NO_DATA = {"", "data:"}
_NO_EVENT = (":", "event:", "id:", "retry:")
_DEFAULT_NAME = "message"
"""The name of an event that names none (WHATWG HTML, 9.2.6)."""
_PLAIN = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)
_VOLATILE = re.compile(
    r"\d+"
    r"|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|(?=[a-f]*\d)[0-9a-f]{12,}"
    r"|[A-Za-z]{2,10}[-_](?=[A-Za-z]*\d)[A-Za-z0-9]{12,}"
    r"|\d{4}-\d\d-\d\d.*",
    re.ASCII,
)
"""Names of members that are values: a number, a UUID, a digest, ``call_9f86d081884c7d65``, a date."""


class Place(NamedTuple):
    """Where in a reply something stands: in which kind of event, and the steps from there."""

    kind: str
    steps: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path as contracts write it; ``$`` for the event itself."""
        return "".join(self.steps).lstrip(".") or "$"

    @property
    def parent(self) -> "Place":
        """The object or array around it."""
        return Place(self.kind, self.steps[:-1])

    def within(self, outer: "Place") -> bool:
        """Tell whether it is that place or one inside."""
        return self.kind == outer.kind and self.steps[: len(outer.steps)] == outer.steps


@dataclass(frozen=True)
class Outline:
    """One reply without its values."""

    status: int
    media_type: str
    """Of its Content-Type, in lower case; empty without one."""
    end: str
    codec: str
    types: Mapping[Place, Mapping[str, Any]]
    """JSON types of all places, each with the first value that was seen."""
    texts: frozenset[Place]
    """Where answer text stands."""
    finishes: Mapping[str, Place]
    """Stop values, as text."""
    terminators: frozenset[str]
    """``finish`` where an event ends the answer, and the sentinel where it came."""
    refusal: Any = None
    """The first event that is a failure by the contract, in a reply that succeeds by its status."""

    def has(self, place: Place) -> bool:
        """Tell whether something stands there that is not null."""
        return not self.types.get(place, {}).keys() <= {"null"}

    def is_object(self, place: Place) -> bool:
        """Tell whether an object stands there, which could have members."""
        return "object" in self.types.get(place, {})


def outline(contract: Contract, interaction: Interaction) -> Outline:
    """Give the outline of a reply, whatever its bytes are."""
    codec, events = _events(contract, interaction)
    sentinel = contract.sentinel or ""  # no event is empty
    kinds = [(event_kind(contract, codec, event), event) for event in events if event.value != sentinel]
    if interaction.status >= _REFUSED:
        kinds = [(f"status {interaction.status}", event) for event in events]
    types: dict[Place, dict[str, Any]] = {}
    for kind, event in kinds:
        _note(types, kind, event.value)
    finishes = {value: place for kind, event in kinds for value, place in _finishes(contract, kind, event)}
    marks = {"finish"} if finishes or any(is_finish(contract, event) for event in events) else set()
    marks |= {sentinel for event in events if event.value == sentinel}
    return Outline(
        status=interaction.status,
        media_type=_media_type(interaction.headers),
        end=interaction.wire.end,
        codec=codec,
        types=types,
        texts=frozenset(place for kind, event in kinds for place in _texts(contract, kind, event)),
        finishes=finishes,
        terminators=frozenset(marks),
        refusal=None if interaction.status >= _REFUSED else _refusal(contract, codec, kinds),
    )


def _media_type(headers: Iterable[tuple[str, str]]) -> str:
    value = next((value for name, value in headers if name.lower() == "content-type"), "")
    return value.partition(";")[0].strip().lower()


def _events(contract: Contract, interaction: Interaction) -> tuple[Codec, list[Event]]:
    """Read the events of a reply; a body that the codec does not read is one unreadable event."""
    text = interaction.body.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
    body = interaction.body if is_framed(interaction.body) else text.encode()
    codec = Codec.JSON if interaction.status >= _REFUSED else codec_of(contract, body)
    try:
        events = [event for event in parse(codec, body) if event.value != ""]
    except (ValueError, RecursionError):
        events = []
    unread = bool(text.strip()) and not events and not _is_silent(codec, text)
    return codec, [Event(text, UNREADABLE)] if unread else events


def _is_silent(codec: Codec, text: str) -> bool:
    """Tell whether a stream holds comments and fields without data alone."""
    lines = (line.strip() for line in text.split("\n"))
    return codec is Codec.SSE and all(line in _NO_DATA or line.startswith(_NO_EVENT) for line in lines)


def event_kind(contract: Contract, codec: Codec, event: Event) -> str:
    """Name the kind of an event: by the contract's members, the SSE event, ``type``; else by what it is."""
    named = None if event.name == _DEFAULT_NAME else event.name
    plain = DOCUMENT if codec is Codec.JSON else TEXT if isinstance(event.value, str) else CHUNK
    if not isinstance(event.value, dict):
        return named or plain
    rules = (contract.text.match, contract.finish.match if contract.finish else {})
    names = (contract.event_name or "", *(name for match in rules for name in match))
    told = (*map(event.value.get, names), named, event.value.get("type"))
    if name := next((name for name in told if isinstance(name, str) and name), None):
        return name
    if event.value.get("error") and text_of(contract, event) is None and not is_finish(contract, event):
        return ERROR
    return plain


def _note(found: dict[Place, dict[str, Any]], kind: str, value: Any) -> None:
    """Note the type of every place in an event."""
    todo: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while todo:
        steps, value = todo.pop()
        found.setdefault(Place(kind, steps), {}).setdefault(json_type(value), value)
        if len(steps) < _DEEPEST:
            todo.extend(((*steps, step), member) for step, member in _members(value))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((_step(name), member) for name, member in value.items())
    elif isinstance(value, list):
        yield from ((ELEMENT, element) for element in value)


def _step(name: str) -> str:
    if _VOLATILE.fullmatch(name):
        return ENTRY
    return f".{name}" if _PLAIN.fullmatch(name) else f"[{json.dumps(name)}]"


def json_type(value: Any) -> str:
    """Name the JSON type of a value; JSON does not tell int from float."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
    return "object"


def _steps(path: str) -> tuple[str, ...]:
    """Give the steps of a contract's path, every index being any."""
    return tuple(ELEMENT if isinstance(step, int) else _step(step) for step in steps_of(path))


def _text_paths(contract: Contract) -> tuple[str, ...]:
    return (*contract.text.paths, *([contract.document.text_path] if contract.document else ()))


def _texts(contract: Contract, kind: str, event: Event) -> Iterable[Place]:
    """Give the places of an event at which answer text stands."""
    if isinstance(event.value, str):
        return [Place(kind)] if text_of(contract, event) else []
    if not matches(contract.text.match, event.value):
        return []
    found = ((path, lookup(event.value, path)) for path in _text_paths(contract))
    return [Place(kind, _steps(path)) for path, text in found if isinstance(text, str) and text]


def _finishes(contract: Contract, kind: str, event: Event) -> Iterator[tuple[str, Place]]:
    """Give the stop value of an event, as text."""
    ways = [in_events(contract) if is_finish(contract, event) else None, in_documents(contract)]
    for where in filter(None, ways if kind == DOCUMENT else ways[:1]):
        if (value := where.of(event.value)) is not None:
            yield value if isinstance(value, str) else json.dumps(value), Place(kind, _steps(where.path))


def _refusal(contract: Contract, codec: Codec, kinds: Iterable[tuple[str, Event]]) -> Any:
    """Give the first event that is a documented failure: by its kind, or where it has none, by its members."""
    cases = [case.event if case.event is not None else case.body for case in contract.errors if case.status == OK]
    known = [(event_kind(contract, codec, Event(case)), _traits(case)) for case in cases if _is_apart(contract, case)]
    named = {ERROR, *(name for name, _ in known)} - {CHUNK, DOCUMENT}
    for kind, event in kinds:
        alike = (traits for name, traits in known if name == kind and kind not in named)
        if kind in named or any(traits <= _traits(event.value) for traits in alike):
            return event.value
    return None


def _is_apart(contract: Contract, case: Any) -> bool:
    """Tell whether a documented failure stands where no text could: else its shape does not make it one."""
    return isinstance(case, dict) and all(steps_of(path)[0] not in case for path in _text_paths(contract))


def _traits(value: Any) -> set[tuple[Place, str]]:
    found: dict[Place, dict[str, Any]] = {}
    _note(found, CHUNK, value)
    return {(place, name) for place, types in found.items() for name in types}


def union(outlines: Iterable[Outline]) -> dict[Place, frozenset[str]]:
    """Give the types that each place has in any of these replies."""
    found: dict[Place, frozenset[str]] = {}
    for one in outlines:
        for place, types in one.types.items():
            found[place] = found.get(place, frozenset()) | types.keys()
    return found
