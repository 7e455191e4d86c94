"""What the chunks and documents of Chat Completions mean. No I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..choices import first
from ..errors import UpstreamFailed
from ..finish import finish_of
from ..in_band import error_in
from ..messages import text_of
from ..response import FinishReason, Item, Reasoning, ToolCalls, Usage
from ..tool_calls import Assembly

_FINISHES = {
    "stop": "stop",
    "length": "length",
    "model_length": "length",  # Mistral
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "content_filter": "content_filter",
}
_FAILURES = ("error", "fail", "timeout", "malformed", "insufficient_system_resource")


class Reading:
    """One answer as it comes: the items of each chunk, and what can be told at the end alone."""

    def __init__(self) -> None:
        self._calls = Assembly()
        self._finish: FinishReason | None = None
        self._refusal = ""
        self._usage: Mapping[str, Any] | None = None

    def chunk(self, chunk: Mapping[str, Any]) -> Iterator[Item]:
        """Give what a chunk of a stream adds. A ``message`` beside its delta repeats what has come."""
        return self._read(chunk, "delta")

    def document(self, document: Any) -> Iterator[Item]:
        """Give what a whole answer holds."""
        if not isinstance(document, Mapping):
            raise UpstreamFailed(f"expected a JSON object, got a value of type {type(document).__name__}")
        return self._read(document, "message")

    def end(self) -> Iterator[Item]:
        """Give the calls, the usage and the finish."""
        if calls := self._calls.calls():
            yield ToolCalls(calls)
        if self._usage is not None:
            yield Usage(*(_count(self._usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")))
        if self._finish is not None:
            yield FinishReason("content_filter", self._refusal) if self._refusal else self._finish

    def _read(self, event: Mapping[str, Any], member: str) -> Iterator[Item]:
        _require_no_error(event)
        self._usage = _usage(event) or self._usage
        choice = first(event.get("choices"))
        said = choice.get(member)
        said = said if isinstance(said, Mapping) else {}
        yield from map(Reasoning, filter(None, [_reasoning(said)]))
        yield from filter(None, [text_of(said.get("content"))])
        self._calls.add(said.get("tool_calls"))
        self._calls.add([{"function": said["function_call"]}] if said.get("function_call") else None)
        self._refusal += said["refusal"] if isinstance(said.get("refusal"), str) else ""
        finish = finish_of(choice.get("finish_reason"), _FINISHES, _FAILURES)  # a failure counts even after a finish
        self._finish = self._finish or finish


def _reasoning(said: Mapping[str, Any]) -> str:
    """Give the thinking, which services put into members of their own or into typed parts."""
    named = (said.get(name) for name in ("reasoning_content", "reasoning"))
    if told := next((text for text in named if isinstance(text, str) and text), ""):
        return told
    content = said.get("content")
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    return "".join(text_of(part.get("thinking")) for part in parts if part.get("type") == "thinking")


def _usage(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the usage that an event tells; Groq puts it into a member of its own."""
    own = event.get("x_groq")
    told = event.get("usage") or (own.get("usage") if isinstance(own, Mapping) else None)
    return told if isinstance(told, Mapping) else None


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _require_no_error(event: Mapping[str, Any]) -> None:
    """Raise for an error that comes after status 200: a member, or, of Mistral and older vLLM, the event itself."""
    error = event if event.get("object") == "error" else event.get("error")
    if error not in (None, "", False):
        raise error_in(event, error)
