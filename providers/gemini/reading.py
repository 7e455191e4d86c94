"""What the responses of generateContent mean, each of which is a whole one with new text only. No I/O."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..choices import first
from ..errors import UpstreamFailed
from ..finish import finish_of
from ..in_band import error_in
from ..response import FinishReason, Item, Reasoning, ToolCalls, Usage

_FILTERED = (
    *("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"),
    *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
)
_FINISHES = {"STOP": "stop", "MAX_TOKENS": "length", **dict.fromkeys(_FILTERED, "content_filter")}
_FAILURES = (
    *("error", "fail", "timeout", "malformed", "language", "no_image"),
    *("unexpected_tool_call", "too_many_tool_calls", "missing_thought_signature"),
)
_NUMBERS = {0: "FINISH_REASON_UNSPECIFIED", 1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION"}
"""What a reply with enums as numbers says, as far as Gemini and Vertex AI agree."""
_UNSPECIFIED = "_UNSPECIFIED"
"""Ends the name of a value that says nothing."""
_COUNTS = ("promptTokenCount", "candidatesTokenCount", "totalTokenCount")


class Reading:
    """One answer as it comes: the items of each response, and what can be told at the end alone."""

    def __init__(self) -> None:
        self._calls: list[dict[str, Any]] = []
        self._finish: FinishReason | None = None
        self._blocked: FinishReason | None = None
        self._usage: Mapping[str, Any] = {}

    def event(self, event: Any) -> Iterator[Item]:
        """Give what a response adds."""
        if not isinstance(event, Mapping):
            raise UpstreamFailed(f"expected a JSON object, got a value of type {type(event).__name__}")
        if event.get("error") not in (None, "", False):
            raise error_in(event, event["error"])
        self._usage = _object(event.get("usageMetadata")) or self._usage
        if reason := _told(_object(event.get("promptFeedback")).get("blockReason")):
            self._blocked = FinishReason("content_filter", reason)
        candidate = first(event.get("candidates"))
        parts = _object(candidate.get("content")).get("parts")
        for part in parts if isinstance(parts, list) else []:
            yield from self._part(_object(part))
        finish = finish_of(_told(candidate.get("finishReason")), _FINISHES, _FAILURES)
        self._finish = self._finish or finish

    def end(self) -> Iterator[Item]:
        """Give the calls, the usage and the finish; no stop value of this API means calls."""
        if self._calls:
            yield ToolCalls(tuple(self._calls))
        counts = [_count(self._usage.get(name)) for name in _COUNTS]
        if any(count is not None for count in counts):
            yield Usage(*counts)
        if self._blocked is not None:
            yield self._blocked
        elif self._finish is not None:
            called = self._calls and self._finish.reason == "stop"
            yield FinishReason("tool_calls") if called else self._finish

    def _part(self, part: Mapping[str, Any]) -> Iterator[Item]:
        text = part.get("text")
        if isinstance(text, str) and text:
            yield Reasoning(text) if part.get("thought") is True else text
        if call := _object(part.get("functionCall")):
            function = {"name": call.get("name"), "arguments": json.dumps(call.get("args") or {}, ensure_ascii=False)}
            signature = part.get("thoughtSignature")  # has to be sent back
            signed = {} if signature is None else {"thought_signature": signature}
            self._calls.append({"id": call.get("id"), "type": "function", "function": function, **signed})


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _told(value: Any) -> Any:
    """Give an enum by its name; nothing for the value that stands for none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = _NUMBERS.get(value, value)
    return None if isinstance(value, str) and value.endswith(_UNSPECIFIED) else value


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
