"""What the events and documents of the Responses API mean. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import UpstreamFailed
from ..finish import finish_of
from ..in_band import error_in
from ..response import FinishReason, Item, Reasoning, ToolCalls, Usage
from .calls import Calls

_TEXT = "response.output_text.delta"
_THOUGHTS = {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}
_REFUSAL = "response.refusal.delta"
_ITEMS = {"response.output_item.added", "response.output_item.done"}
_PIECES = {"response.function_call_arguments.delta", "response.custom_tool_call_input.delta"}
_WHOLES = {"response.function_call_arguments.done", "response.custom_tool_call_input.done"}
_ENDS = {"response.completed", "response.incomplete", "response.failed", "response.cancelled"}
_FINISHES = {"completed": "stop", "max_output_tokens": "length", "content_filter": "content_filter"}
_FAILURES = ("cancelled", "error", "fail", "in_progress", "malformed", "queued", "timeout")


class Reading:
    """One answer as it comes: the items of each event, and what can be told at the end alone."""

    def __init__(self) -> None:
        self._calls = Calls()
        self._finish: FinishReason | None = None
        self._refusal = ""
        self._usage: Mapping[str, Any] = {}

    @property
    def is_over(self) -> bool:
        """Tell whether the answer has come to its end."""
        return self._finish is not None

    def event(self, event: Mapping[str, Any]) -> Iterator[Item]:
        """Give what an event of a stream adds; ``done`` events repeat what has come, unknown ones add nothing."""
        kind = event.get("type")
        if kind == "error" or (kind is None and event.get("error")):
            raise error_in(event, event.get("error") or event)
        if kind == _TEXT:
            yield _str(event.get("delta"))
        elif kind in _THOUGHTS:
            yield from map(Reasoning, filter(None, [_str(event.get("delta"))]))
        elif kind == _REFUSAL:
            self._refusal += _str(event.get("delta"))
        elif kind in _ITEMS:
            self._calls.item(_mapping(event.get("item")), event.get("output_index"))
        elif kind in _PIECES:
            self._calls.piece(event)
        elif kind in _WHOLES:
            self._calls.whole(event)
        elif kind in _ENDS:
            self._end(_mapping(event.get("response")), str(kind).removeprefix("response."))

    def document(self, document: Any) -> Iterator[Item]:
        """Give what a whole answer holds."""
        if not isinstance(document, Mapping):
            raise UpstreamFailed(f"expected a JSON object, got a value of type {type(document).__name__}")
        self._end(document)
        for item in _mappings(document.get("output")):
            yield from map(Reasoning, filter(None, map(_text, _mappings(item.get("summary")))))
            parts = _mappings(item.get("content"))
            if item.get("type") == "reasoning":
                yield from map(Reasoning, filter(None, map(_text, parts)))
            elif item.get("type") == "message":
                yield from (_text(part) for part in parts if part.get("type") == "output_text")
                self._refusal += "".join(_str(part.get("refusal")) for part in parts)

    def end(self) -> Iterator[Item]:
        """Give the calls, the usage and the finish."""
        if calls := self._calls.calls():
            yield ToolCalls(calls)
        if self._usage:
            yield Usage(*(_count(self._usage, name) for name in ("input_tokens", "output_tokens", "total_tokens")))
        if self._refusal:
            yield FinishReason("content_filter", self._refusal)
        elif self._finish is not None:
            yield FinishReason("tool_calls") if calls and self._finish.reason == "stop" else self._finish

    def _end(self, response: Mapping[str, Any], status: str | None = None) -> None:
        """Read what the whole response tells; its status, else the kind of its event, says how it ended."""
        if error := response.get("error"):
            raise error_in(response, error)
        status = response.get("status") or status
        reason = _mapping(response.get("incomplete_details")).get("reason")
        self._finish = finish_of(status if reason in (None, "") else reason, _FINISHES, _FAILURES)
        self._usage = _mapping(response.get("usage"))
        for item in () if self._calls.calls() else _mappings(response.get("output")):
            self._calls.item(item)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [member for member in value if isinstance(member, Mapping)] if isinstance(value, list) else []


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _text(part: Mapping[str, Any]) -> str:
    return _str(part.get("text"))


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
