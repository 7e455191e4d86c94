"""Responses that Gemini and Vertex AI were seen to put into a stream, as data."""

from typing import Any

from ..contract import Capability, Place, Sample

_ANYWHERE = tuple(Place)
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22}
_PARIS = {"id": None, "name": "weather", "arguments": '{"city": "Paris"}'}
_TOKYO = {"id": None, "name": "weather", "arguments": '{"city": "Tokyo"}'}
_RECORDED = "583 recorded exchanges of Gemini and Vertex AI"


def usage_metadata(**more: int) -> dict[str, Any]:
    """Give the usage as the API tells it."""
    return {"promptTokenCount": 17, "candidatesTokenCount": 5, "totalTokenCount": 22, **more}


def response(*parts: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Give a response with one candidate."""
    return {
        "candidates": [{"content": {"parts": [*parts], "role": "model"}, "index": 0}],
        "modelVersion": "gemini-2.5-flash",
        "responseId": "response-1",
        **members,
    }


def call_part(city: str, **members: str) -> dict[str, Any]:
    """Give the part that calls a function."""
    return {"functionCall": {**members, "name": "weather", "args": {"city": city}}}


_CHOICES = (
    Sample(
        name="no-candidates",
        shows=Capability.CHOICES,
        events=(
            {"usageMetadata": {"promptTokenCount": 17, "totalTokenCount": 17}, "modelVersion": "gemini-2.5-flash"},
        ),
        places=_ANYWHERE,
        source="Gemini API reference: GenerateContentResponse, every member is optional",
    ),
    Sample(
        name="no-content",
        shows=Capability.CHOICES,
        events=({"candidates": [{"index": 0, "safetyRatings": []}]}, {"candidates": [{"content": {"role": "model"}}]}),
        places=_ANYWHERE,
        source=f"{_RECORDED}: candidates without content, contents without parts",
    ),
    Sample(
        name="second-candidate",
        shows=Capability.CHOICES,
        events=(
            {"candidates": [{"content": {"parts": [{"text": "Quite another answer."}], "role": "model"}, "index": 1}]},
        ),
        source="Gemini API reference: candidateCount, Candidate.index",
    ),
)

_PARTS = (
    Sample(
        name="several-parts",
        shows=Capability.PARTS,
        events=(response({"text": "Well, "}, {"text": "so "}),),
        text="Well, so ",
        source="Gemini API reference: Content.parts",
    ),
    Sample(
        name="parts-of-other-kinds",
        shows=Capability.PARTS,
        events=(
            response(
                {"executableCode": {"language": "PYTHON", "code": "print(6 * 7)"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "42\n"}},
                {"text": "Well, "},
            ),
        ),
        text="Well, ",
        source="Gemini API guide: code execution",
    ),
    Sample(
        name="signature-alone",
        shows=Capability.PARTS,
        events=(response({"text": "", "thoughtSignature": "c2lnbmF0dXJl"}),),
        source=f"{_RECORDED}: thinking models end in an empty text with a signature",
    ),
)

_REASONING = (
    Sample(
        name="thought",
        shows=Capability.REASONING,
        events=(response({"text": "Let me think.", "thought": True}),),
        source="Gemini API guide: thinking, includeThoughts",
    ),
    Sample(
        name="thought-and-text-in-one-response",
        shows=Capability.REASONING,
        events=(response({"text": "Let me think.", "thought": True}, {"text": "Well, "}),),
        text="Well, ",
        source="Gemini API guide: thinking; a response has any number of parts",
    ),
)

_TOOL_CALLS = (
    Sample(
        name="one-call",
        shows=Capability.TOOL_CALLS,
        events=(response(call_part("Paris")),),
        calls=(_PARIS,),
        source=f"{_RECORDED}: 190 answers with calls, all of which end in STOP",
    ),
    Sample(
        name="two-calls-in-one-response",
        shows=Capability.TOOL_CALLS,
        events=(response(call_part("Paris"), call_part("Tokyo")),),
        calls=(_PARIS, _TOKYO),
        source="Gemini API guide: parallel function calling",
    ),
    Sample(
        name="two-calls",
        shows=Capability.TOOL_CALLS,
        events=(response(call_part("Paris")), response(call_part("Tokyo"))),
        calls=(_PARIS, _TOKYO),
        source="Gemini API guide: parallel function calling; each response has new parts only",
    ),
    Sample(
        name="call-with-id-and-signature",
        shows=Capability.TOOL_CALLS,
        events=(response({**call_part("Paris", id="call_a1"), "thoughtSignature": "c2lnbmF0dXJl"}),),
        calls=({**_PARIS, "id": "call_a1"},),
        source="Gemini API reference: FunctionCall.id; guide: thought signatures",
    ),
    Sample(
        name="call-without-arguments",
        shows=Capability.TOOL_CALLS,
        events=(response({"functionCall": {"name": "now"}}),),
        calls=({"id": None, "name": "now", "arguments": "{}"},),
        source="Gemini API reference: FunctionCall.args is optional",
    ),
)

_USAGES = (
    Sample(
        name="usage-alone",
        shows=Capability.USAGE,
        events=({"usageMetadata": usage_metadata()},),
        places=_ANYWHERE,
        usage=_USAGE,
        source="Gemini API reference: GenerateContentResponse.usageMetadata",
    ),
    Sample(
        name="usage-that-grows",
        shows=Capability.USAGE,
        events=(
            response({"text": ""}, usageMetadata={"promptTokenCount": 17, "totalTokenCount": 17}),
            response({"text": ""}, usageMetadata=usage_metadata(candidatesTokenCount=2, totalTokenCount=19)),
            response({"text": ""}, usageMetadata=usage_metadata()),
        ),
        places=(Place.FIRST, Place.MIDDLE, Place.LAST),
        usage=_USAGE,
        source=f"{_RECORDED}: usageMetadata in every response of a stream (47 of 47), cumulative",
    ),
)

_REFUSALS = (
    Sample(
        name="blocked-prompt",
        shows=Capability.REFUSALS,
        events=(
            {
                "promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "The prompt was blocked."},
                "usageMetadata": {"promptTokenCount": 17, "totalTokenCount": 17},
            },
        ),
        finish="content_filter",
        whole=True,
        source="Gemini API reference: PromptFeedback.blockReason; recorded with MODEL_ARMOR, without candidates",
    ),
    Sample(
        name="filtered-without-content",
        shows=Capability.REFUSALS,
        events=({"candidates": [{"content": {}, "finishReason": "SAFETY", "index": 0}]},),
        finish="content_filter",
        whole=True,
        source=f"{_RECORDED}: a candidate with an empty content and SAFETY",
    ),
)

SAMPLES: tuple[Sample, ...] = (*_CHOICES, *_PARTS, *_REASONING, *_TOOL_CALLS, *_USAGES, *_REFUSALS)
