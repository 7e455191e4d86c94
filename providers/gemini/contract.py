"""What Google promises for generateContent and streamGenerateContent, as data.

``base_url`` includes the version (``https://generativelanguage.googleapis.com/v1beta``); of Vertex AI it goes on to
``publishers/google``. Which framing a stream has, ``alt`` in the query tells; a provider reads both.
"""

from ..contract import (
    Capability,
    Codec,
    Contract,
    DocumentRule,
    ErrorCase,
    Family,
    FinishRule,
    MediaRule,
    ModelRule,
    OptionRule,
    TextRule,
)
from .documents import DOCUMENTS
from .samples import SAMPLES, response, usage_metadata

_API = "Gemini API reference: models.generateContent, models.streamGenerateContent"
_RECORDED = "583 recorded exchanges of Gemini and Vertex AI"
_CONFIG = "Gemini API reference: GenerationConfig"
_ERRORS = "Gemini API guide: troubleshooting; google.rpc.Status"
_PART = "candidates[0].content.parts[0]"
_CONTENT = {
    "type": "object",
    "required": ["parts"],
    "properties": {
        "role": {"enum": ["user", "model"]},
        "parts": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "anyOf": [
                    {"required": [kind]}
                    for kind in ("text", "inlineData", "fileData", "functionCall", "functionResponse")
                ],
                "properties": {"text": {"type": "string"}},
            },
        },
    },
}


def _failure(code: int, status: str, message: str, **members: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "status": status, **members}}


CONTRACT = Contract(
    name="gemini",
    source=_API,
    origin="https://generativelanguage.googleapis.com",
    root="/v1beta",
    path="/models/{model}:streamGenerateContent?alt=sse",
    base_paths=("/v1beta", "/v1beta/", "", "/", "/gateway/v1beta", "/v1/projects/p/locations/l/publishers/google/"),
    headers=(),
    payload={
        "type": "object",
        "required": ["contents"],
        "not": {
            "anyOf": [
                {"required": [name]}
                for name in ("proxy", "base_url", "timeout", "api_key", "media", "model", "stream", "alt", "messages")
            ]
        },
        "properties": {
            "contents": {"type": "array", "minItems": 1, "items": _CONTENT},
            "systemInstruction": {"type": "object", "required": ["parts"]},
            "generationConfig": {
                "type": "object",
                "properties": {
                    "temperature": {"type": ["number", "null"]},
                    "topP": {"type": ["number", "null"]},
                    "topK": {"type": ["number", "null"]},
                    "maxOutputTokens": {"type": ["integer", "null"]},
                    "stopSequences": {"type": ["array", "null"], "items": {"type": "string"}},
                    "seed": {"type": ["integer", "null"]},
                },
            },
        },
    },
    content_paths={
        "system": "systemInstruction.parts[*].text",
        "user": "contents[*].parts[*].text",
        "assistant": "contents[*].parts[*].text",
    },
    roles={"assistant": "model"},
    accept=("text/event-stream", "application/json"),
    codecs=(Codec.SSE, Codec.JSON_ARRAY),
    model_json=frozenset({"args"}),  # Gemini API reference: the args of a functionCall are any object
    text=TextRule(paths=(f"{_PART}.text",), unless={f"{_PART}.thought": True}),
    finish=FinishRule(
        match={},
        path="candidates[0].finishReason",
        reasons={
            "STOP": "stop",
            "MAX_TOKENS": "length",
            "SAFETY": "content_filter",
            "RECITATION": "content_filter",
            "BLOCKLIST": "content_filter",
            "PROHIBITED_CONTENT": "content_filter",
            "SPII": "content_filter",
            "MODEL_ARMOR": "content_filter",
            "IMAGE_SAFETY": "content_filter",
            "IMAGE_PROHIBITED_CONTENT": "content_filter",
            "IMAGE_RECITATION": "content_filter",
        },
        failures=("LANGUAGE", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "NO_IMAGE", "TOO_MANY_TOOL_CALLS"),
        source="Gemini and Vertex AI API reference: FinishReason; MODEL_ARMOR: recorded",
    ),
    counts={
        "prompt_tokens": "promptTokenCount",
        "completion_tokens": "candidatesTokenCount",
        "total_tokens": "totalTokenCount",
    },
    choices="candidates",
    document=DocumentRule(
        options={"stream": False},
        path="/models/{model}:generateContent",
        stream_paths=(),
        document=response({"text": ""}, usageMetadata=usage_metadata()),
        text_path=f"{_PART}.text",
        finish_path="candidates[0].finishReason",
        usage_path="usageMetadata",
        samples=DOCUMENTS,
        source=_API,
    ),
    media=MediaRule(
        path="contents[*].parts[*].inlineData.data",
        type_path="contents[*].parts[*].inlineData.mimeType",
        data_uri=False,
        source="Gemini API reference: Blob",
    ),
    samples=SAMPLES,
    model=ModelRule(source=_API),
    options=(
        OptionRule(name="alt", path="?alt", values=("sse", "json"), source="Google APIs: system parameters, alt"),
        OptionRule(name="temperature", path="generationConfig.temperature", values=(0, 0.0, 1.5), source=_CONFIG),
        OptionRule(name="top_p", path="generationConfig.topP", values=(0, 1.0), source=_CONFIG),
        OptionRule(name="top_k", path="generationConfig.topK", values=(0, 40), source=_CONFIG),
        OptionRule(name="max_tokens", path="generationConfig.maxOutputTokens", values=(0, 64), source=_CONFIG),
        OptionRule(name="stop", path="generationConfig.stopSequences", values=([], ["\n"]), source=_CONFIG),
        OptionRule(name="seed", path="generationConfig.seed", values=(0, 42), source=_CONFIG),
    ),
    open_options=True,
    api_key_header="x-goog-api-key",
    errors=(
        ErrorCase(
            name="overloaded",
            event=_failure(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
            raises=Family.RUNTIME_ERROR,
            message="overloaded",
            source="a frame after some candidates, status 200: OmniRoute issue 4177",
        ),
        ErrorCase(
            name="internal",
            event=_failure(500, "INTERNAL", "An internal error has occurred."),
            raises=Family.RUNTIME_ERROR,
            message="internal error",
            source=_ERRORS,
        ),
        ErrorCase(
            name="bad-argument",
            event=_failure(400, "INVALID_ARGUMENT", "The input token count exceeds the maximum allowed."),
            raises=Family.VALUE_ERROR,
            message="exceeds the maximum",
            source=_ERRORS,
        ),
        ErrorCase(
            name="invalid-key",
            status=400,
            content_type="application/json",
            body=_failure(
                *(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
                details=[{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
            ),
            raises=Family.VALUE_ERROR,
            message="API key not valid",
            source=_ERRORS,
        ),
        ErrorCase(
            name="model-not-found",
            status=404,
            content_type="application/json",
            body=_failure(404, "NOT_FOUND", "models/x is not found for API version v1beta."),
            raises=Family.VALUE_ERROR,
            message="is not found",
            source=_RECORDED,
        ),
        ErrorCase(
            name="quota",
            status=429,
            content_type="application/json",
            body=_failure(
                *(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."),
                details=[{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}],
            ),
            raises=Family.RUNTIME_ERROR,
            message="exceeded your current quota",
            retry_after=37.0,
            source="google.rpc.RetryInfo: the reply has no Retry-After",
        ),
        ErrorCase(
            name="quota-in-an-array",
            status=429,
            content_type="application/json",
            body=[_failure(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted.")],
            raises=Family.RUNTIME_ERROR,
            message="has been exhausted",
            source="a call without alt=sse is refused by an array of one",
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
