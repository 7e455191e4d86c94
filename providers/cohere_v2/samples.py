"""Events that Cohere documents and was seen to put into a stream, as data."""

from collections.abc import Mapping
from typing import Any

from ..contract import Capability, Sample

_SPEC = "Cohere API reference: v2/chat-stream"
_RECORDED = "recorded streams of public test suites: tool-plan-delta, then whole calls in turn"
_TOKENS = {"input_tokens": 968, "output_tokens": 83}
_USAGE = {"prompt_tokens": 968, "completion_tokens": 83}
_PARIS = {"id": "weather_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "weather_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}


def event(kind: str, index: int | None = None, /, **message: Any) -> dict[str, Any]:
    """Give an event about a part of the message."""
    place = {} if index is None else {"index": index}
    return {"type": kind, **place, "delta": {"message": message}}


def _thinking(text: str) -> dict[str, Any]:
    return event("content-delta", 0, content={"thinking": text})


def _call(index: int, call: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Give the events of one call, its arguments in two pieces."""
    half = len(call["arguments"]) // 2
    function = {"name": call["name"], "arguments": ""}
    return (
        event("tool-call-start", index, tool_calls={"id": call["id"], "type": "function", "function": function}),
        _arguments(index, call["arguments"][:half]),
        _arguments(index, call["arguments"][half:]),
        {"type": "tool-call-end", "index": index},
    )


def _arguments(index: int, piece: str) -> dict[str, Any]:
    return event("tool-call-delta", index, tool_calls={"function": {"arguments": piece}})


def _ended(finish: str = "COMPLETE", **usage: Any) -> dict[str, Any]:
    return {"type": "message-end", "delta": {"finish_reason": finish, "usage": usage}}


def _answer(end: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give a whole stream."""
    start: dict[str, Any] = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    return (
        {"id": "c14c80c3-18eb-4519-9460-6c92edd8cfb4", **event("message-start", **start)},
        event("content-start", 0, content={"type": "text", "text": ""}),
        event("content-delta", 0, content={"text": "Rye bread."}),
        {"type": "content-end", "index": 0},
        end,
    )


_CITATION = {
    "start": 0,
    "end": 4,
    "text": "Well",
    "sources": [{"type": "tool", "id": "weather_a1:0", "tool_output": {"text": "Quite another answer."}}],
    "type": "TEXT_CONTENT",
}

SAMPLES: tuple[Sample, ...] = (
    Sample(
        name="thinking",
        shows=Capability.REASONING,
        events=(
            event("content-start", 0, content={"type": "thinking", "thinking": ""}),
            _thinking("Let me "),
            _thinking("think."),
            {"type": "content-end", "index": 0},
        ),
        source=f"{_SPEC}; cohere-python 5.17: content of content-delta may have thinking",
    ),
    Sample(
        name="tool-plan",
        shows=Capability.REASONING,
        events=(event("tool-plan-delta", tool_plan="I will "), event("tool-plan-delta", tool_plan="search.")),
        source=_RECORDED,
    ),
    Sample(
        name="thinking-and-text-in-one-event",
        shows=Capability.REASONING,
        events=(event("content-delta", 0, content={"thinking": "think.", "text": "Well, "}),),
        text="Well, ",
        source="cohere-python 5.17: thinking and text are members of one object",
    ),
    Sample(
        name="citations",
        shows=Capability.REPEATS,
        events=(event("citation-start", 0, citations=_CITATION), {"type": "citation-end", "index": 0}),
        source=f"{_SPEC}: citation-start repeats the cited text",
    ),
    Sample(
        name="one-call",
        shows=Capability.TOOL_CALLS,
        events=_call(0, _PARIS),
        calls=(_PARIS,),
        source=_RECORDED,
    ),
    Sample(
        name="two-calls",
        shows=Capability.TOOL_CALLS,
        events=(
            event("tool-plan-delta", tool_plan="I will look up both."),
            *_call(0, _PARIS),
            *_call(1, _TOKYO),
        ),
        calls=(_PARIS, _TOKYO),
        source=_RECORDED,
    ),
    Sample(
        name="interleaved",
        shows=Capability.TOOL_CALLS,
        events=tuple(event for pair in zip(_call(0, _PARIS), _call(1, _TOKYO), strict=True) for event in pair),
        calls=(_PARIS, _TOKYO),
        source=f"{_SPEC}: index tells to which call a piece belongs",
    ),
    Sample(
        name="usage",
        shows=Capability.USAGE,
        events=_answer(_ended(billed_units={"input_tokens": 12, "output_tokens": 83}, tokens=_TOKENS)),
        whole=True,
        text="Rye bread.",
        finish="stop",
        usage=_USAGE,
        source="recorded streams: billed_units differ from tokens (12 against 212)",
    ),
)
