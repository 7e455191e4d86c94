"""What the events and documents of Cohere's chat API mean. No I/O."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import UpstreamFailed
from ..finish import finish_of
from ..in_band import error_in
from ..response import FinishReason, Item, Reasoning, ToolCalls, Usage
from ..tool_calls import Assembly

_FINISHES = {"COMPLETE": "stop", "STOP_SEQUENCE": "stop", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls"}
_FAILURES = ("error", "fail", "timeout", "malformed")
_ERRORS = {"error", None}
"""Types of an event that tells a failure, if it has words at the place of an error body's."""


class Reading:
    """One answer as it comes: the items of each event, and what can be told at the end alone."""

    def __init__(self) -> None:
        self._calls = Assembly()
        self._finish: FinishReason | None = None
        self._usage: Mapping[str, Any] = {}

    def event(self, event: Mapping[str, Any]) -> Iterator[Item]:
        """Give what an event of a stream adds; one of an unknown type adds nothing."""
        kind, delta = event.get("type"), _object(event.get("delta"))
        message = _object(delta.get("message"))
        match kind:
            case "content-start" | "content-delta":
                yield from _contents([message.get("content")])
            case "tool-plan-delta":
                yield from _plan(message)
            case "tool-call-start" | "tool-call-delta":
                self._add_calls(message.get("tool_calls"), event.get("index"))
            case "message-end":
                self._end(delta)
            case _ if kind in _ERRORS and (event.get("message") or event.get("error")):
                raise error_in(event, event)

    def document(self, document: Any) -> Iterator[Item]:
        """Give what a whole answer holds."""
        if not isinstance(document, Mapping):
            raise UpstreamFailed(f"expected a JSON object, got a value of type {type(document).__name__}")
        message = document.get("message")
        if not isinstance(message, Mapping):
            raise error_in(document, document)
        yield from _plan(message)
        content = message.get("content")
        yield from _contents(content if isinstance(content, list) else [content])
        calls = message.get("tool_calls")
        for index, call in enumerate(calls if isinstance(calls, list) else []):
            self._add_calls(call, index)
        self._end(document)

    def end(self) -> Iterator[Item]:
        """Give the calls, the usage and the finish."""
        if calls := self._calls.calls():
            yield ToolCalls(calls)
        if self._usage:
            yield Usage(_count(self._usage.get("input_tokens")), _count(self._usage.get("output_tokens")))
        if self._finish is not None:
            yield self._finish

    def _add_calls(self, call: Any, index: Any) -> None:
        """Take a piece of one call: an object here, whose index stands in the event."""
        if isinstance(call, Mapping):
            self._calls.add([{"index": index, **call}])

    def _end(self, told: Mapping[str, Any]) -> None:
        """Take the finish, the usage and the error that stand together."""
        if told.get("error"):
            raise error_in(told, {"code": told.get("finish_reason")})
        usage = _object(told.get("usage"))
        self._usage = _object(usage.get("tokens")) or _object(usage.get("billed_units")) or self._usage
        finish = finish_of(told.get("finish_reason"), _FINISHES, _FAILURES)  # a failure counts even after a finish
        self._finish = self._finish or finish


def _contents(contents: Iterable[Any]) -> Iterator[Item]:
    """Give the thinking and the text of content objects; either may stand in any of them."""
    for content in contents:
        told = {"text": content} if isinstance(content, str) else _object(content)
        thinking, text = told.get("thinking"), told.get("text")
        if isinstance(thinking, str) and thinking:
            yield Reasoning(thinking)
        if isinstance(text, str):
            yield text


def _plan(message: Mapping[str, Any]) -> Iterator[Item]:
    """Give the reflection before tool calls."""
    if isinstance(plan := message.get("tool_plan"), str) and plan:
        yield Reasoning(plan)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> int | None:
    """Read a number of tokens, which the API declares as a float."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
