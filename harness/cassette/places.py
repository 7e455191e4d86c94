"""Tells on which lines values of a YAML document begin. Pure; knows no cassette."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from . import libyaml


@dataclass
class _Open:
    """A collection that has begun and not ended; ``way`` is None where nothing within is asked for."""

    way: str | None
    is_list: bool
    name: str | None = None
    """The name in a mapping whose value comes next, and its line."""
    line: int = 0
    index: int = 0

    def next_way(self) -> str | None:
        """Give the way to the value that comes now."""
        way, name = self.way, self.name
        self.name, self.index = None, self.index + 1
        if way is None:
            return None
        return f"{way}[{self.index - 1}]" if self.is_list else f"{way}.{name}".lstrip(".")


def lines(text: str, ways: Collection[str]) -> dict[str, int]:
    """Give the line of each way (``interactions[0].request``) in a document that has been parsed, from 1.

    A member begins with its name. Where there is no such value it is the line of what would hold it.
    """
    found: dict[str, int] = {}
    for way, line in _walk(text, ways):
        found.update((asked, line) for asked in ways if _within(asked, way))
    return found


def _walk(text: str, ways: Collection[str]) -> Iterator[tuple[str, int]]:
    """Give what is asked for and what holds it, the outer before the inner."""
    stack: list[_Open] = []
    for event in yaml.parse(text, libyaml.loader()):
        inner = stack[-1] if stack else None
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            stack.pop()
        elif isinstance(event, yaml.ScalarEvent) and inner and not inner.is_list and inner.name is None:
            inner.name, inner.line = event.value, _line(event)
        elif isinstance(event, yaml.NodeEvent):
            line = inner.line if inner and not inner.is_list else _line(event)
            way = inner.next_way() if inner else ""
            if not any(_within(asked, way) for asked in ways):
                way = None  # so that a deep document makes no long ways
            if way is not None:
                yield way, line
            if isinstance(event, yaml.CollectionStartEvent):
                stack.append(_Open(way, isinstance(event, yaml.SequenceStartEvent)))


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def _within(asked: str, way: str | None) -> bool:
    return way is not None and (way in {"", asked} or asked.startswith((f"{way}.", f"{way}[")))
