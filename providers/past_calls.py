"""Tools and calls of them as callers tell them, in OpenAI's shape, taken apart for other APIs. No I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .codecs import Malformed, parse_object
from .errors import RequestRefused


@dataclass(frozen=True)
class PastCall:
    """One call that the model has asked for."""

    id: str | None
    name: str
    arguments: dict[str, Any]


def past_calls(message: Mapping[str, Any]) -> Iterator[PastCall]:
    """Give the calls in ``tool_calls`` of a message of the assistant; what is none is ValueError."""
    calls = message.get("tool_calls") or []
    for call in calls if isinstance(calls, list) else [calls]:
        function = function_of(call)
        if function is None or not isinstance(function.get("name"), str):
            raise RequestRefused("tool_calls: expected calls of named functions, got something else")
        yield PastCall(call.get("id"), function["name"], _object(function.get("arguments")))


def function_of(value: Any) -> Mapping[str, Any] | None:
    """Give what stands at ``function`` of a call, a tool or a choice of one; None where there is no such level."""
    function = value.get("function") if isinstance(value, Mapping) else None
    return function if isinstance(function, Mapping) else None


def _object(arguments: Any) -> dict[str, Any]:
    """Read arguments, which are JSON text, no text at all, or the object itself."""
    if isinstance(arguments, dict):
        return arguments
    try:
        return parse_object((arguments or "{}").encode())
    except (Malformed, AttributeError):
        problem = "arguments that are no JSON object"
    raise RequestRefused(f"tool_calls: expected calls of named functions, got {problem}")
