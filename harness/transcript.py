"""What was observed in one drive, frozen. Nothing here has been judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Via(StrEnum):
    """How a request came to the upstream."""

    ORIGIN = "origin"
    FORWARD = "forward"
    CONNECT = "connect"


@dataclass(frozen=True)
class Request:
    """A request as it stood on the wire: header names in their case and order, body bytes undecoded."""

    method: str
    target: str
    """The request target as sent: a path, or an absolute URL to a forward proxy."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    via: Via = Via.ORIGIN
    authority: str = ""
    """``host:port`` that the client meant, from CONNECT, the absolute target or the Host header."""
    scheme: str = "http"

    @property
    def path(self) -> str:
        """The path and query of the target."""
        _, mark, rest = self.target.partition("://")
        return "/" + rest.partition("/")[2] if mark else self.target

    def header(self, name: str) -> str | None:
        """Give the value of a header, all its lines joined; None when absent."""
        lines = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(lines) if lines else None


class Ending(StrEnum):
    """How the upstream's side of an exchange ended."""

    COMPLETE = "complete"
    RESET = "reset"
    HALF_CLOSED = "half-closed"
    CLIENT_LEFT = "client left"
    UNFINISHED = "unfinished"


@dataclass(frozen=True)
class Exchange:
    """One request, and how far the upstream came with its script."""

    request: Request
    chunks_sent: int
    ending: Ending
    gates_expired: tuple[str, ...] = ()
    """Gates that nobody released within their limit."""


class Kind(StrEnum):
    """What a yielded item is."""

    TEXT = "text"
    FINISH = "finish"
    RAW = "raw"
    REASONING = "reasoning"
    USAGE = "usage"
    TOOL_CALLS = "tool calls"
    OTHER = "other"


class Item(NamedTuple):
    """One yielded item as plain data; a tuple, since a drive makes hundreds."""

    kind: Kind
    value: Any
    """Text: the str. Finish: the reason. Raw: the event as a dict. Other: its ``repr``, bounded."""
    text: str = ""
    """The answer text that the item carries."""
    type: str = "str"
    raw: Any = None
    """Finish: its further members, such as the raw stop value."""


@dataclass(frozen=True)
class Raised:
    """The exception that ended a drive."""

    type: str
    """Module and qualified name."""
    family: str | None
    """``ValueError`` or ``RuntimeError`` by inheritance; None for any other."""
    own: bool
    """The class is the builtin itself or defined in the provider's own package."""
    deliberate: bool
    """A ``raise`` statement in the provider's own code raised it."""
    frame: str
    """``file:line function`` of the innermost frame."""
    text: str
    everything: str
    """Messages, notes, ``repr`` and ``args`` of the whole chain and of groups, for leak searches."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Its public plain attributes: status, retry_after, partial, ..."""


class Course(StrEnum):
    """How the consumer's side of a drive ended."""

    FINISHED = "finished"
    RAISED = "raised"
    CLOSED = "closed early"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class Transcript:
    """Everything observed while one provider was driven through one scenario."""

    course: Course
    items: tuple[Item, ...]
    exchanges: tuple[Exchange, ...]
    raised: Raised | None = None
    seconds: float = 0.0
    mutated: tuple[str, ...] = ()
    """Arguments of the caller that were no longer equal to a deep copy made before."""
    leftovers: tuple[str, ...] = ()
    """Tasks, warnings and connections that stayed behind."""
    threads: tuple[str, ...] = ()
    """Threads that were still at work when the drive had ended."""
    logs: tuple[str, ...] = ()
    escapes: tuple[str, ...] = ()
    """Addresses beyond loopback that the provider tried to reach."""

    @property
    def text(self) -> str:
        """The answer text, joined."""
        return "".join(item.text for item in self.items)

    @property
    def finishes(self) -> tuple[str, ...]:
        """The reasons of all finish items."""
        return self._of(Kind.FINISH)

    @property
    def calls(self) -> tuple[dict[str, Any], ...]:
        """The tool calls of all items: ``id``, ``name``, ``arguments``."""
        return tuple(_call(call) for members in self._of(Kind.TOOL_CALLS) for call in _first_list(members))

    @property
    def usages(self) -> tuple[Mapping[str, Any], ...]:
        """The members of all usage items."""
        return self._of(Kind.USAGE)

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests that reached the upstream."""
        return tuple(exchange.request for exchange in self.exchanges)

    @property
    def meaning(self) -> dict[str, Any]:
        """What a variation must leave equal: text, finish, reasoning, other items, failure; never piece boundaries.

        Raw events are left out: see ``expectation.meaning``.
        """
        others = [item.value for item in self.items if item.kind not in _IN_PIECES]
        thoughts = self._of(Kind.REASONING)
        return {
            "text": self.text,
            "finish": list(self.finishes),
            "reasoning": "".join(str(part) for members in thoughts for part in members.values()),
            "events": others,
            "raised": self.raised.family or self.raised.type if self.raised else None,
            "course": str(self.course),
        }

    @property
    def whole(self) -> dict[str, Any]:
        """The meaning and all raw events: what a recording must give again."""
        return {**self.meaning, "raw": list(self._of(Kind.RAW))}

    def _of(self, kind: Kind) -> tuple[Any, ...]:
        return tuple([item.value for item in self.items if item.kind is kind])


_IN_PIECES = (Kind.RAW, Kind.TEXT, Kind.FINISH, Kind.REASONING)  # a tuple: members of an Enum are slow to hash


def _first_list(members: Mapping[str, Any]) -> list[Any]:
    """Give the calls of an item, whatever its member is called."""
    return next((member for member in members.values() if isinstance(member, list)), [])


def _call(call: Any) -> dict[str, Any]:
    """Read one call in the shape of OpenAI (``function.name``) or flat."""
    call = call if isinstance(call, Mapping) else {}
    inner = call.get("function", call)
    return {"id": call.get("id"), "name": inner.get("name"), "arguments": inner.get("arguments")}
