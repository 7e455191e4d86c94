"""How an answer is written: the freedoms that its wire format leaves. Pure.

Every field of ``Style`` is one freedom, so that any two combine; without any, ``write`` gives what
``framing.render`` gives. It knows formats, and neither contracts nor what a provider should make of them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from providers.contract import Codec

from ..frames import frame
from ..framing import Event


class Layout(StrEnum):
    """White space between the tokens of JSON (RFC 8259, 2)."""

    PLAIN = "plain"
    TIGHT = "tight"
    WIDE = "wide"
    PRETTY = "pretty"
    """Over several lines: in SSE that many data lines; impossible where a line is an event."""


class Cut(StrEnum):
    """How a body is cut into chunks."""

    EVENTS = "events"
    """One event each."""
    WHOLE = "whole"
    BYTES = "bytes"


_SEPARATORS = {Layout.TIGHT: (",", ":"), Layout.WIDE: (" ,  ", "\t:  ")}
BOM = "\ufeff"


@dataclass(frozen=True)
class Style:
    """One way to write an answer."""

    members: bool = False
    """Every object has an unknown member."""
    marks: str = ""
    """Characters that each text has at its end."""
    unknown: bool = False
    """Events of an unknown type stand before each event."""
    escaped: bool = False
    """Characters beyond ASCII, and slashes, are JSON escapes."""
    layout: Layout = Layout.PLAIN
    space: str = " "
    """What follows the colon of an SSE field."""
    before_json: str = ""
    """What stands before JSON in an SSE field, beside the usual space."""
    before_sentinel: str = ""
    name_last: bool = False
    """The name of an SSE event stands behind its data."""
    inside: tuple[str, ...] = ()
    """Lines before, between and after the lines of each SSE event."""
    between: tuple[tuple[str, ...], ...] = ()
    """Blocks of lines before each event and after the last, each closed by an empty line."""
    line_end: str = "\n"
    last_line_end: bool = True
    """False: nothing follows the last byte of the terminal marker."""
    bom: bool = False
    media_type: str = "{type}"
    """The content-type, where ``{type}`` is the recorded media type."""
    coding: str = ""
    """The content-encoding."""
    cut: Cut = Cut.EVENTS


def write(codec: Codec, events: Sequence[Event], style: Style) -> list[bytes]:
    """Give the bytes of each event, with what stands before it; those of the last with what follows it."""
    if codec is Codec.FRAMES:
        return [frame(event.value, lambda payload: _written(payload, style)) for event in events]
    pieces = _pieces(codec, [_text(event.value, style) for event in events], events, style)
    if not style.last_line_end:
        pieces[-1] = pieces[-1].rstrip("\r\n")
    if style.bom:
        pieces[0] = BOM + pieces[0]
    return [piece.encode(errors="surrogatepass") for piece in pieces]


def _text(value: Any, style: Style) -> str:
    if isinstance(value, str):
        return value
    indent = 1 if style.layout is Layout.PRETTY else None
    text = json.dumps(value, ensure_ascii=style.escaped, indent=indent, separators=_SEPARATORS.get(style.layout))
    return text.replace("/", "\\/") if style.escaped else text


def _written(value: Any, style: Style) -> str:
    return _text(value, style).replace("\n", style.line_end)


def _pieces(codec: Codec, texts: list[str], events: Iterable[Event], style: Style) -> list[str]:
    """Put what separates events around their texts."""
    if codec is Codec.TEXT:
        return texts
    if codec in {Codec.JSON, Codec.JSON_ARRAY}:
        texts = [text.replace("\n", style.line_end) for text in texts]
        return texts if codec is Codec.JSON else _elements(texts, style.line_end)
    blocks = [[text] for text in texts]
    if codec is Codec.SSE:
        blocks = [_fields(text, event, style) for text, event in zip(texts, events, strict=True)]
    noise = [line for block in style.between for line in (*block, "")]
    pieces = [_lines([*noise, *block], style.line_end) for block in blocks]
    pieces[-1] += _lines(noise, style.line_end)
    return pieces


def _lines(lines: Iterable[str], end: str) -> str:
    return "".join(line + end for line in lines)


def _elements(texts: list[str], end: str) -> list[str]:
    pieces = [f"[{texts[0]}", *(f"{end},\r\n{text}" for text in texts[1:])]
    return [*pieces[:-1], f"{pieces[-1]}{end}]"]


def _fields(text: str, event: Event, style: Style) -> list[str]:
    """Give the lines of an SSE event, with the blank one that closes it."""
    before = style.before_sentinel if isinstance(event.value, str) else style.before_json
    data = [f"data:{style.space}{before}{line}" for line in text.split("\n")]
    name = [] if event.name is None else [f"event:{style.space}{event.name}"]
    lines = [*data, *name] if style.name_last else [*name, *data]
    return [*style.inside, *(one for line in lines for one in (line, *style.inside)), ""]
