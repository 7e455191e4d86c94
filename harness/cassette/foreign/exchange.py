"""Makes one exchange of what a foreign file tells: headers and bodies in every spelling. Knows no file format."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import responses
from urllib.parse import urlsplit

from ...recording import Interaction, Wire
from ..shape import Shape
from ..store import HEADER_NAME, HEADER_VALUE
from .pieces import sizes
from .unpacking import unpacked

_URL = re.compile(r"https?://[^\s/?#\x00-\x1f\x7f-\x9f]+[^\s\x00-\x1f\x7f-\x9f]*")
_OF_THE_WIRE = frozenset(
    {"connection", "content-encoding", "content-length", "keep-alive", "proxy-connection", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
"""Headers of the connection, and those that the decoded body makes untrue."""
_TEXT_BODY = {"string", "encoding"}
_BASE64_BODY = {"base64_string", "encoding"}
_LATIN = 0xFF

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """A request as it was recorded."""

    method: Shape
    uri: Shape
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Answered:
    """A reply as it was recorded: the body as it is in the file, its coding perhaps taken off."""

    place: Shape
    status: int
    reason: str
    headers: Headers
    body: bytes


def exchange(asked: Asked, answered: Answered) -> Interaction:
    """Give the exchange with decoded bodies, in one piece per event, all at once, for nobody recorded the chunks."""
    coding = _header(answered.headers, "content-encoding")
    body = _unpacked(answered.place, answered.body, coding)
    pieces = sizes(body, _header(answered.headers, "content-type"))
    told = answered.reason if HEADER_VALUE.fullmatch(answered.reason) else ""
    return Interaction(
        method=asked.method.matching(HEADER_NAME, "a method"),
        uri=_url(asked.uri),
        request_headers=_without_wire(asked.headers),
        request_body=_unpacked(asked.uri, asked.body, _header(asked.headers, "content-encoding")),
        status=answered.status,
        reason=told or responses.get(answered.status, ""),
        headers=_without_wire(answered.headers),
        body=body,
        wire=Wire(pieces, (0.0,) * len(pieces), encoding=coding or None),
    )


def _url(shape: Shape) -> str:
    url = shape.matching(_URL, "an http(s) URL")
    try:
        urlsplit(url)
    except ValueError as error:  # brackets that hold no address
        raise shape.wrong("an http(s) URL") from error
    return url


def _unpacked(place: Shape, body: bytes, coding: str) -> bytes:
    try:
        return unpacked(body, coding)
    except ValueError as error:
        raise place.wrong("a body that can be read", str(error)) from error


def _header(headers: Headers, name: str) -> str:
    return ", ".join(value for header, value in headers if header.lower() == name)


def _without_wire(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in _OF_THE_WIRE)


def headers(shape: Shape | None) -> Headers:
    """Read headers, told as a mapping to a value or to values, as ``{name, value}``, or as names and values in turn.

    A value is text, a number, or binary; one of several lines is several values. ``:status`` and the like are left out.
    """
    if shape is None:
        return ()
    told = [(name, value) for name, value in _pairs(shape) if not name.startswith(":")]
    if odd := [name for name, _ in told if not HEADER_NAME.fullmatch(name)]:
        raise shape.wrong("names of headers", repr(odd[0][:40]))
    return tuple((name, line) for name, value in told for line in _lines(value))


def _pairs(shape: Shape) -> Iterator[tuple[str, Shape]]:
    if isinstance(shape.value, dict):
        for name, told in shape.members():
            yield from ((name, value) for value in (told.items() if isinstance(told.value, list) else [told]))
        return
    items = shape.items()
    if items and isinstance(items[0].value, str):
        if len(items) % 2:
            raise shape.wrong("names and values in turn", f"{len(items)} of them")
        yield from zip((name.text() for name in items[::2]), items[1::2], strict=True)
    else:
        yield from ((item.member("name").text(), item.member("value")) for item in items)


def _lines(value: Shape) -> Iterator[str]:
    """Give the value as it went over the wire, where characters beyond Latin-1 were UTF-8."""
    told = value.value
    if isinstance(told, bytes):
        text = told.decode("latin-1")
    elif isinstance(told, int) and not isinstance(told, bool):
        text = str(told)
    else:
        text = value.text()
    if any(ord(char) > _LATIN for char in text):
        text = text.encode(errors="surrogatepass").decode("latin-1")
    for line in text.split("\n"):
        if not HEADER_VALUE.fullmatch(line.strip()):
            raise value.wrong("the value of a header")
        yield line.strip()


def body(shape: Shape | None) -> bytes:
    """Read a body: text, binary, ``{string}``, ``{base64_string}``, null or missing for none, else a JSON value."""
    if shape is None:
        return b""
    told = shape.value
    if isinstance(told, dict) and told.keys() <= _TEXT_BODY and "string" in told:
        return shape.member("string").data()
    if isinstance(told, dict) and told.keys() <= _BASE64_BODY and "base64_string" in told:
        return base64_data(shape.member("base64_string"))
    return parsed(shape) if isinstance(told, dict | list) else shape.data()


def parsed(shape: Shape) -> bytes:
    """Write a JSON value, whose original bytes nobody recorded."""
    try:
        return json.dumps(shape.value, ensure_ascii=False).encode(errors="surrogatepass")
    except TypeError as error:
        raise shape.wrong("a JSON value", str(error)) from error


def base64_data(shape: Shape) -> bytes:
    """Decode base64; line ends in it are nothing."""
    try:
        return base64.b64decode("".join(shape.text().split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise shape.wrong("base64") from error


def hex_data(shape: Shape) -> bytes:
    """Decode hexadecimal digits."""
    try:
        return bytes.fromhex(shape.text())
    except ValueError as error:
        raise shape.wrong("hexadecimal digits") from error
