"""What the services of ``rows`` promise, as data: where they differ from Chat Completions of OpenAI.

The wire is the same, so they share its recordings, a few of each mode; what is their own stands in documented events.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..contract import OK, Capability, Contract, ErrorCase, Family, FinishRule, ModelRule, Place, Sample
from .contract import CONTRACT as _OPENAI
from .documents import DOCUMENTS
from .samples import SAMPLES

_RECORDINGS = ("unicode", "document", "refusal-rate-limit")
_CHOICES = ("choices-empty", "second-choice")
_USAGE = {"prompt_tokens": 17, "completion_tokens": 5, "total_tokens": 22}
_REASONS = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "content_filter": "content_filter"}

_AZURE = "Azure OpenAI reference: chat completions; 77 recorded exchanges"
_DEEPSEEK = "DeepSeek API docs: create chat completion, error codes; 11 recorded exchanges"
_GROQ = "Groq API reference: chat, error codes; 123 recorded exchanges"
_HUGGINGFACE = "Hugging Face docs: Inference Providers, chat completion; 16 recorded exchanges"
_LLAMA = "llama.cpp: tools/server/README.md; recordings of this project"
_OPENROUTER = "OpenRouter docs: chat completion, errors, streaming; 69 recorded exchanges"
_VLLM = "vLLM docs: OpenAI-compatible server"


def _finish(source: str, *failures: str, **reasons: str) -> FinishRule:
    return FinishRule(
        match={},
        path="choices[0].finish_reason",
        reasons={**_REASONS, **reasons},
        failures=failures,
        source=source,
    )


def _row(
    name: str, source: str, place: tuple[str | None, str], seen: tuple[str, ...], *own: Sample, **others: Any
) -> Contract:
    """Give the contract of a row at an origin and root; of the documented events it has some, and some of its own."""
    (origin, root), rule, seen = place, _OPENAI.document, (*_CHOICES, *seen)
    documents = tuple(sample for sample in DOCUMENTS if sample.name in seen)
    return replace(
        _OPENAI,
        name=name,
        source=source,
        origin=origin,
        root=root,
        base_paths=(root, f"{root}/", f"/gateway{root}", f"/gateway{root}/"),
        recordings=tuple(f"{_OPENAI.name}/{scenario}" for scenario in _RECORDINGS),
        document=None if rule is None else replace(rule, samples=documents),
        samples=(*(sample for sample in SAMPLES if sample.name in seen), *own),
        **others,
    )


def _error(source: str, name: str, raises: Family, message: str, status: int = OK, /, **members: Any) -> ErrorCase:
    """Give an error object with these members: an event of the stream, or with a status the body of a reply."""
    return _case(source, name, raises, message, status, {"error": {"message": message, **members}})


def _case(source: str, name: str, raises: Family, message: str, status: int, document: Any) -> ErrorCase:
    told: dict[str, Any] = {"name": name, "raises": raises, "message": message, "source": source}
    if status == OK:
        return ErrorCase(event=document, **told)
    return ErrorCase(status=status, content_type="application/json", body=document, **told)


_CHANGE, _LATER = Family.VALUE_ERROR, Family.RUNTIME_ERROR

CONTRACTS: Mapping[str, Contract] = {
    "azure": _row(
        "azure",
        _AZURE,
        (None, ""),
        ("filter-only", "delta-null", "usage-with-empty-choices", "two-calls", "document-calls"),
        path="/openai/deployments/{model}/chat/completions?api-version=2024-10-21",
        api_key_header="api-key",
        model=ModelRule(source=_AZURE),
        finish=_finish(_AZURE, function_call="tool_calls"),
        errors=(
            _error(_AZURE, "filtered", _CHANGE, "The response was filtered", 400, code="content_filter"),
            _error(_AZURE, "no-deployment", _CHANGE, "The deployment does not exist", 404, code="DeploymentNotFound"),
            _error(_AZURE, "rate-limit", _LATER, "Requests have exceeded the rate limit", code="429"),
        ),
    ),
    "deepseek": _row(
        "deepseek",
        _DEEPSEEK,
        ("https://api.deepseek.com", ""),
        ("reasoning-content", "reasoning-and-text-in-one-chunk", "one-call", "document-reasoning-content"),
        finish=_finish(_DEEPSEEK, "insufficient_system_resource"),
        errors=(
            _error(_DEEPSEEK, "no-balance", _LATER, "Insufficient Balance", 402, type="unknown_error"),
            _error(_DEEPSEEK, "invalid", _CHANGE, "Invalid max_tokens value", 422, type="invalid_request_error"),
            _error(_DEEPSEEK, "overloaded", _LATER, "The server is overloaded", type="server_error", code=None),
        ),
    ),
    "groq": _row(
        "groq",
        _GROQ,
        ("https://api.groq.com", "/openai/v1"),
        ("reasoning", "whole-calls-without-index", "document-reasoning", "document-calls-without-content"),
        Sample(
            name="usage-of-its-own",
            shows=Capability.USAGE,
            events=({"choices": [], "x_groq": {"id": "req_1", "usage": {**_USAGE, "queue_time": 0.1}}},),
            places=(Place.LAST, Place.AFTER),
            usage=_USAGE,
            source=f"{_GROQ}: x_groq.usage",
        ),
        finish=_finish(_GROQ, function_call="tool_calls"),
        errors=(
            _error(
                f"{_GROQ}: two streams that ended so",
                "tool-use-failed",
                _CHANGE,
                "Tool call validation failed",
                type="invalid_request_error",
                code="tool_use_failed",
                failed_generation="{}",
                status_code=400,
            ),
            _error(_GROQ, "no-capacity", _LATER, "Flex tier capacity exceeded", 498, code="capacity_exceeded"),
        ),
    ),
    "huggingface": _row(
        "huggingface",
        _HUGGINGFACE,
        ("https://router.huggingface.co", "/v1"),
        ("usage-with-empty-choices", "one-call"),
        Sample(
            name="text-beside-delta",
            shows=Capability.REPEATS,
            events=({"choices": [{"index": 0, "delta": {"content": "", "token_id": 2}, "text": "{text}"}]},),
            places=(Place.LAST,),
            source=f"{_HUGGINGFACE}: Together's choices[].text doubles the content",
        ),
        finish=_finish(_HUGGINGFACE, **dict.fromkeys(("eos_token", "eos", "stop_sequence"), "stop")),
        errors=(
            _case(
                "huggingface_hub issue 2558: an error in the stream of a TGI server",
                "validation",
                _CHANGE,
                "must have less than",
                OK,
                {"error": "Input validation error: must have less than 1024 tokens", "error_type": "validation"},
            ),
            _case(_HUGGINGFACE, "no-token", _CHANGE, "Invalid username", 401, {"error": "Invalid username"}),
        ),
    ),
    "llama_cpp": _row(
        "llama_cpp",
        _LLAMA,
        (None, "/v1"),
        ("reasoning-content", "one-call", "usage-with-empty-choices", "document-usage"),
        finish=_finish(_LLAMA),
        errors=(
            _error(_LLAMA, "too-long", _CHANGE, "exceeds the available context", 400, type="exceed_context_size_error"),
            _error(_LLAMA, "loading", _LATER, "Loading model", 503, code=503, type="unavailable_error"),
            _error(_LLAMA, "busy", _LATER, "overloaded", code=500, type="server_error"),
        ),
    ),
    "openrouter": _row(
        "openrouter",
        _OPENROUTER,
        ("https://openrouter.ai", "/api/v1"),
        ("reasoning", "reasoning-twice", "usage-beside-a-null-finish", "one-call", "document-reasoning"),
        finish=_finish(_OPENROUTER, "error"),
        errors=(
            *(case for case in _OPENAI.errors if case.name == "status-in-code"),
            _error(_OPENROUTER, "no-credits", _LATER, "Insufficient credits", 402, code=402),
            _error(_OPENROUTER, "moderated", _CHANGE, "flagged", 403, code=403, metadata={"reasons": ["violence"]}),
        ),
    ),
    "vllm": _row(
        "vllm",
        _VLLM,
        (None, "/v1"),
        ("text-beside-empty-reasoning", "usage-on-every-chunk", "id-in-every-fragment", "document-reasoning-content"),
        finish=_finish(_VLLM),
        errors=(
            _error(_VLLM, "too-long", _CHANGE, "the maximum context length is 1024", type="BadRequestError", code=400),
            _case(
                f"{_VLLM}: ErrorResponse, in older versions without the level error",
                "no-model",
                _CHANGE,
                "does not exist",
                404,
                {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404},
            ),
        ),
    ),
}
