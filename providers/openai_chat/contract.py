"""What OpenAI promises for Chat Completions, and what compatible services were seen to send, as data.

``base_url`` includes the version, as in OpenAI's own SDK (``https://api.openai.com/v1``); the endpoint path
follows it as it is, so the version can neither be lost nor doubled.
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
from .samples import SAMPLES

_SPEC = "OpenAI API reference: chat/create, chat/object, chat/streaming"
_SDK = "openai-python 1.x: base_url ends in the version, resources append /chat/completions"
_ERRORS = "OpenAI guide: error codes; 938 recorded exchanges of public test suites"
_MEMBER = "OpenAI API reference: chat/create, member of the request"
_IMAGE = "OpenAI API reference: chat/create, image_url part; a data: URL is a URL"


def _failure(message: str, kind: str | None, code: str | int | None) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


CONTRACT = Contract(
    name="openai_chat",
    source=_SPEC,
    origin="https://api.openai.com",
    root="/v1",
    path="/chat/completions",
    base_paths=("/v1", "/v1/", "", "/", "/gateway/v1", "/gateway/v1/"),
    headers=(),
    payload={
        "type": "object",
        "required": ["model", "messages"],
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
                        "role": {"enum": ["developer", "system", "user", "assistant", "tool", "function"]},
                        "content": {
                            "type": ["string", "array"],
                            "minItems": 1,
                            "items": {"type": "object", "required": ["type"]},
                        },
                    },
                },
            },
            "stream": {"type": ["boolean", "null"]},
            "stream_options": {
                "type": ["object", "null"],
                "properties": {"include_usage": {"type": "boolean"}},
            },
            "temperature": {"type": ["number", "null"]},
            "top_p": {"type": ["number", "null"]},
            "seed": {"type": ["integer", "null"]},
            "max_tokens": {"type": ["integer", "null"]},
            "stop": {"type": ["string", "array", "null"]},
        },
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "messages[*].content"),
    accept=("text/event-stream", "application/json"),
    codecs=(Codec.SSE,),
    text=TextRule(paths=("choices[0].delta.content", "choices[0].message.content")),
    finish=FinishRule(
        match={},
        path="choices[0].finish_reason",
        reasons={
            "stop": "stop",
            "length": "length",
            "tool_calls": "tool_calls",
            "function_call": "tool_calls",
            "content_filter": "content_filter",
        },
        failures=("error",),
        source=f"{_SPEC}; error: OpenRouter and Mistral docs",
    ),
    sentinel="[DONE]",
    choices="choices",
    document=DocumentRule(
        options={"stream": False},
        stream_paths=("stream", "stream_options"),
        document={
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1741569952,
            "model": "gpt-4o-mini",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "", "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": None,
        },
        text_path="choices[0].message.content",
        finish_path="choices[0].finish_reason",
        usage_path="usage",
        usage_option_path="stream_options.include_usage",
        samples=DOCUMENTS,
        source=_SPEC,
    ),
    media=MediaRule(path="messages[*].content[*].image_url.url", source=_IMAGE),
    samples=SAMPLES,
    model=ModelRule(paths={"model": "{model}"}, source=_SPEC),
    options=(
        OptionRule(name="temperature", path="temperature", values=(0, 0.0, 1.5), source=_MEMBER),
        OptionRule(name="top_p", path="top_p", values=(0, 1.0), source=_MEMBER),
        OptionRule(name="seed", path="seed", values=(0, 42), source=_MEMBER),
        OptionRule(name="stop", path="stop", values=([], ["\n"]), source=_MEMBER),
        OptionRule(name="max_tokens", path="max_tokens", values=(0, 64), source=_MEMBER),
        OptionRule(name="presence_penalty", path="presence_penalty", values=(0, -1.5), source=_MEMBER),
        OptionRule(name="frequency_penalty", path="frequency_penalty", values=(0.0, 2), source=_MEMBER),
        OptionRule(name="logprobs", path="logprobs", values=(False, True), source=_MEMBER),
        OptionRule(name="parallel_tool_calls", path="parallel_tool_calls", values=(False,), source=_MEMBER),
        OptionRule(name="user", path="user", values=("", "someone"), source=_MEMBER),
    ),
    open_options=True,
    api_key_header="authorization",
    errors=(
        ErrorCase(
            name="overloaded",
            event=_failure("The server is overloaded.", "server_error", "server_is_overloaded"),
            raises=Family.RUNTIME_ERROR,
            message="overloaded",
            source=_ERRORS,
        ),
        ErrorCase(
            name="rate-limit",
            event=_failure("Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
            raises=Family.RUNTIME_ERROR,
            message="Rate limit reached",
            source=_ERRORS,
        ),
        ErrorCase(
            name="server-error",
            event=_failure("The server had an error while processing your request.", "server_error", None),
            raises=Family.RUNTIME_ERROR,
            message="had an error",
            source="go-openai issue 396: in-band error after status 200, code null",
        ),
        ErrorCase(
            name="invalid-request",
            event=_failure("This model's maximum context length is 1024 tokens.", "invalid_request_error", None),
            raises=Family.VALUE_ERROR,
            message="maximum context length",
            source=_ERRORS,
        ),
        ErrorCase(
            name="status-in-code",
            event={
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": None}],
                "error": {"code": 502, "message": "Provider disconnected"},
            },
            raises=Family.RUNTIME_ERROR,
            message="disconnected",
            source="OpenRouter docs: errors after the start of a stream stand beside the choices",
        ),
        ErrorCase(
            name="invalid-key",
            status=401,
            content_type="application/json",
            body=_failure("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
            raises=Family.VALUE_ERROR,
            message="Incorrect API key",
            source=_ERRORS,
        ),
        ErrorCase(
            name="model-not-found",
            status=404,
            content_type="application/json",
            body=_failure("The model `x` does not exist.", "invalid_request_error", "model_not_found"),
            raises=Family.VALUE_ERROR,
            message="does not exist",
            source=_ERRORS,
        ),
        ErrorCase(
            name="quota",
            status=429,
            content_type="application/json",
            body=_failure("You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
            raises=Family.RUNTIME_ERROR,
            message="exceeded your current quota",
            source=_ERRORS,
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
