"""Chunks and documents that Mistral documents and was seen to send, as data."""

from collections.abc import Mapping
from typing import Any

from ..contract import Capability, Place, Sample

_RECORDED = "recorded streams of public test suites"
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22}
_PARIS = {"id": "Caf7Pyrd8", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "D681PevKs", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_TEXT = "Rye bread."
_THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "Let me think."}]}


def _chunk(finish: str | None = None, /, usage: Any = None, **delta: Any) -> dict[str, Any]:
    """Give a chunk with its padding."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "37dd8414", "object": "chat.completion.chunk", "choices": [choice], "p": "abcdefghij"}
    return told if usage is None else {**told, "usage": usage}


def _call(call: Mapping[str, str], index: int) -> dict[str, Any]:
    return {"id": call["id"], "index": index, "function": {"name": call["name"], "arguments": call["arguments"]}}


def _document(finish: str = "stop", **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}
    return {"id": "1bf33145", "object": "chat.completion", "choices": [choice], "usage": _USAGE}


_BOTH = [_call(_PARIS, 0), _call(_TOKYO, 1)]

SAMPLES: tuple[Sample, ...] = (
    Sample(
        name="second-choice",
        shows=Capability.CHOICES,
        events=(
            {"choices": [{"index": 1, "delta": {"content": "Quite another answer."}, "finish_reason": None}]},
            {"choices": [{"index": 1, "delta": {"content": ""}, "finish_reason": "length"}]},
        ),
        source="Mistral API reference: n",
    ),
    Sample(
        name="choices-empty",
        shows=Capability.CHOICES,
        events=({"id": "37dd8414", "object": "chat.completion.chunk", "choices": []},),
        places=tuple(Place),
        source="Mistral API reference: choices is a list",
    ),
    Sample(
        name="thinking-and-text-parts",
        shows=Capability.PARTS,
        events=(_chunk(content=[_THINKING]), _chunk(content=[{"type": "text", "text": "Well, "}])),
        text="Well, ",
        source=f"{_RECORDED}: content is a list for 99 chunks of a stream, then a str",
    ),
    Sample(
        name="parts-of-one-chunk",
        shows=Capability.PARTS,
        events=(_chunk(content=[_THINKING, {"type": "text", "text": "Well, "}, {"type": "text", "text": "so "}]),),
        text="Well, so ",
        source="Mistral docs: content is a list of typed chunks",
    ),
    Sample(
        name="thinking",
        shows=Capability.REASONING,
        events=(
            _chunk(content=[_THINKING]),
            _chunk(content=[{"type": "thinking", "thinking": [], "closed": True}]),
        ),
        source=f"{_RECORDED}: magistral",
    ),
    Sample(
        name="calls-in-one-chunk",
        shows=Capability.TOOL_CALLS,
        events=(_chunk(tool_calls=_BOTH),),
        calls=(_PARIS, _TOKYO),
        source="Mistral docs: calls come whole, and without their type",
    ),
    Sample(
        name="calls-beside-the-finish",
        shows=Capability.TOOL_CALLS,
        events=(
            _chunk(role="assistant", content=""),
            _chunk("tool_calls", usage=_USAGE, content=None, tool_calls=_BOTH),
        ),
        whole=True,
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
        source=f"{_RECORDED}: 3 of 3 with tools",
    ),
    Sample(
        name="arguments-as-an-object",
        shows=Capability.TOOL_CALLS,
        events=(
            _chunk(tool_calls=[{"id": _PARIS["id"], "function": {"name": "weather", "arguments": {"city": "Paris"}}}]),
        ),
        calls=(_PARIS,),
        source="mistral client 2.x: arguments is text or an object",
    ),
    Sample(
        name="usage-beside-the-finish",
        shows=Capability.USAGE,
        events=(_chunk(content=_TEXT), _chunk("stop", usage=_USAGE, content="")),
        whole=True,
        text=_TEXT,
        finish="stop",
        usage=_USAGE,
        source=f"{_RECORDED}: 16 of 16",
    ),
)

DOCUMENTS: tuple[Sample, ...] = (
    Sample(
        name="document-parts",
        shows=Capability.PARTS,
        events=(_document(content=[_THINKING, {"type": "text", "text": _TEXT}]),),
        text=_TEXT,
        finish="stop",
        source="recorded answers of reasoning models (3)",
    ),
    Sample(
        name="document-thinking",
        shows=Capability.REASONING,
        events=(_document(content=[_THINKING, {"type": "text", "text": _TEXT}]),),
        text=_TEXT,
        finish="stop",
        source="recorded answers of reasoning models (3)",
    ),
    Sample(
        name="document-calls",
        shows=Capability.TOOL_CALLS,
        events=(_document("tool_calls", content="", tool_calls=_BOTH),),
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
        source="recorded answers: content is empty, not null, beside calls (34)",
    ),
    Sample(
        name="document-usage",
        shows=Capability.USAGE,
        events=(_document(content=_TEXT, tool_calls=None),),
        text=_TEXT,
        finish="stop",
        usage=_USAGE,
        source="recorded answers: tool_calls is null without calls (39)",
    ),
)
