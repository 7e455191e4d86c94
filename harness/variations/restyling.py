"""Puts an answer into another style: the same events, differently framed, headed, coded and cut. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from providers.contract import Contract

from ..framing import Event, codec_of, is_finish, steps_of, text_of, with_text
from ..scenario import Scenario
from ..script import Script
from .answers import answered_with, compact, events_of
from .codings import encoded
from .cuts import bytewise
from .style import Cut, Style, write

_TEXTS = ("Hé,", "你好🍕,", "end.")
"""A short answer with characters of one to four bytes."""
_X_NEW: Mapping[str, Any] = {"x_new": [1, None, "x_new", {}]}


def plain(contract: Contract, scenario: Scenario) -> Scenario:
    """Give a short answer of known texts, with characters of one to four bytes, in the recorded frame.

    Of what follows the terminal marker only the end sentinel is kept.
    """
    short = answered_with(contract, compact(contract, scenario), _TEXTS)
    events = _until_marker(contract, events_of(contract, short.script))
    return short.answered(short.script.with_body(write(codec_of(contract, short.script.body), events, Style())))


def text_first(contract: Contract, scenario: Scenario) -> Scenario:
    """Give the answer with its first text before all else, so that the loss of its first event shows."""
    codec, events = codec_of(contract, scenario.script.body), list(events_of(contract, scenario.script))
    at = next(index for index, event in enumerate(events) if text_of(contract, event))
    return scenario.answered(
        scenario.script.with_body(write(codec, [events[at], *events[:at], *events[at + 1 :]], Style()))
    )


def without(contract: Contract, scenario: Scenario, index: int) -> Scenario | None:
    """Give the answer without one of its events; None where it has no such event."""
    codec, events = codec_of(contract, scenario.script.body), events_of(contract, scenario.script)
    if index >= len(events) or len(events) == 1:
        return None
    rest = [*events[:index], *events[index + 1 :]]
    text = "".join(text_of(contract, event) or "" for event in rest)
    script = scenario.script.with_body(write(codec, rest, Style()))
    return scenario.answered(script, replace(scenario.expected, text=text))


def varied(contract: Contract, scenario: Scenario, style: Style) -> Scenario:
    """Give the scenario with its answer in another style."""
    events = events_of(contract, scenario.script)
    if style.marks:
        text = "".join(f"{text}{style.marks}" for event in events if (text := text_of(contract, event)))
        scenario = replace(scenario, expected=replace(scenario.expected, text=text))
        events = tuple(_marked(contract, event, style.marks) for event in events)
    return scenario.answered(restyled(contract, scenario.script, events, style))


def _marked(contract: Contract, event: Event, marks: str) -> Event:
    text = text_of(contract, event)
    return with_text(contract, event, f"{text}{marks}") if text else event


def remarked(contract: Contract, scenario: Scenario, mark: str) -> Scenario:
    """Give the answer with an unknown member in its terminal marker."""
    events = [
        replace(event, value={**event.value, "x_new": mark}) if is_finish(contract, event) else event
        for event in events_of(contract, scenario.script)
    ]
    return scenario.answered(restyled(contract, scenario.script, events, Style()))


def restyled(contract: Contract, script: Script, events: Sequence[Event], style: Style) -> Script:
    """Give a reply with these events, under the head of another, in a style."""
    codec = codec_of(contract, script.body)
    if not style.last_line_end:
        events = _until_marker(contract, events)
    if style.unknown and (unknown := of_unknown_type(contract)) is not None:
        events = [one for event in events for one in (unknown, event)]
    if style.members:
        events = [replace(event, value=_with_unknown(contract, event.value)) for event in events]
    return _enveloped(script, write(codec, events, style), style)


def _until_marker(contract: Contract, events: Sequence[Event]) -> Sequence[Event]:
    """Drop what follows the terminal marker, but for the end sentinel."""
    last = next((index for index, event in enumerate(events) if is_finish(contract, event)), len(events))
    return [*events[: last + 1], *(event for event in events[last + 1 :] if event.value == contract.sentinel)]


def _with_unknown(contract: Contract, value: Any) -> Any:
    if isinstance(value, list):
        return [_with_unknown(contract, inner) for inner in value]
    if isinstance(value, dict):
        own = contract.model_json
        told = {name: inner if name in own else _with_unknown(contract, inner) for name, inner in value.items()}
        return {**_X_NEW, **told}
    return value


def _enveloped(script: Script, pieces: list[bytes], style: Style) -> Script:
    """Put the pieces of a body under a head, coded and cut."""
    headers = [_typed(header, style.media_type) for header in script.head.headers]
    script = script.with_head(headers=tuple(headers)).with_body(pieces)
    if style.coding:
        script = encoded(script, pieces, style.coding)
    if style.cut is Cut.EVENTS:
        return script
    return script.with_body([script.body] if style.cut is Cut.WHOLE else bytewise(script.body))


def labelled(script: Script, media_type: str | None) -> Script:
    """Give the reply under another content-type, or none."""
    others = tuple(header for header in script.head.headers if header[0].lower() != "content-type")
    return script.with_head(headers=others if media_type is None else (*others, ("content-type", media_type)))


def _typed(header: tuple[str, str], template: str) -> tuple[str, str]:
    name, value = header
    if name.lower() != "content-type":
        return header
    kind = value.partition(";")[0].strip()
    return name, template.format(type=kind, TYPE=kind.title())


def of_unknown_type(contract: Contract) -> Event | None:
    """Give an event of a type that the API does not have; None where events have no types.

    It carries text where the place of text says nothing by itself, as a member of the event does.
    """
    kind = contract.event_name or next(iter(contract.text.match), None)
    if kind is None:
        return None
    told = {path: "x_new" for path in contract.text.paths if len(steps_of(path)) == 1}
    return Event({kind: "x_new_event", **told}, "x_new_event" if contract.event_name else None)
