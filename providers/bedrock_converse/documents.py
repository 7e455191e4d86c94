"""Whole answers that Bedrock documents and was seen to give, as data."""

from typing import Any

from ..contract import Capability, Sample

_SPEC = "Amazon Bedrock API reference: Converse"
_USAGE = {"prompt_tokens": 13, "completion_tokens": 5, "total_tokens": 18}
_PARIS = {"id": "tooluse_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "tooluse_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_TEXT = "Rye bread."


def _document(*content: dict[str, Any], finish: str = "end_turn") -> dict[str, Any]:
    return {
        "metrics": {"latencyMs": 249},
        "output": {"message": {"content": [*content], "role": "assistant"}},
        "stopReason": finish,
        "usage": {"inputTokens": 13, "outputTokens": 5, "serverToolUsage": {}, "totalTokens": 18},
    }


def _use(call: dict[str, str], city: str) -> dict[str, Any]:
    return {"toolUse": {"toolUseId": call["id"], "name": call["name"], "input": {"city": city}}}


DOCUMENTS: tuple[Sample, ...] = (
    Sample(
        name="document-reasoning",
        shows=Capability.REASONING,
        events=(
            _document(
                {"reasoningContent": {"reasoningText": {"text": "Let me think.", "signature": "RXVj"}}},
                {"text": _TEXT},
            ),
        ),
        text=_TEXT,
        finish="stop",
        source=f"{_SPEC}: ReasoningContentBlock",
    ),
    Sample(
        name="document-calls",
        shows=Capability.TOOL_CALLS,
        events=(_document({"text": _TEXT}, _use(_PARIS, "Paris"), _use(_TOKYO, "Tokyo"), finish="tool_use"),),
        text=_TEXT,
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
        source=f"{_SPEC}: ToolUseBlock; 98 recorded answers",
    ),
    Sample(
        name="document-usage",
        shows=Capability.USAGE,
        events=(_document({"text": _TEXT}),),
        text=_TEXT,
        finish="stop",
        usage=_USAGE,
        source=f"{_SPEC}: TokenUsage",
    ),
)
