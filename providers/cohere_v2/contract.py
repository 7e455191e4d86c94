"""What Cohere promises for chat, version 2, as data."""

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
from .samples import SAMPLES

_SPEC = "Cohere API reference: v2/chat, v2/chat-stream; 31 recorded exchanges of public test suites"
_SDK = "cohere-python 5.x, ClientV2: base_url is the origin, resources append v2/chat"
_ERRORS = "Cohere API reference: errors 400, 401, 402, 404, 429, 498, 499, 500, 503, each {message}"
_MEMBER = "Cohere API reference: v2/chat, member of the request"
_FAILED = "Cohere API reference: v2/chat-stream, message-end: delta.error beside finish_reason ERROR"


def _message_end(finish: str, error: str) -> dict[str, object]:
    return {"type": "message-end", "delta": {"finish_reason": finish, "error": error}}


CONTRACT = Contract(
    name="cohere_v2",
    source=f"{_SPEC}; {_SDK}",
    origin="https://api.cohere.com",
    path="/v2/chat",
    headers=(),
    payload={
        "type": "object",
        "required": ["model", "messages", "stream"],
        "not": {"anyOf": [{"required": [name]} for name in ("proxy", "base_url", "timeout", "api_key", "media")]},
        "properties": {
            "model": {"type": "string"},
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": {
                        "role": {"enum": ["system", "user", "assistant", "tool"]},
                        "content": {
                            "type": ["string", "array"],
                            "minItems": 1,
                            "items": {"type": "object", "required": ["type"]},
                        },
                    },
                },
            },
            "stream": {"type": "boolean"},
            "temperature": {"type": ["number", "null"]},
            "p": {"type": ["number", "null"]},
            "k": {"type": ["number", "null"]},
            "seed": {"type": ["integer", "null"]},
            "max_tokens": {"type": ["integer", "null"]},
            "stop_sequences": {"type": ["array", "null"], "items": {"type": "string"}},
        },
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "messages[*].content"),
    accept=("text/event-stream", "application/json"),
    codecs=(Codec.SSE,),
    text=TextRule(match={"type": "content-delta"}, paths=("delta.message.content.text",)),
    event_name="type",
    finish=FinishRule(
        match={"type": "message-end"},
        path="delta.finish_reason",
        reasons={"COMPLETE": "stop", "STOP_SEQUENCE": "stop", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls"},
        failures=("ERROR", "TIMEOUT"),
        source=f"{_SPEC}; TIMEOUT: cohere-node, ChatFinishReason",
    ),
    counts={"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"},
    sentinel="[DONE]",
    document=DocumentRule(
        options={"stream": False},
        stream_paths=("stream",),
        document={
            "id": "c14c80c3-18eb-4519-9460-6c92edd8cfb4",
            "finish_reason": "COMPLETE",
            "message": {"role": "assistant", "content": [{"type": "text", "text": ""}]},
            "usage": {"billed_units": {"input_tokens": 1, "output_tokens": 2}},
        },
        text_path="message.content[0].text",
        finish_path="finish_reason",
        usage_path="usage.tokens",
        usage_paths=("delta.usage.tokens",),
        samples=DOCUMENTS,
        source=_SPEC,
    ),
    media=MediaRule(
        path="messages[*].content[*].image_url.url",
        source="Cohere API reference: v2/chat, image_url part: a URL or a base64 data URI",
    ),
    samples=SAMPLES,
    model=ModelRule(paths={"model": "{model}"}, source=_SPEC),
    options=(
        OptionRule(name="temperature", path="temperature", values=(0, 0.0, 0.9), source=_MEMBER),
        OptionRule(name="p", path="p", values=(0, 0.75), source=_MEMBER),
        OptionRule(name="k", path="k", values=(0, 50), source=_MEMBER),
        OptionRule(name="seed", path="seed", values=(0, 42), source=_MEMBER),
        OptionRule(name="max_tokens", path="max_tokens", values=(0, 64), source=_MEMBER),
        OptionRule(name="stop_sequences", path="stop_sequences", values=([], ["\n"]), source=_MEMBER),
        OptionRule(name="presence_penalty", path="presence_penalty", values=(0, 0.5), source=_MEMBER),
        OptionRule(name="frequency_penalty", path="frequency_penalty", values=(0.0, 0.5), source=_MEMBER),
        OptionRule(name="safety_mode", path="safety_mode", values=("OFF", "CONTEXTUAL"), source=_MEMBER),
        OptionRule(name="strict_tools", path="strict_tools", values=(False, True), source=_MEMBER),
    ),
    open_options=True,
    api_key_header="authorization",
    errors=(
        ErrorCase(
            name="failed-generation",
            event=_message_end("ERROR", "The model failed to generate an answer."),
            raises=Family.RUNTIME_ERROR,
            message="failed to generate",
            source=_FAILED,
        ),
        ErrorCase(
            name="timed-out",
            event=_message_end("TIMEOUT", "The request timed out."),
            raises=Family.RUNTIME_ERROR,
            message="timed out",
            source=_FAILED,
        ),
        ErrorCase(
            name="invalid-key",
            status=401,
            content_type="application/json",
            body={"id": "5a50480a-cf52-46f0-af01-53d18539bd31", "message": "invalid api token"},
            raises=Family.VALUE_ERROR,
            message="invalid api token",
            source=_ERRORS,
        ),
        ErrorCase(
            name="model-not-found",
            status=404,
            content_type="application/json",
            body={
                "id": "9a8cf1b6-7ca4-4d6b-8b2a-7b6a8d2c6b0e",
                "message": "model 'x' not found, make sure the correct model ID was used",
            },
            raises=Family.VALUE_ERROR,
            message="not found",
            source="recorded exchanges of public test suites",
        ),
        ErrorCase(
            name="too-long",
            status=400,
            content_type="application/json",
            body={"message": "too many tokens: size limit exceeded by 20 tokens."},
            raises=Family.VALUE_ERROR,
            message="too many tokens",
            source=_ERRORS,
        ),
        ErrorCase(
            name="blocked-token",
            status=498,
            content_type="application/json",
            body={"message": "invalid token"},
            raises=Family.RUNTIME_ERROR,
            message="invalid token",
            source=_ERRORS,
        ),
        ErrorCase(
            name="rate-limit",
            status=429,
            content_type="application/json",
            body={"message": "You are using a Trial key, which is limited to 10 API calls / minute."},
            raises=Family.RUNTIME_ERROR,
            message="Trial key",
            source=_ERRORS,
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
