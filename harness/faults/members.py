"""Members of JSON events made null, dropped and added: what every provider must put up with. Pure.

A place in a document is the steps that lead to it: names and indices.
"""

import copy
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from providers.contract import Capability, Codec, Contract, DocumentRule

from ..framing import Event, codec_of, event_of, is_finish, parse, render, steps_of, text_of
from ..scenario import Declared, Judged, Phase, Scenario, documents, one_answer, one_per_codec
from ..stop_value import StopValue, in_documents, in_events
from ..variations.answers import compact
from .grid import error_places, with_error

Steps = tuple[str | int, ...]

NEW: Mapping[str, Any] = {
    "object": {"text": "news", "content": "news", "data": ["news"]},
    "list": [{"text": "news"}, None],
    "null": None,
    "str": "news",
    "number": 0.5,
}
"""Values of an unknown member, by their kind."""
_UNKNOWN = "x_new"
_EITHER = ("ValueError", "RuntimeError")
_USED_UP = "length"


@dataclass(frozen=True)
class Change:
    """One member changed, and what may come of it where it is not refused."""

    scenario: Scenario
    texts: frozenset[str]
    """The answer texts that are legal."""
    ends: bool
    """The finish is out of reach of the change, so it stays the same."""
    pieces: tuple[str, ...] = ()
    """Where given, any text is legal that has these pieces in this order."""
    families: tuple[str, ...] = ("RuntimeError",)
    """What may be raised instead."""

    def allows(self, text: str) -> bool:
        """Tell whether an answer text is legal."""
        at = 0
        for piece in self.pieces:
            found = text.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        return bool(self.pieces) or text in self.texts


def places(value: Any, steps: Steps = ()) -> Iterator[Steps]:
    """Walk a JSON document: every place in it but its root, containers first."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for step, within in inner:
        yield (*steps, step)
        yield from places(within, (*steps, step))


def name_of(steps: Steps) -> str:
    """Write a place as a path: ``choices[0].delta``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def at(document: Any, steps: Steps) -> Any:
    """Give what stands at a place that is there."""
    for step in steps:
        document = document[step]
    return document


def changed(document: Any, steps: Steps, *value: Any) -> Any:
    """Give a copy of a document with another value at a place, or without the place where no value is given."""
    *way, last = steps
    copied = copy.deepcopy(document)
    holder = at(copied, tuple(way))
    if value:
        (holder[last],) = value
    else:
        del holder[last]
    return copied


def structured(judged: Judged) -> tuple[Scenario, ...]:
    """Choose the answers whose members are tried: a compact one in each codec of events, and the document."""
    contract = judged.contract
    short = (compact(contract, answer) for answer in one_per_codec(judged) if Codec.TEXT not in contract.codecs)
    return (*short, *documents(judged)[:1])


def missing(contract: Contract, scenario: Scenario) -> Iterator[Change]:
    """Make every member of every event null, and drop it, one at a time."""
    answer = _read(contract, scenario)
    for index, event in enumerate(answer.events):
        for steps in places(event.value):
            texts, ends = answer.legal(index, steps)
            for verb, value in _ways(event.value, steps):
                other = replace(event, value=changed(event.value, steps, *value))
                name = f"{verb} {name_of(steps)} of event {index + 1}"
                yield Change(answer.with_events({index: other}, name), texts, ends)


def missing_in_samples(contract: Contract, scenario: Scenario) -> Iterator[Change]:
    """Put each documented kind of further event into an answer, and make each of its members null, and drop it.

    What such an event adds is not judged here, but the texts of the others come as ever. A member is tried once
    for each capability that the samples show.
    """
    answer, tried = _read(contract, scenario), set()
    if answer.document is not None:
        return
    middle = error_places(contract, answer.events)[Phase.MIDDLE]
    pieces = tuple(text for event in answer.events if (text := text_of(contract, event)))
    for sample in contract.samples:
        events = [event_of(contract, value) for value in sample.events]
        families = _EITHER if sample.shows is Capability.REFUSALS else Change.families
        for index, event in enumerate(events):
            for steps in places(event.value):
                for verb, value in _ways(event.value, steps):
                    name = f"{verb} {name_of(steps)} in {sample.name}"
                    if (sample.shows, verb, steps) not in tried:
                        tried.add((sample.shows, verb, steps))
                        other = replace(event, value=changed(event.value, steps, *value))
                        added = [*events[:index], other, *events[index + 1 :]]
                        answered = answer.with_added(middle, added, name)
                        yield Change(answered, frozenset(), ends=False, pieces=pieces, families=families)


def _ways(document: Any, steps: Steps) -> Iterator[tuple[str, tuple[None, ...]]]:
    """Give the ways in which a member can be missing: null, unless it is so, and gone."""
    if at(document, steps) is not None:
        yield "null", (None,)
    yield "drop", ()


def unknown(contract: Contract, scenario: Scenario) -> Iterator[Scenario]:
    """Add an unknown member of each kind to every object of every event, one at a time and to all at once."""
    answer = _read(contract, scenario)
    for kind, value in NEW.items():
        everywhere = {}
        for index, event in enumerate(answer.events):
            full = event
            for steps in _objects(event.value):
                added = replace(event, value=_enriched(event.value, steps, {_UNKNOWN: value}, {}))
                where = f"{name_of(steps) or 'the top'} of event {index + 1}"
                yield answer.with_events({index: added}, f"a new {kind} at {where}")
                full = replace(full, value=_enriched(full.value, steps, {}, {_UNKNOWN: value}))
            everywhere[index] = full
        yield answer.with_events(everywhere, f"a new {kind} everywhere")


def _objects(value: Any) -> Iterator[Steps]:
    """Give every object of a document, the document itself first."""
    yield from (steps for steps in ((), *places(value)) if isinstance(at(value, steps), dict))


def _enriched(document: Any, steps: Steps, before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
    value = {**before, **at(document, steps), **after}
    return changed(document, steps, value) if steps else value


def bare_errors(judged: Judged) -> Iterator[Scenario]:
    """Answer with each documented error event robbed of one member, null or gone; what tells its kind stays.

    Servers send errors without code, type or message; an error it remains.
    """
    contract = judged.contract
    for answer in one_answer(judged):
        for case in contract.errors:
            for lacks, event in _robbed(contract, case.event or {}):
                other = replace(case, name=f"{case.name}-{lacks}")
                yield with_error(contract, answer, other, event, Phase.MIDDLE, Declared.EITHER)


def _robbed(contract: Contract, event: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give an error event without each of its members, but for those at the top that tell its kind.

    One that ends the answer is an error by what stands around its stop value, so that stays too.
    """
    kinds = kinds_of(contract) & set(event)
    around = steps_of(contract.finish.path) if contract.finish and is_finish(contract, Event(event)) else ()
    for steps in places(event):
        if steps[0] not in kinds and (kinds or len(steps) > 1) and steps != around[: len(steps)][: len(around) - 1]:
            yield from (
                (f"{verb}-{name_of(steps)}", changed(event, steps, *value)) for verb, value in _ways(event, steps)
            )


@dataclass(frozen=True)
class _Answer:
    """The events of an answer, and where they carry its text and its finish."""

    contract: Contract
    scenario: Scenario
    codec: Codec
    events: tuple[Event, ...]
    document: DocumentRule | None

    def with_events(self, others: Mapping[int, Event], name: str) -> Scenario:
        """Give the answer with other events at these indices."""
        events = [others.get(index, event) for index, event in enumerate(self.events)]
        script = self.scenario.script.with_body(render(self.codec, events))
        return self.scenario.answered(script, name=name)

    def with_added(self, index: int, others: Sequence[Event], name: str) -> Scenario:
        """Give the answer with other events before one of its own."""
        events = [*self.events[:index], *others, *self.events[index:]]
        return self.scenario.answered(self.scenario.script.with_body(render(self.codec, events)), name=name)

    def legal(self, index: int, steps: Steps) -> tuple[frozenset[str], bool]:
        """Tell which texts are legal once a place was touched, and whether the finish stays the same.

        The piece that the place carries may go, and no more; nothing at all is no answer, unless its length was used
        up: by thoughts, for all that is known.
        """
        texts, finish = {self.scenario.expected.text}, self.contract.finish
        silent = {""} if self.scenario.expected.finish == _USED_UP else set()
        if self.document is not None:
            if _touches(steps, (self.document.text_path,), ()):
                texts |= silent
            return frozenset(texts), not _touches(steps, _told_at(in_documents(self.contract)), ())
        event = self.events[index]
        if text_of(self.contract, event) and _touches(steps, self.contract.text.paths, kinds_of(self.contract)):
            rest = (text_of(self.contract, other) or "" for other in self.events if other is not event)
            texts |= {"".join(rest)} - ({""} - silent)
        ends = finish is None or not is_finish(self.contract, event)
        told = _told_at(in_events(self.contract))
        return frozenset(texts), ends or not _touches(steps, told, kinds_of(self.contract))


def _read(contract: Contract, scenario: Scenario) -> _Answer:
    codec = codec_of(contract, scenario.script.body)
    document = contract.document if codec is Codec.JSON and Codec.JSON not in contract.codecs else None
    return _Answer(contract, scenario, codec, parse(codec, scenario.script.body), document)


def _told_at(where: StopValue | None) -> tuple[str, ...]:
    return () if where is None else where.paths


def _touches(steps: Steps, paths: Iterable[str], kinds: Container[str | int]) -> bool:
    """Tell whether a place is, holds or lies within one of the paths, or tells what the event is."""
    ways = [steps_of(path) for path in paths]
    return steps[0] in kinds or any(way[: len(steps)] == steps or steps[: len(way)] == way for way in ways)


def kinds_of(contract: Contract) -> set[str]:
    """Give the members at the top that tell what an event is."""
    named = set() if contract.event_name is None else {contract.event_name}
    return {*contract.text.match, *(contract.finish.match if contract.finish else ()), *named}
