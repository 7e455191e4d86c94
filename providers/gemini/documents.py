"""Whole answers of generateContent, as data."""

from typing import Any

from ..contract import Capability, Sample
from .samples import call_part, response, usage_metadata

_USAGE = {"prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22}
_PARIS = {"id": None, "name": "weather", "arguments": '{"city": "Paris"}'}
_TEXT = "Rye bread."


def _document(*parts: dict[str, Any]) -> dict[str, Any]:
    whole = response(*parts, usageMetadata=usage_metadata())
    whole["candidates"][0]["finishReason"] = "STOP"
    return whole


def _sample(name: str, shows: Capability, source: str, *parts: dict[str, Any], **expected: Any) -> Sample:
    told = {"text": _TEXT, "finish": "stop", **expected}
    return Sample(name=name, shows=shows, source=source, events=(_document(*parts),), **told)


DOCUMENTS = (
    _sample(
        "document-parts",
        Capability.PARTS,
        "Gemini API reference: Content.parts",
        *({"text": "Rye "}, {"text": "bread."}),
    ),
    _sample(
        "document-thought",
        Capability.REASONING,
        "Gemini API guide: thinking, includeThoughts",
        *({"text": "Let me think.", "thought": True}, {"text": _TEXT}),
    ),
    _sample(
        "document-call",
        Capability.TOOL_CALLS,
        "376 recorded answers, all of which end in STOP",
        call_part("Paris"),
        text="",
        calls=(_PARIS,),
        finish="tool_calls",
    ),
    _sample(
        "document-usage",
        Capability.USAGE,
        "Gemini API reference: GenerateContentResponse.usageMetadata",
        {"text": _TEXT},
        usage=_USAGE,
    ),
)
