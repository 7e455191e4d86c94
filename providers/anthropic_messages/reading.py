"""What the events and documents of Anthropic's Messages API mean. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import UpstreamFailed
from ..finish import finish_of
from ..in_band import error_in
from ..response import FinishReason, Item, Reasoning, ToolCalls, Usage
from ..tool_calls import Assembly

_FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "compaction": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_FAILURES = ("error", "fail", "timeout", "malformed")
_TEXT, _THINKING, _CALL = "text", "thinking", "tool_use"


class Reading:
    """One answer as it comes: the items of each event, and what can be told at the end alone."""

    def __init__(self) -> None:
        self._calls = Assembly()
        self._kinds: dict[Any, Any] = {}
        """What the block of each index is: the arguments of a server's own tool come in the same events."""
        self._finish: FinishReason | None = None
        self._usage: dict[str, Any] = {}

    def event(self, event: Mapping[str, Any]) -> Iterator[Item]:
        """Give what an event of a stream adds."""
        _require_no_error(event)
        kind, index = event.get("type"), _index(event.get("index"))
        if kind == "message_start":
            self._count(_object(event.get("message")))
        elif kind == "content_block_start":
            yield from self._block(_object(event.get("content_block")), index)
        elif kind == "content_block_delta":
            yield from self._delta(_object(event.get("delta")), index)
        elif kind == "message_delta":
            self._count(event)
            self._end(_object(event.get("delta")))

    def document(self, document: Any) -> Iterator[Item]:
        """Give what a whole answer holds."""
        if not isinstance(document, Mapping):
            raise UpstreamFailed(f"expected a JSON object, got a value of type {type(document).__name__}")
        _require_no_error(document)
        for index, block in enumerate(_blocks(document.get("content"))):
            yield from self._block(block, index)
        self._count(document)
        self._end(document)

    def end(self) -> Iterator[Item]:
        """Give the calls, the usage and the finish."""
        if calls := self._calls.calls():
            yield ToolCalls(tuple(map(_with_arguments, calls)))
        if self._usage:
            yield Usage(_whole(self._usage.get("input_tokens")), _whole(self._usage.get("output_tokens")))
        if self._finish is not None:
            yield self._finish

    def _block(self, block: Mapping[str, Any], index: int | None) -> Iterator[Item]:
        kind = self._kinds[index] = block.get("type")
        if kind == _TEXT:
            yield _text(block.get("text"))
        elif kind == _THINKING:
            yield from _thoughts(block.get("thinking"))
        elif kind == _CALL:
            function = {"name": block.get("name"), "arguments": block.get("input") or ""}
            self._calls.add([{"index": index, "id": block.get("id"), "function": function}])

    def _delta(self, delta: Mapping[str, Any], index: int | None) -> Iterator[Item]:
        kind = delta.get("type")
        if kind in (None, "text_delta"):
            yield _text(delta.get("text"))
        elif kind == "thinking_delta":
            yield from _thoughts(delta.get("thinking"))
        elif kind == "input_json_delta" and self._kinds.get(index) == _CALL:
            self._calls.add([{"index": index, "function": {"arguments": _text(delta.get("partial_json"))}}])

    def _count(self, told: Mapping[str, Any]) -> None:
        """Note the usage, which counts from the beginning: what is told last holds."""
        self._usage |= {name: count for name, count in _object(told.get("usage")).items() if count is not None}

    def _end(self, told: Mapping[str, Any]) -> None:
        finish = finish_of(told.get("stop_reason"), _FINISHES, _FAILURES)  # a failure counts even after a finish
        if finish is not None and finish.reason == "content_filter":
            finish = FinishReason(finish.reason, _object(told.get("stop_details")).get("explanation"))
        self._finish = self._finish or finish


def _require_no_error(event: Mapping[str, Any]) -> None:
    """Raise for an error that comes after status 200, whatever kind of event it stands in."""
    error = event.get("error")
    if event.get("type") == "error" or error not in (None, "", False):
        raise error_in(event, error)


def _blocks(content: Any) -> list[Mapping[str, Any]]:
    """Give the blocks of a document; one that has lost a part of itself may have held the answer."""
    blocks = [_object(block) for block in content] if isinstance(content, list) else [{}]
    if all(isinstance(block.get(_TEXT if block.get("type") == _TEXT else "type"), str) for block in blocks):
        return blocks
    raise UpstreamFailed("expected a content of typed blocks, got another one")


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _index(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _thoughts(value: Any) -> Iterator[Reasoning]:
    yield from map(Reasoning, filter(None, [_text(value)]))


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _with_arguments(call: dict[str, Any]) -> dict[str, Any]:
    """Give a call; one without any piece of input has the empty object."""
    function = call["function"]
    return {**call, "function": {**function, "arguments": function["arguments"] or "{}"}}
