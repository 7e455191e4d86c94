"""What a g4f server promises under /backend-api/v2/conversation, as data."""

from ..contract import (
    Capability,
    Codec,
    Contract,
    ErrorCase,
    Family,
    FinishRule,
    MediaRule,
    ModelRule,
    OptionRule,
    Place,
    Sample,
    TextRule,
)

_SEED = "gpt4free 0.5.2.9 and 8.8.6, g4f.Provider.template.BackendApi: observed request"
_SERVER = "g4f servers 0.5.2.9 (JSON lines) and 8.8.6 (SSE), run here: recorded events"
_CLASSES = "g4f 8.8.6: an auth event is the caller's to mend; classes of g4f.errors in error events"
_OPEN = "the server reads or passes on any further member of the body"

CONTRACT = Contract(
    name="backend_api",
    source=_SEED,
    origin=None,
    path="/backend-api/v2/conversation",
    headers=(),
    payload={
        "type": "object",
        "required": ["model", "messages"],
        "not": {"required": ["proxy"]},
        "properties": {
            "model": {"type": ["string", "null"]},
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": {"role": {"type": "string"}, "content": {"type": ["string", "array"]}},
                },
            },
            "media": {"type": ["array", "null"]},
            "api_key": {"type": ["string", "null"]},
            "temperature": {"type": ["number", "null"]},
            "stream": {"type": "boolean"},
        },
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "messages[*].content"),
    accept=("text/event-stream",),
    codecs=(Codec.SSE, Codec.NDJSON),
    text=TextRule(match={"type": "content"}, paths=("content",)),
    event_name="type",
    finish=FinishRule(
        match={"type": "finish"},
        path="finish.reason",
        reasons={name: name for name in ("stop", "length", "tool_calls", "content_filter")},
        source=_SERVER,
    ),
    model=ModelRule(paths={"model": "{model}"}, source=_SEED),
    options=(
        OptionRule(name="temperature", path="temperature", values=(0, 0.0, 1.5), source=_OPEN),
        OptionRule(name="top_p", path="top_p", values=(0, 1.0), source=_OPEN),
        OptionRule(name="seed", path="seed", values=(0,), source=_OPEN),
        OptionRule(name="stop", path="stop", values=([], ["\n"]), source=_OPEN),
        OptionRule(name="web_search", path="web_search", values=(False, True), source=_OPEN),
        OptionRule(name="provider", path="provider", values=("", "Custom"), source=_OPEN),
    ),
    open_options=True,
    api_key_path="api_key",
    errors=(
        ErrorCase(
            name="auth",
            event={"type": "auth", "auth": "MissingAuthError", "message": "MissingAuthError: Error 401: bad key"},
            raises=Family.VALUE_ERROR,
            message="bad key",
            source=_SERVER,
        ),
        ErrorCase(
            name="auth-of-another-class",
            event={"type": "auth", "auth": "NoValidHarFileError", "message": "NoValidHarFileError: log in first"},
            raises=Family.VALUE_ERROR,
            message="log in first",
            source=_CLASSES,
        ),
        ErrorCase(
            name="model-not-found",
            event={
                "type": "error",
                "error": "ModelNotFoundError",
                "message": "ModelNotFoundError: Model not found: pizza",
            },
            raises=Family.VALUE_ERROR,
            message="Model not found",
            source=_CLASSES,
        ),
        ErrorCase(
            name="rate-limit",
            event={"type": "error", "error": "RateLimitError", "message": "RateLimitError: Error 429: slow down"},
            raises=Family.RUNTIME_ERROR,
            message="slow down",
            source=_SERVER,
        ),
        ErrorCase(
            name="overloaded",
            event={"type": "error", "error": "ResponseError", "message": "ResponseError: Error 529: overloaded"},
            raises=Family.RUNTIME_ERROR,
            message="overloaded",
            source=_SERVER,
        ),
        ErrorCase(
            name="bad-request",
            event={
                "type": "error",
                "error": "BadRequestError",
                "message": "BadRequestError: Error 400: request exceeds the available context size",
            },
            raises=Family.VALUE_ERROR,
            message="context size",
            source=_SERVER,
        ),
        ErrorCase(
            name="provider-not-found",
            status=404,
            content_type="application/json",
            body={"error": {"message": "Provider not found"}},
            raises=Family.VALUE_ERROR,
            message="Provider not found",
            source=_SERVER,
        ),
    ),
    media=MediaRule(path="media[*][0]", source=_SEED),
    samples=(
        Sample(
            name="reasoning",
            shows=Capability.REASONING,
            events=({"type": "reasoning", "token": "Let me think.", "status": "thinking"},),
            source=_SERVER,
        ),
        Sample(
            name="response-beside-content",
            shows=Capability.REPEATS,
            events=({"type": "response", "response": {"choices": [{"index": 0, "delta": {"content": "{text}"}}]}},),
            source=_SERVER,
        ),
        Sample(
            name="usage",
            shows=Capability.USAGE,
            events=({"type": "usage", "usage": {"prompt_tokens": 32, "completion_tokens": 10, "total_tokens": 42}},),
            usage={"prompt_tokens": 32, "completion_tokens": 10, "total_tokens": 42},
            places=(Place.FIRST, Place.MIDDLE, Place.LAST, Place.AFTER),
            source=_SERVER,
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
