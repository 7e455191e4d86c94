"""A recording as data: calls, exchanges and provenance. How it is stored is the cassette's business."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Provenance(StrEnum):
    """Where the bytes came from. Nothing pretends to be live."""

    LIVE = "live"
    LOCAL_LLM = "local-llm"
    STAND_IN = "stand-in"
    IMPORTED = "imported"
    """Another tool's file tells so; nobody here saw the exchange."""


@dataclass(frozen=True)
class Call:
    """What the caller asks of a provider."""

    model: str
    messages: tuple[Mapping[str, Any], ...]
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """What a sound provider makes of a recording: text and finish, or the family of the exception."""

    text: str = ""
    finish: str | None = None
    error: str | None = None
    calls: tuple[Mapping[str, Any], ...] = ()
    """The tool calls that a made answer holds: ``id``, ``name``, ``arguments``."""
    usage: Mapping[str, int] | None = None
    """The usage that a made answer tells at last."""


@dataclass(frozen=True)
class Wire:
    """How a reply came over the wire: chunk sizes, when each came (seconds from the request), the ending."""

    chunks: tuple[int, ...]
    at: tuple[float, ...]
    end: str = "complete"
    head: float = 0.0
    """When the response head came, seconds from the request."""
    encoding: str | None = None
    """The original content-encoding; the body is kept decoded, the chunks count decoded bytes."""


@dataclass(frozen=True)
class Interaction:
    """One request and its reply, bodies decoded; scrubbed wherever it is kept."""

    method: str
    uri: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    wire: Wire


@dataclass(frozen=True)
class Recording:
    """One scenario recorded: the call, what went over the wire, what is expected of it, and where it is from."""

    provider: str
    scenario: str
    provenance: Provenance
    upstream: str
    """The service that answered, in words: ``g4f 8.8.6 gui, SmolLM2-135M by llama.cpp``."""
    recorded_at: str
    """ISO 8601 date and time, UTC; empty where an imported file tells none."""
    versions: Mapping[str, str]
    call: Call
    expected: Expected
    interactions: tuple[Interaction, ...]
