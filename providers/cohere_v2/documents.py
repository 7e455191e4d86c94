"""Whole answers that Cohere documents and was seen to give, as data."""

from typing import Any

from ..contract import Capability, Sample

_SPEC = "Cohere API reference: v2/chat"
_RECORDED = "recorded answers of public test suites: content is missing beside tool calls (8 of 21)"
_TOKENS = {"input_tokens": 496, "output_tokens": 11}
_USAGE = {"prompt_tokens": 496, "completion_tokens": 11}
_PARIS = {"id": "weather_a1", "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": "weather_b2", "name": "weather", "arguments": '{"city": "Tokyo"}'}
_TEXT = "Rye bread."


def _document(finish: str = "COMPLETE", **message: Any) -> dict[str, Any]:
    return {
        "id": "c14c80c3-18eb-4519-9460-6c92edd8cfb4",
        "finish_reason": finish,
        "message": {"role": "assistant", **message},
        "usage": {"billed_units": {"input_tokens": 1, "output_tokens": 9}, "tokens": _TOKENS},
    }


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


DOCUMENTS: tuple[Sample, ...] = (
    Sample(
        name="document-parts",
        shows=Capability.PARTS,
        events=(_document(content=[_text("Rye "), _text("bread.")]),),
        text=_TEXT,
        finish="stop",
        source=f"{_SPEC}: message.content is a list of parts",
    ),
    Sample(
        name="document-thinking",
        shows=Capability.REASONING,
        events=(_document(content=[{"type": "thinking", "thinking": "Let me think."}, _text(_TEXT)]),),
        text=_TEXT,
        finish="stop",
        source=f"{_SPEC}: thinking part",
    ),
    Sample(
        name="document-calls",
        shows=Capability.TOOL_CALLS,
        events=(
            _document(
                "TOOL_CALL",
                tool_plan="I will look up both.",
                tool_calls=[
                    {
                        "id": call["id"],
                        "type": "function",
                        "function": {"name": call["name"], "arguments": call["arguments"]},
                    }
                    for call in (_PARIS, _TOKYO)
                ],
            ),
        ),
        calls=(_PARIS, _TOKYO),
        finish="tool_calls",
        source=_RECORDED,
    ),
    Sample(
        name="document-usage",
        shows=Capability.USAGE,
        events=(_document(content=[_text(_TEXT)]),),
        text=_TEXT,
        finish="stop",
        usage=_USAGE,
        source=f"{_SPEC}; recorded: tokens count what billed_units leave out",
    ),
)
