"""What Mistral promises for chat completions, as data: what differs from Chat Completions of OpenAI."""

from dataclasses import replace
from typing import Any

from ..contract import DocumentRule, ErrorCase, Family, FinishRule, MediaRule, ModelRule, OptionRule
from ..openai_chat.contract import CONTRACT as _OPENAI
from .samples import DOCUMENTS, SAMPLES

_SPEC = "Mistral API reference: chat completion; 89 recorded exchanges of public test suites"
_ERRORS = "Mistral API reference: error handling; statuses 400, 401, 402, 403, 404, 422, 429, 5xx"
_MEMBER = "Mistral API reference: chat completion, member of the request"
_OWN = ("proxy", "base_url", "timeout", "api_key", "media")
_STRANGE = ("stream_options", "seed", "max_completion_tokens")
"""Members of OpenAI's that Mistral refuses as unknown."""
_PROPERTIES = {name: kind for name, kind in _OPENAI.payload["properties"].items() if name not in _STRANGE}


def _error(message: str, kind: str, code: str | int | None) -> dict[str, Any]:
    return {"object": "error", "message": message, "type": kind, "param": None, "code": code}


CONTRACT = replace(
    _OPENAI,
    name="mistral",
    source=_SPEC,
    origin="https://api.mistral.ai",
    payload={
        **_OPENAI.payload,
        "not": {"anyOf": [{"required": [name]} for name in (*_OWN, *_STRANGE)]},
        "properties": {
            **_PROPERTIES,
            "random_seed": {"type": ["integer", "null"]},
            "safe_prompt": {"type": "boolean"},
        },
    },
    finish=FinishRule(
        match={},
        path="choices[0].finish_reason",
        reasons={"stop": "stop", "length": "length", "model_length": "length", "tool_calls": "tool_calls"},
        failures=("error",),
        source="Mistral API reference and mistral client 2.x: finish_reason",
    ),
    document=DocumentRule(
        options={"stream": False},
        stream_paths=("stream",),
        document={
            "id": "cmpl-e5cc70bb28c444948073e77776eb30ef",
            "object": "chat.completion",
            "created": 1702256327,
            "model": "mistral-small-latest",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "", "tool_calls": None, "prefix": False},
                    "finish_reason": "stop",
                }
            ],
            "usage": None,
        },
        text_path="choices[0].message.content",
        finish_path="choices[0].finish_reason",
        usage_path="usage",
        samples=DOCUMENTS,
        source=_SPEC,
    ),
    media=MediaRule(
        path="messages[*].content[*].image_url.url",
        source="Mistral docs: vision; image_url is a URL or {url}, which may be a base64 data URI",
    ),
    samples=SAMPLES,
    model=ModelRule(paths={"model": "{model}"}, source=_SPEC),
    options=(
        OptionRule(name="temperature", path="temperature", values=(0, 0.0, 1.5), source=_MEMBER),
        OptionRule(name="top_p", path="top_p", values=(0.5, 1.0), source=_MEMBER),
        OptionRule(name="random_seed", path="random_seed", values=(0, 42), source=_MEMBER),
        OptionRule(name="stop", path="stop", values=([], ["\n"]), source=_MEMBER),
        OptionRule(name="max_tokens", path="max_tokens", values=(0, 64), source=_MEMBER),
        OptionRule(name="presence_penalty", path="presence_penalty", values=(0, -1.5), source=_MEMBER),
        OptionRule(name="frequency_penalty", path="frequency_penalty", values=(0.0, 2), source=_MEMBER),
        OptionRule(name="safe_prompt", path="safe_prompt", values=(False, True), source=_MEMBER),
        OptionRule(name="parallel_tool_calls", path="parallel_tool_calls", values=(False,), source=_MEMBER),
    ),
    errors=(
        ErrorCase(
            name="server-error",
            event=_error("Service unavailable.", "server_error", "3000"),
            raises=Family.RUNTIME_ERROR,
            message="unavailable",
            source=_ERRORS,
        ),
        ErrorCase(
            name="rate-limit",
            event=_error("Requests rate limit exceeded", "rate_limit_error", 429),
            raises=Family.RUNTIME_ERROR,
            message="rate limit",
            source=_ERRORS,
        ),
        ErrorCase(
            name="invalid-request",
            event=_error("Prompt contains 40000 tokens, too large for the model.", "invalid_request_error", None),
            raises=Family.VALUE_ERROR,
            message="too large",
            source=_ERRORS,
        ),
        ErrorCase(
            name="invalid-key",
            status=401,
            content_type="application/json",
            body={"message": "Unauthorized", "request_id": "2c4a5b0f1d1e4b7f8b2a7b6a8d2c6b0e"},
            raises=Family.VALUE_ERROR,
            message="Unauthorized",
            source="Kong, the gateway before the service: {message, request_id}",
        ),
        ErrorCase(
            name="invalid-member",
            status=422,
            content_type="application/json",
            body={
                "object": "error",
                "message": {
                    "detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs forbidden"}]
                },
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            },
            raises=Family.VALUE_ERROR,
            message="forbidden",
            source="Mistral: validation errors of its service, with the list of pydantic as message",
        ),
        ErrorCase(
            name="quota",
            status=429,
            content_type="application/json",
            body=_error("Requests rate limit exceeded", "rate_limited", "1300"),
            raises=Family.RUNTIME_ERROR,
            message="rate limit",
            source=_ERRORS,
        ),
    ),
)
