"""Reads a YAML document of untrusted text into plain values: text, bytes, numbers, lists, mappings. Pure.

It builds the values from the events of libyaml's parser and not by its composer, which follows aliases and whose
recursion a deep document overflows. So there are no tags but ``!!binary``, no aliases, no directives, and bounds on
depth and number of values. Who must read more amends the events first.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from . import libyaml

DEEPEST = 64
"""Levels of a document."""
MOST = 500_000
"""Values of a document; libyaml gives some 300,000 a second."""
_SHOWN = 80
"""Characters of a message that come from the document."""
_BINARY = "tag:yaml.org,2002:binary"
_PLAIN_TAGS = {None, "!", "tag:yaml.org,2002:str"}
_DIRECTIVE = re.compile(r"^\ufeff?%", re.MULTILINE)
"""libyaml takes quadratic time for many; cassettes have none."""
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,300})")
_NUMBER = re.compile(r"-?\d{1,300}\.\d{0,300}(e[-+]\d{1,3})?")
"""Numbers as PyYAML writes them; text that looks like one is quoted."""


Amend = Callable[[Iterator[yaml.Event]], Iterator[yaml.Event]]
"""Turns events that have no place in a plain document into others; it must bound what it adds."""


def parse(text: str, amend: Amend = iter) -> Any:
    """Give the value of the only document, None when there is none; ValueError says what is wrong and where."""
    if found := _DIRECTIVE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"line {line}: expected no directive, got {text[found.start() : found.start() + _SHOWN]!a}")
    try:
        return _document(amend(yaml.parse(text, libyaml.loader())))
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())[:200]) from error


def _document(events: Iterator[yaml.Event]) -> Any:
    open_: list[Any] = [[]]
    """The collections around the current place; a mapping is gathered as its names and values in turn."""
    starts: list[yaml.Event] = []
    documents = values = 0
    for event in events:
        values += isinstance(event, yaml.NodeEvent)
        if values > MOST:
            raise wrong(f"at most {MOST} values", "more", event)
        match event:
            case yaml.ScalarEvent():
                open_[-1].append(_scalar(event))
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                starts.append(event)
                open_.append([])
                _check_start(event, len(starts))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                start, parts = starts.pop(), open_.pop()
                open_[-1].append(_mapping(parts, start) if isinstance(event, yaml.MappingEndEvent) else parts)
            case yaml.AliasEvent():
                raise wrong("no alias", f"*{event.anchor}", event)
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise wrong("one document", "another", event)
            case _:  # ends of documents, start and end of the stream
                pass
    return next(iter(open_[0]), None)


def _check_start(event: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise wrong(f"at most {DEEPEST} levels", "more", event)
    if event.tag not in {None, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}:
        raise wrong("no tag", event.tag, event)


def _scalar(event: Any) -> Any:
    value: str = event.value
    if event.tag == _BINARY:
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise wrong("base64", f"{value[:40]!a}", event) from error
    if event.tag not in _PLAIN_TAGS:
        raise wrong("no tag but !!binary", event.tag, event)
    if event.tag is not None or event.style:
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if _NUMBER.fullmatch(value) else value


def _mapping(parts: list[Any], start: yaml.Event) -> dict[str, Any]:
    names = parts[::2]
    if odd := [name for name in names if not isinstance(name, str)]:
        raise wrong("names that are text", f"{odd[0]!a:.40}", start)
    mapping = dict(zip(names, parts[1::2], strict=True))
    if len(mapping) != len(names):
        raise wrong("each name once", repr(Counter(names).most_common(1)[0][0]), start)
    return mapping


def wrong(expected: str, got: str, event: Any) -> ValueError:
    """Make the error that says what was expected at an event."""
    shown = "".join(char if char.isprintable() else "?" for char in got[:_SHOWN])
    return ValueError(f"line {event.start_mark.line + 1}: expected {expected}, got {shown}")
