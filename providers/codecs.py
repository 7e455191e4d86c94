"""Incremental decoders: bytes in, events out. No I/O.

``feed`` and ``close`` are generators: what they give depends on the bytes alone, never on how they were cut,
so an event that precedes garbage is given before ``Malformed`` is raised. Exhaust one before the next call.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

_BOM = codecs.BOM_UTF8
_EXCERPT = 80
_LINE_END = re.compile(rb"\r\n|\r|\n")

Event_co = TypeVar("Event_co", covariant=True)


class Malformed(Exception):
    """The bytes are not what the codec reads."""


class Decoder(Protocol[Event_co]):
    """What every codec offers."""

    def feed(self, data: bytes) -> Iterator[Event_co]:
        """Give the events that these bytes complete."""

    def close(self) -> Iterator[Event_co]:
        """Give what the end of the bytes completes."""


class Text:
    """UTF-8 text as it comes. A leading BOM is skipped, an invalid byte becomes U+FFFD, a cut character waits."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")

    def feed(self, data: bytes) -> Iterator[str]:
        """Give the characters that these bytes complete."""
        if text := self._decoder.decode(data):
            yield text

    def close(self) -> Iterator[str]:
        """Give nothing; an end within a character is ``Malformed``."""
        if self._decoder.getstate()[0]:
            raise Malformed("the text ends within a character")
        yield from ()


class _Lines:
    """Cuts bytes at line ends, in linear time however small the pieces are."""

    def __init__(self, *, only_lf: bool) -> None:
        self._only_lf = only_lf
        self._rest = bytearray()
        self._after_cr = False
        self._first = True

    def feed(self, data: bytes) -> list[bytes]:
        if self._after_cr and data:
            data, self._after_cr = data.removeprefix(b"\n"), False  # the other half of a cut CRLF
        if b"\n" not in data and (self._only_lf or b"\r" not in data):
            self._rest += data
            return []
        self._after_cr = not self._only_lf and data.endswith(b"\r")
        first, *lines = data.split(b"\n") if self._only_lf else _LINE_END.split(data)
        lines.insert(0, bytes(self._rest) + first)
        self._rest = bytearray(lines.pop())
        return self._without_bom(lines)

    def close(self) -> list[bytes]:
        return self._without_bom([bytes(self._rest)]) if self._rest else []

    def _without_bom(self, lines: list[bytes]) -> list[bytes]:
        if self._first:
            lines[0], self._first = lines[0].removeprefix(_BOM), False
        return lines


def parse_json(data: bytes) -> Any:
    """Read one JSON document; a lone surrogate in it becomes U+FFFD, so that every str can be encoded."""
    try:
        value = json.loads(data.removeprefix(_BOM).decode())
        return _encodable(value) if b"\\u" in data else value
    except (ValueError, RecursionError):  # no JSON, no UTF-8, a number too long or nesting too deep
        excerpt = data[:_EXCERPT].decode(errors="replace")
    raise Malformed(f"expected JSON, got {excerpt!r}" if excerpt else "expected JSON, got nothing")


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_encodable(member) for member in value]
    if isinstance(value, dict):
        return {_encodable(name): _encodable(member) for name, member in value.items()}
    return value


def parse_object(data: bytes) -> dict[str, Any]:
    """Read one JSON document that is an object."""
    value = parse_json(data)
    if isinstance(value, dict):
        return value
    raise Malformed(f"expected a JSON object, got {data[:_EXCERPT].decode(errors='replace')!r}")


class JsonLines:
    """One JSON object per line. Only LF ends a line; blank lines and white space around are skipped."""

    def __init__(self) -> None:
        self._lines = _Lines(only_lf=True)

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Give the objects whose lines these bytes complete."""
        return self._objects(self._lines.feed(data))

    def close(self) -> Iterator[dict[str, Any]]:
        """Give the object of a last line without line end; cut JSON there is ``Malformed``, the answer is cut."""
        return self._objects(self._lines.close())

    @staticmethod
    def _objects(lines: list[bytes]) -> Iterator[dict[str, Any]]:
        for line in lines:
            if line.strip(b" \t\r"):
                yield parse_object(line)


@dataclass(frozen=True)
class ServerSentEvent:
    """One dispatched event (WHATWG HTML 9.2.6)."""

    name: str
    raw: bytes
    """The data as it came: its lines joined by LF."""
    last_event_id: str = ""

    @property
    def data(self) -> str:
        """The data as text; an invalid byte is U+FFFD."""
        return self.raw.decode(errors="replace")


class ServerSentEvents:
    """``text/event-stream`` as WHATWG HTML 9.2.6 reads it, but for ``close``."""

    def __init__(self) -> None:
        self._lines = _Lines(only_lf=False)
        self._name = ""
        self._data: list[bytes] = []
        self._id = ""
        self.last_event_id = ""
        self.retry: int | None = None
        """Milliseconds to wait before connecting again."""

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        """Give the events that a blank line in these bytes ends."""
        return self._events(self._lines.feed(data))

    def close(self) -> Iterator[ServerSentEvent]:
        """Give the event that the end leaves without its blank line.

        A browser drops it. LLM servers omit the last line end, and what was cut within an event does not
        parse or lacks the terminal marker.
        """
        return self._events([*self._lines.close(), b""])

    def _events(self, lines: list[bytes]) -> Iterator[ServerSentEvent]:
        for line in lines:
            if line:
                self._field(line)
            else:
                yield from self._dispatch()

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value.decode(errors="replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode(errors="replace")
        elif name == b"retry" and value.isdigit():
            self.retry = int(value[:_EXCERPT])

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        name, data = self._name or "message", self._data
        self._name, self._data, self.last_event_id = "", [], self._id
        if data:
            yield ServerSentEvent(name, b"\n".join(data), self._id)


class JsonEvents:
    """Server-sent events whose data is one JSON object each; events with blank data are skipped.

    Where an object lacks ``name_member``, the name of its event stands there. The ``sentinel``, a datum that is no
    JSON, comes as an object with it as its name: ``{"type": "[DONE]"}``.
    """

    def __init__(self, name_member: str, sentinel: str | None = None) -> None:
        self._name_member = name_member
        self._sentinel = sentinel
        self._events = ServerSentEvents()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Give the objects of the events that these bytes complete."""
        return self._objects(self._events.feed(data))

    def close(self) -> Iterator[dict[str, Any]]:
        """Give the object of a last event without its blank line."""
        return self._objects(self._events.close())

    def _objects(self, events: Iterator[ServerSentEvent]) -> Iterator[dict[str, Any]]:
        for event in events:
            data = event.raw.strip()
            if self._sentinel is not None and data.startswith(self._sentinel.encode()):
                yield {self._name_member: self._sentinel}
            elif data:
                value = parse_object(event.raw)
                if value.get(self._name_member) is None and event.name != "message":
                    value[self._name_member] = event.name
                yield value


class EitherJson:
    """Server-sent events of JSON, or JSON lines or another form: the first byte beyond BOM and blanks is its mark."""

    def __init__(
        self, name_member: str, mark: bytes = b"{", marked: Callable[[], Decoder[dict[str, Any]]] = JsonLines
    ) -> None:
        self._name_member = name_member
        self._mark = mark
        self._marked = marked
        self._head = b""
        self._chosen: Decoder[dict[str, Any]] | None = None

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Give the objects that these bytes complete."""
        if self._chosen is None:
            self._head += data
            if _BOM.startswith(self._head):  # nothing yet, or a BOM that is still coming
                return
            data = self._head = self._head.removeprefix(_BOM).lstrip()
            if not data:
                return
            self._chosen = self._marked() if data.startswith(self._mark) else JsonEvents(self._name_member)
        yield from self._chosen.feed(data)

    def close(self) -> Iterator[dict[str, Any]]:
        """Give what the end completes."""
        if self._chosen is not None:
            yield from self._chosen.close()
