"""Whole answers that OpenAI and compatible services were seen to give, as data."""

from typing import Any

from ..contract import Capability, Sample

_USAGE = {"prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22}
_PARIS = {"id": "call_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "call_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_TEXT = "Rye bread."


def _choice(finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}


def _document(*choices: dict[str, Any]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": "chat.completion", "choices": [*choices], "usage": _USAGE}


def _sample(name: str, shows: Capability, source: str, choice: dict[str, Any], **expected: Any) -> Sample:
    return Sample(name=name, shows=shows, source=source, events=(_document(choice),), **{"finish": "stop", **expected})


def _function(call: dict[str, str]) -> dict[str, str]:
    return {"name": call["name"], "arguments": call["arguments"]}


DOCUMENTS = (
    Sample(
        name="document-second-choice",
        shows=Capability.CHOICES,
        events=(
            _document(
                {"index": 1, "message": {"role": "assistant", "content": "Quite another."}, "finish_reason": "length"},
                _choice(content=_TEXT),
            ),
        ),
        text=_TEXT,
        finish="stop",
        source="OpenAI API reference: n, choices[].index",
    ),
    _sample(
        "document-parts",
        Capability.PARTS,
        "Mistral: 3 recorded answers of reasoning models",
        _choice(
            content=[
                {"type": "thinking", "thinking": [{"type": "text", "text": "Let me think."}]},
                {"type": "text", "text": _TEXT},
            ]
        ),
        text=_TEXT,
    ),
    _sample(
        "document-reasoning-content",
        Capability.REASONING,
        "DeepSeek docs: deepseek-reasoner",
        _choice(content=_TEXT, reasoning_content="Let me think."),
        text=_TEXT,
    ),
    _sample(
        "document-reasoning",
        Capability.REASONING,
        "Groq: recorded answers of gpt-oss",
        _choice(content=_TEXT, reasoning="Let me think."),
        text=_TEXT,
    ),
    _sample(
        "document-calls",
        Capability.TOOL_CALLS,
        "OpenAI API reference: message.tool_calls, content null beside them",
        _choice(
            "tool_calls",
            content=None,
            tool_calls=[
                {"id": call["id"], "type": "function", "function": _function(call)} for call in (_PARIS, _TOKYO)
            ],
        ),
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
    ),
    _sample(
        "document-calls-without-content",
        Capability.TOOL_CALLS,
        "Groq: content is absent, not null, next to calls",
        _choice("tool_calls", tool_calls=[{"id": _PARIS["id"], "type": "function", "function": _function(_PARIS)}]),
        calls=(_PARIS,),
        finish="tool_calls",
    ),
    _sample(
        "document-usage",
        Capability.USAGE,
        "OpenAI API reference: chat/object",
        _choice(content=_TEXT),
        text=_TEXT,
        usage=_USAGE,
    ),
    _sample(
        "document-refusal",
        Capability.REFUSALS,
        "OpenAI API reference: message.refusal; 18 recorded refusals end in stop",
        _choice(content=None, refusal="I'm sorry, I can't help with that."),
        finish="content_filter",
    ),
)
