"""What the frames and documents of Converse mean. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Failure, RequestRefused, UpstreamFailed
from ..event_frames import Frame
from ..finish import finish_of
from ..in_band import error_in
from ..response import FinishReason, Item, Reasoning, ToolCalls, Usage
from ..tool_calls import Assembly
from ..wording import words_in

_FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}
_FAILURES = ("error", "fail", "timeout", "malformed")
_REFUSALS = ("validation", "accessdenied", "resourcenotfound", "expiredtoken", "unrecognizedclient")
"""How the types of exceptions begin, in lower case, that the caller must mend."""
_COUNTS = ("inputTokens", "outputTokens", "totalTokens")


class Reading:
    """One answer as it comes: the items of each frame, and what can be told at the end alone."""

    def __init__(self) -> None:
        self._calls = Assembly()
        self._finish: FinishReason | None = None
        self._usage: Mapping[str, Any] = {}

    def frame(self, frame: Frame) -> Iterator[Item]:
        """Give what a frame adds; one of an unknown type adds nothing."""
        kind, told = frame.headers.get(":event-type"), frame.payload
        if frame.headers.get(":message-type") in {"exception", "error"}:
            raise _failure(frame)
        if kind == "contentBlockStart":
            self._block(_object(told.get("start")), told.get("contentBlockIndex"))
        elif kind == "contentBlockDelta":
            yield from self._block(_object(told.get("delta")), told.get("contentBlockIndex"))
        elif kind == "messageStop":
            self._stop(told)
        elif kind == "metadata":
            self._count(told)

    def document(self, document: Any) -> Iterator[Item]:
        """Give what a whole answer holds."""
        if not isinstance(document, Mapping):
            raise UpstreamFailed(f"expected a JSON object, got a value of type {type(document).__name__}")
        message = _object(document.get("output")).get("message")
        if not isinstance(message, Mapping):
            raise error_in(document, document)
        content = message.get("content")
        for index, block in enumerate(content if isinstance(content, list) else []):
            yield from self._block(_object(block), index)
        self._stop(document)
        self._count(document)

    def end(self) -> Iterator[Item]:
        """Give the calls, the usage and the finish."""
        if calls := self._calls.calls():
            yield ToolCalls(calls)
        if self._usage:
            yield Usage(*(_whole(self._usage.get(name)) for name in _COUNTS))
        if self._finish is not None:
            yield self._finish

    def _block(self, block: Mapping[str, Any], index: Any) -> list[Item]:
        """Take a content block or a piece of one; the single member that it has names its kind."""
        if isinstance(use := block.get("toolUse"), Mapping):
            function = {"name": use.get("name"), "arguments": use.get("input")}
            self._calls.add([{"index": index, "id": use.get("toolUseId"), "function": function}])
        reasoning = _object(block.get("reasoningContent"))
        thought = _object(reasoning.get("reasoningText")).get("text") or reasoning.get("text")
        items: list[Item] = [Reasoning(thought)] if isinstance(thought, str) and thought else []
        return [*items, text] if isinstance(text := block.get("text"), str) else items

    def _stop(self, told: Mapping[str, Any]) -> None:
        finish = finish_of(told.get("stopReason"), _FINISHES, _FAILURES)  # a failure counts even after a finish
        self._finish = self._finish or finish

    def _count(self, told: Mapping[str, Any]) -> None:
        self._usage = _object(told.get("usage")) or self._usage


def _failure(frame: Frame) -> Failure:
    """Give the exception that a frame becomes whose type says that it is one."""
    headers = frame.headers
    code = headers.get(":exception-type") or headers.get(":error-code")
    said = headers.get(":error-message") or words_in(frame.payload)[0] or "an exception without explanation"
    family = RequestRefused if str(code).lower().startswith(_REFUSALS) else UpstreamFailed
    return family(str(said), code=code)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
