"""What a provider may yield beside ``str``. Knows nothing of HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FinishReason:
    """The end of a complete answer: stop, length, tool_calls or content_filter.

    ``raw`` is the upstream's own value. One that no table knows keeps its own name as ``reason``: it is
    never guessed to be ``stop``.
    """

    reason: str
    raw: Any = None

    def get_dict(self) -> dict[str, str]:
        """Give the reason as JSON."""
        return {"reason": self.reason}

    def __str__(self) -> str:
        return ""


class RawResponse:
    """One event of the upstream as it came; its members read as attributes.

    ``str`` gives the answer text that it carries, or nothing. A member whose name is taken by the class
    (``get_dict``, ``__class__``) is reached through ``get_dict`` alone.
    """

    def __init__(self, /, **event: Any) -> None:
        """Keep the members."""
        self._event = event

    def __getattr__(self, name: str) -> Any:
        event: dict[str, Any] = self.__dict__.get("_event", {})
        if name in event:
            return event[name]
        raise AttributeError(name)

    def get_dict(self) -> dict[str, Any]:
        """Give a copy of the event."""
        return dict(self._event)

    def __str__(self) -> str:
        text = self._event.get("content") if self._event.get("type") == "content" else None
        return text if isinstance(text, str) else ""

    def __repr__(self) -> str:
        return f"RawResponse({self._event!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawResponse) and other._event == self._event

    __hash__ = None  # type: ignore[assignment]  # its event is a dict


@dataclass(frozen=True)
class Reasoning:
    """Thought that is no part of the answer."""

    text: str


@dataclass(frozen=True)
class Usage:
    """Token counts by the upstream's names."""

    counts: Mapping[str, int]

    def get_dict(self) -> dict[str, int]:
        """Give the counts as JSON."""
        return dict(self.counts)


@dataclass(frozen=True)
class ToolCalls:
    """The complete tool calls of an answer, merged."""

    calls: tuple[Mapping[str, Any], ...]
