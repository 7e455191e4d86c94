"""Turns aliases and the harmless Python tags of vcrpy's files into plain YAML events. Builds no value, runs nothing.

An alias stands for a copy of what it names, within a bound. ``!!python/str``, ``unicode``, ``bytes`` and ``tuple`` are
the plain things; ``multidict`` names of headers and ``BytesIO`` bodies are their content. Any other tag stays and is
refused by the document.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from .. import document
from ..source import LARGEST

_YAML = "tag:yaml.org,2002:"
_SCALARS = {
    f"{_YAML}python/str": f"{_YAML}str",
    f"{_YAML}python/unicode": f"{_YAML}str",
    f"{_YAML}python/bytes": f"{_YAML}binary",
}
_TUPLE = f"{_YAML}python/tuple"
_NAME = re.compile(re.escape(_YAML) + r"python/object/(apply|new):multidict\.[\w.]*istr")
_BUFFER = f"{_YAML}python/object/new:_io.BytesIO"
_MOST_WRAPPED = 16
"""Events of a wrapped name or buffer."""
_MOST_COPIED = 200_000
"""Events that are copied, or kept for a copy."""
_STARTS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


def amend(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """Give the events of a plain document; ValueError for an alias bomb, a circle, or an odd wrapping."""
    return _without_tags(_Aliases().expanded(events))


@dataclass
class _Anchored:
    """A value that has a name, as far as its events have come."""

    name: str
    events: list[yaml.Event] = field(default_factory=list)
    depth: int = 0

    def complete(self, event: yaml.Event) -> bool:
        """Take the next event; tell whether it was the last."""
        self.events.append(event)
        self.depth += isinstance(event, _STARTS) - isinstance(event, _ENDS)
        return self.depth == 0


class _Aliases:
    """What has been named so far, and how much more may be copied: events, and characters of scalars."""

    def __init__(self) -> None:
        self._known: dict[str, list[yaml.Event]] = {}
        self._open: list[_Anchored] = []
        self._events = _MOST_COPIED
        self._characters = LARGEST

    def expanded(self, events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
        """Put the events of what is meant in the place of each alias."""
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._known:
                    raise document.wrong("an alias of an earlier whole value", f"*{event.anchor}", event)
                copies = self._known[event.anchor]
                for copy in copies:
                    yield self._noted(copy, copied=True)
            else:
                if anchor := getattr(event, "anchor", None):
                    self._open.append(_Anchored(anchor))
                yield self._noted(event)

    def _noted(self, event: yaml.Event, *, copied: bool = False) -> yaml.Event:
        """Add an event to all named values that are open."""
        self._events -= copied + len(self._open)
        self._characters -= len(event.value) if copied and isinstance(event, yaml.ScalarEvent) else 0
        if self._events < 0 or self._characters < 0:
            raise document.wrong("aliases that stand for little", "an alias bomb", event)
        for anchored in self._open:
            if anchored.complete(event):
                self._known[anchored.name] = anchored.events
        self._open = [anchored for anchored in self._open if anchored.depth]
        return event


def _without_tags(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    for event in events:
        tag = getattr(event, "tag", None) or ""
        if isinstance(event, yaml.ScalarEvent) and tag in _SCALARS:
            event.tag = _SCALARS[tag]
        elif isinstance(event, yaml.SequenceStartEvent) and tag == _TUPLE:
            event.tag = None
        elif isinstance(event, yaml.SequenceStartEvent) and _NAME.fullmatch(tag):
            yield _wrapped(event, events, 0)
            continue
        elif isinstance(event, yaml.MappingStartEvent) and tag == _BUFFER:
            yield _wrapped(event, events, 1)  # {state: [content, position, attributes]}
            continue
        yield event


def _wrapped(start: Any, events: Iterator[yaml.Event], index: int) -> yaml.Event:
    """Give one of the scalars within a collection, which is read to its end."""
    gathered: list[yaml.Event] = []
    depth = 1
    while depth and len(gathered) < _MOST_WRAPPED:
        event = next(events)
        gathered.append(event)
        depth += isinstance(event, _STARTS) - isinstance(event, _ENDS)
    scalars = [event for event in gathered if isinstance(event, yaml.ScalarEvent)]
    if depth or len(scalars) <= index:
        raise document.wrong("one name or buffer", f"more or less within {start.tag}", start)
    return scalars[index]
