"""What Anthropic promises for its Messages API, and what compatible servers were seen to send, as data.

``base_url`` is the origin, as in Anthropic's own SDK; the version is part of the endpoint path.
"""

from ..contract import (
    Capability,
    Codec,
    Contract,
    DocumentRule,
    ErrorCase,
    Family,
    FinishRule,
    HeaderRule,
    MediaRule,
    ModelRule,
    OptionRule,
    TextRule,
)
from .documents import DOCUMENTS
from .samples import SAMPLES

_API = "Anthropic API reference: Messages"
_STREAM = "Anthropic docs: streaming messages; 99 recorded streams"
_ERRORS = "Anthropic docs: errors; recorded replies of public test suites"
_MEMBER = f"{_API}, member of the request body"
_BLANK = "Anthropic API: messages with text content blocks that are empty or white space alone are refused by 400"


def _failure(kind: str, message: str) -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": message}}


CONTRACT = Contract(
    name="anthropic_messages",
    source=_API,
    origin="https://api.anthropic.com",
    path="/v1/messages",
    headers=(HeaderRule(name="anthropic-version", value="2023-06-01", source="Anthropic docs: versions"),),
    payload={
        "type": "object",
        "required": ["model", "max_tokens", "messages"],
        "not": {
            "anyOf": [{"required": [name]} for name in ("proxy", "base_url", "timeout", "api_key", "media", "stop")]
        },
        "properties": {
            "model": {"type": "string", "minLength": 1},
            "max_tokens": {"type": "integer", "minimum": 0},
            "system": {"$ref": "#/$defs/content"},
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "additionalProperties": False,
                    "properties": {"role": {"enum": ["user", "assistant"]}, "content": {"$ref": "#/$defs/content"}},
                },
            },
            "stream": {"type": "boolean"},
            "stop_sequences": {"type": "array", "items": {"type": "string"}},
            "temperature": {"type": "number"},
            "top_p": {"type": "number"},
            "top_k": {"type": "integer"},
            "tools": {"type": "array", "items": {"type": "object", "required": ["name"]}},
            "tool_choice": {"type": "object", "required": ["type"]},
        },
        "$defs": {
            "content": {
                "$comment": _BLANK,
                "anyOf": [
                    {"type": "string", "pattern": r"\S"},
                    {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/block"}},
                ],
            },
            "block": {
                "type": "object",
                "required": ["type"],
                "if": {"properties": {"type": {"const": "text"}}},
                "then": {"required": ["text"], "properties": {"text": {"type": "string", "pattern": r"\S"}}},
            },
        },
    },
    content_paths={"system": "system", "user": "messages[*].content", "assistant": "messages[*].content"},
    accept=("text/event-stream", "application/json"),
    codecs=(Codec.SSE,),
    model_json=frozenset({"input"}),  # Anthropic API reference: the input of a tool_use block is any object
    text=TextRule(match={"type": "content_block_delta"}, paths=("delta.text",)),
    event_name="type",
    finish=FinishRule(
        match={"type": "message_delta"},
        path="delta.stop_reason",
        reasons={
            "end_turn": "stop",
            "stop_sequence": "stop",
            "compaction": "stop",
            "max_tokens": "length",
            "model_context_window_exceeded": "length",
            "tool_use": "tool_calls",
            "refusal": "content_filter",
        },
        source="Anthropic docs: handling stop reasons; beta: compaction",
    ),
    counts={"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"},
    document=DocumentRule(
        options={"stream": False},
        stream_paths=("stream",),
        document={
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": ""}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": None,
        },
        text_path="content[0].text",
        finish_path="stop_reason",
        usage_path="usage",
        usage_paths=("message.usage", "usage"),
        samples=DOCUMENTS,
        source=_API,
    ),
    media=MediaRule(
        path="messages[*].content[*].source.data",
        data_uri=False,
        type_path="messages[*].content[*].source.media_type",
        source="Anthropic docs: vision, base64 image source",
    ),
    samples=SAMPLES,
    model=ModelRule(paths={"model": "{model}"}, source=_API),
    options=(
        OptionRule(name="temperature", path="temperature", values=(0, 0.0, 1.0), source=_MEMBER),
        OptionRule(name="top_p", path="top_p", values=(0, 1.0), source=_MEMBER),
        OptionRule(name="top_k", path="top_k", values=(0, 40), source=_MEMBER),
        OptionRule(name="stop", path="stop_sequences", values=([], ["END"]), source=_MEMBER),
        OptionRule(name="max_tokens", path="max_tokens", values=(0, 64), source=_MEMBER),
        OptionRule(name="metadata", path="metadata", values=({}, {"user_id": "someone"}), source=_MEMBER),
        OptionRule(name="service_tier", path="service_tier", values=("auto",), source=_MEMBER),
        OptionRule(name="thinking", path="thinking", values=({"type": "disabled"},), source=_MEMBER),
    ),
    open_options=True,
    api_key_header="x-api-key",
    errors=(
        ErrorCase(
            name="overloaded",
            event=_failure("overloaded_error", "Overloaded"),
            raises=Family.RUNTIME_ERROR,
            message="Overloaded",
            source="Anthropic docs: streaming, error events",
        ),
        ErrorCase(
            name="api-error",
            event=_failure("api_error", "Internal server error"),
            raises=Family.RUNTIME_ERROR,
            message="Internal server error",
            source=_ERRORS,
        ),
        ErrorCase(
            name="rate-limit",
            event=_failure("rate_limit_error", "This request would exceed your rate limit"),
            raises=Family.RUNTIME_ERROR,
            message="exceed your rate limit",
            source=_ERRORS,
        ),
        ErrorCase(
            name="invalid-request",
            event=_failure("invalid_request_error", "prompt is too long"),
            raises=Family.VALUE_ERROR,
            message="prompt is too long",
            source=_ERRORS,
        ),
        ErrorCase(
            name="invalid-key",
            status=401,
            content_type="application/json",
            body=_failure("authentication_error", "invalid x-api-key"),
            raises=Family.VALUE_ERROR,
            message="invalid x-api-key",
            source=_ERRORS,
        ),
        ErrorCase(
            name="model-not-found",
            status=404,
            content_type="application/json",
            body=_failure("not_found_error", "model: claude-x"),
            raises=Family.VALUE_ERROR,
            message="model: claude-x",
            source=_ERRORS,
        ),
        ErrorCase(
            name="overloaded-before-the-stream",
            status=529,
            content_type="application/json",
            body=_failure("overloaded_error", "Overloaded"),
            raises=Family.RUNTIME_ERROR,
            message="Overloaded",
            source=_ERRORS,
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
