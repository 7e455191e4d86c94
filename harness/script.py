"""What an upstream does with one request, step by step, as data. Knows no socket and no provider."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

JSON = ("content-type", "application/json")
HTML = ("content-type", "text/html; charset=utf-8")
TEXT = ("content-type", "text/plain; charset=utf-8")


class Framing(StrEnum):
    """How the end of a body is told (RFC 9112, 6.3)."""

    CHUNKED = "chunked"
    LENGTH = "content-length"
    CLOSE = "close-delimited"


@dataclass(frozen=True)
class Send:
    """Send the status line and headers; ``length`` overrides the Content-Length that is declared."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    framing: Framing = Framing.CHUNKED
    length: int | None = None


@dataclass(frozen=True)
class Chunk:
    """Send these bytes of the body in one write."""

    data: bytes


@dataclass(frozen=True)
class Sleep:
    """Wait so many seconds, or for ever, unless the client leaves first."""

    seconds: float


@dataclass(frozen=True)
class Gate:
    """Wait until the gate of this name is released, or its limit has passed (which is noted)."""

    name: str


@dataclass(frozen=True)
class Reset:
    """End the connection by RST."""


@dataclass(frozen=True)
class HalfClose:
    """End the connection by FIN without completing the body."""


@dataclass(frozen=True)
class Close:
    """Complete the body, then close the connection."""


Step = Send | Chunk | Sleep | Gate | Reset | HalfClose | Close

STALL = Sleep(math.inf)
"""Say nothing more for as long as the client stays."""


@dataclass(frozen=True)
class Script:
    """The steps of one reply. At their end the body is complete and the connection stays open."""

    steps: tuple[Step, ...]

    @cached_property
    def head(self) -> Send:
        """The status and headers that are sent."""
        return next(step for step in self.steps if isinstance(step, Send))

    @cached_property
    def body(self) -> bytes:
        """All bytes of the body, joined."""
        return b"".join(step.data for step in self.steps if isinstance(step, Chunk))

    def with_body(self, pieces: Iterable[bytes], *ending: Step) -> "Script":
        """Give the same head with these pieces as chunks, and this ending."""
        chunks = (Chunk(piece) for piece in pieces if piece)
        return Script((self.head, *chunks, *ending))

    def with_head(self, **changes: object) -> "Script":
        """Give the same steps under a changed head."""
        head = replace(self.head, **changes)  # type: ignore[arg-type]
        return Script(tuple(head if isinstance(step, Send) else step for step in self.steps))


def reply(
    body: bytes = b"",
    *,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (),
    framing: Framing = Framing.CHUNKED,
) -> Script:
    """Give the script of a plain reply in one chunk."""
    return Script((Send(status, tuple(headers), framing),)).with_body([body])
