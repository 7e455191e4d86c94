"""Incremental decoders: bytes in, events out, no I/O. The harness writes its own, so that a bug here cannot hide.

Each decoder has ``feed(data)`` for bytes as they come and ``end()`` for the end of a complete body; both
give the events that are complete by then. What is not JSON where JSON is due raises ``Garbage``.
"""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

_BOM = b"\xef\xbb\xbf"


class Garbage(Exception):
    """A piece of a body is not what the codec says. ``data`` may show secrets that an upstream echoes."""

    def __init__(self, expected: str, data: bytes) -> None:
        """Keep the bytes apart from the text."""
        super().__init__(f"expected {expected}, got {len(data)} other bytes")
        self.expected = expected
        self.data = data


class Decoder(Protocol):
    """Turns the bytes of one body into events."""

    def feed(self, data: bytes) -> Iterator[Any]:
        """Take the next bytes."""

    def end(self) -> Iterator[Any]:
        """Take the end of the body."""


class TextDecoder:
    """Plain UTF-8 text; a character that is cut waits for its rest, an invalid one becomes U+FFFD."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes) -> Iterator[str]:
        """Give the text that is complete."""
        text = self._decoder.decode(data)
        if text:
            yield text

    def end(self) -> Iterator[str]:
        """Give what is left of a cut character."""
        text = self._decoder.decode(b"", final=True)
        if text:
            yield text


class LineDecoder:
    """Lines without their ends; ``ends`` says whether CR alone ends one too. A leading BOM is skipped.

    Bytes are split, never ``str``: U+2028, U+0085, VT or FF inside a line end nothing.
    """

    def __init__(self, *, cr: bool) -> None:
        self._cr = cr
        self._parts: list[bytes] = []
        self._start: bytes | None = b""
        self._after_cr = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give the lines that are complete."""
        data = self._without_bom(data)
        if self._cr and data:
            if self._after_cr and data.startswith(b"\n"):
                data = data[1:]
            self._after_cr = data.endswith(b"\r") if data else False
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = data.split(b"\n")
        for line in lines:
            yield b"".join([*self._parts, line])
            self._parts.clear()
        if rest:
            self._parts.append(rest)

    def end(self) -> Iterator[bytes]:
        """Give the last line, which no line end follows."""
        yield b"".join([self._start or b"", *self._parts])
        self._parts.clear()

    def _without_bom(self, data: bytes) -> bytes:
        if self._start is None:
            return data
        data = self._start + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._start = data
            return b""
        self._start = None
        return data.removeprefix(_BOM)


class NdjsonDecoder:
    """One JSON document per line; blank lines separate nothing."""

    def __init__(self) -> None:
        self._lines = LineDecoder(cr=False)

    def feed(self, data: bytes) -> Iterator[Any]:
        """Give the documents of the lines that are complete."""
        for line in self._lines.feed(data):
            yield from _document(line)

    def end(self) -> Iterator[Any]:
        """Give the document of the last line."""
        for line in self._lines.end():
            yield from _document(line)


def _document(line: bytes) -> Iterator[Any]:
    if line.strip(b" \t\r"):
        yield json_document(line)


def json_document(data: bytes) -> Any:
    """Read one JSON document (RFC 8259); lone surrogates of its escapes become U+FFFD."""
    try:
        return _encodable(json.loads(data.decode(errors="replace")))
    except (ValueError, RecursionError) as error:
        raise Garbage("JSON", data) from error


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_encodable(member) for member in value]
    if isinstance(value, dict):
        return {_encodable(name): _encodable(member) for name, member in value.items()}
    return value


@dataclass(frozen=True)
class ServerSentEvent:
    """One event of an event stream (WHATWG HTML, 9.2.6)."""

    event: str
    data: str
    id: str = ""
    retry: int | None = None

    def json(self) -> Any:
        """Read the data as JSON."""
        return json_document(self.data.encode())


class SseDecoder:
    """Server-sent events (WHATWG HTML, 9.2.5 and 9.2.6), with one liberty.

    The standard drops an event that no blank line follows; here it counts at the end of a complete body,
    for servers that omit the last line end.
    """

    def __init__(self) -> None:
        self._lines = LineDecoder(cr=True)
        self._event = ""
        self._data: list[str] = []
        self._id = ""
        self._retry: int | None = None

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        """Give the events that are complete."""
        for line in self._lines.feed(data):
            yield from self._take(line)

    def end(self) -> Iterator[ServerSentEvent]:
        """Give the event that no blank line followed."""
        for line in self._lines.end():
            yield from self._take(line)
        yield from self._dispatch()

    def _take(self, line: bytes) -> Iterator[ServerSentEvent]:
        if not line:
            yield from self._dispatch()
            return
        field, _, value = line.decode(errors="replace").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._event = value
        elif field == "id" and "\0" not in value:
            self._id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self._retry = int(value)

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        if self._data:
            yield ServerSentEvent(self._event or "message", "\n".join(self._data), self._id, self._retry)
        self._event, self._data = "", []


class EitherDecoder:
    """JSON documents, framed as lines or as the data of server-sent events: the first byte tells which."""

    def __init__(self) -> None:
        self._start = b""
        self._decoder: NdjsonDecoder | SseDecoder | None = None

    def feed(self, data: bytes) -> Iterator[Any]:
        """Give the documents that are complete."""
        if self._decoder is None:
            self._start += data
            first = self._start.removeprefix(_BOM).lstrip(b" \t\r\n")[:1]
            if not first or _BOM.startswith(self._start):
                return
            self._decoder = NdjsonDecoder() if first in b"{[" else SseDecoder()
            data = self._start
        yield from map(_data, self._decoder.feed(data))

    def end(self) -> Iterator[Any]:
        """Give what the last line or event holds."""
        if self._decoder is not None:
            yield from map(_data, self._decoder.end())


def _data(event: Any) -> Any:
    return event.json() if isinstance(event, ServerSentEvent) else event
