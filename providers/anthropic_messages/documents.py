"""Whole answers of Anthropic's Messages API, as data."""

from typing import Any

from ..contract import Capability, Sample

_PARIS = {"id": "toolu_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "toolu_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5}
_TEXT = "Rye bread."


def _document(stop: str, *content: dict[str, Any], **members: Any) -> dict[str, Any]:
    usage = {"input_tokens": 17, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 5}
    common = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
    return {**common, "content": [*content], "stop_reason": stop, "stop_sequence": None, "usage": usage, **members}


def _said(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _use(call: dict[str, str], city: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": call["id"], "name": call["name"], "input": {"city": city}}


def _sample(name: str, shows: Capability, source: str, document: dict[str, Any], **expected: Any) -> Sample:
    return Sample(name=name, shows=shows, source=source, events=(document,), **{"finish": "stop", **expected})


DOCUMENTS = (
    _sample(
        "document-parts",
        Capability.PARTS,
        "Anthropic docs: citations split a text into blocks",
        _document("end_turn", _said("Rye "), _said("bread.")),
        text=_TEXT,
    ),
    _sample(
        "document-thinking",
        Capability.REASONING,
        "Anthropic docs: extended thinking",
        _document(
            "end_turn",
            {"type": "thinking", "thinking": "Let me think.", "signature": "EuYDCmMIDBgC"},
            {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3"},
            _said(_TEXT),
        ),
        text=_TEXT,
    ),
    _sample(
        "document-calls",
        Capability.TOOL_CALLS,
        "Anthropic docs: tool use; 130 recorded answers",
        _document("tool_use", _said(_TEXT), _use(_PARIS, "Paris"), _use(_TOKYO, "Tokyo")),
        text=_TEXT,
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
    ),
    _sample(
        "document-tool-of-the-server",
        Capability.TOOL_CALLS,
        "Anthropic docs: server tools, whose use is no call",
        _document(
            "tool_use",
            {"type": "server_tool_use", "id": "srvtoolu_d4", "name": "web_search", "input": {"query": "bread"}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_d4", "content": []},
            _use(_PARIS, "Paris"),
        ),
        calls=(_PARIS,),
        finish="tool_calls",
    ),
    _sample(
        "document-usage",
        Capability.USAGE,
        "Anthropic API reference: Messages, usage",
        _document("end_turn", _said(_TEXT)),
        text=_TEXT,
        usage=_USAGE,
    ),
)
