"""What a provider may yield beside ``str``. ``str(item)`` is the answer text that an item carries, often none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .messages import text_of


@dataclass(frozen=True)
class FinishReason:
    """Why a complete answer ended: stop, length, tool_calls, content_filter, or unknown with the ``raw`` value."""

    reason: str
    raw: Any = None

    def get_dict(self) -> dict[str, Any]:
        """Give the seed's dictionary."""
        return {"reason": self.reason}

    def __str__(self) -> str:
        return ""


class RawResponse:
    """One event as it came: each member is an attribute, unless a method has its name; ``get_dict`` has them all.

    ``str()`` gives the text of an event of type ``content``, else nothing.
    """

    __slots__ = ("_event",)

    def __init__(self, /, **event: Any) -> None:
        self._event = event

    def get_dict(self) -> dict[str, Any]:
        """Give all members of the event."""
        return dict(self._event)

    def __getattr__(self, name: str) -> Any:
        # Reached only where no real attribute has the name. Copying and pickling ask for dunder names and,
        # on a bare instance, for the slot: an event must not answer those.
        if name != "_event" and not name.startswith("__") and name in self._event:
            return self._event[name]
        raise AttributeError(f"expected a member of the event, got {name!r}")

    def __str__(self) -> str:
        return text_of(self._event.get("content")) if self._event.get("type") == "content" else ""

    def __repr__(self) -> str:
        return f"RawResponse({self._event!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawResponse) and self._event == other._event

    __hash__ = None  # type: ignore[assignment]  # its members need not be hashable


@dataclass(frozen=True)
class Usage:
    """The tokens that an answer took, as the upstream counts them."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class Reasoning:
    """A piece of the model's thinking, which is no answer text."""

    token: str

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class ToolCalls:
    """The calls of tools that the model asks for."""

    calls: tuple[Mapping[str, Any], ...]

    def __str__(self) -> str:
        return ""


Item = str | FinishReason | RawResponse | Usage | Reasoning | ToolCalls
