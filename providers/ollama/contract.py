"""What Ollama promises for /api/chat, as data.

``base_url`` is the origin, as in Ollama's own client; ``OLLAMA_HOST`` is not read.
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
from .samples import DOCUMENTS, SAMPLES

_API = "Ollama docs: API, generate a chat completion"
_STREAM = "Ollama docs: streaming; 8 recorded streams"
_OPTION = "Ollama docs: modelfile, valid parameters and values"
_ERRORS = "Ollama docs: errors"
_BESIDE = ("proxy", "base_url", "timeout", "api_key", "media", "temperature", "stop", "max_tokens")

CONTRACT = Contract(
    name="ollama",
    source=_API,
    origin="http://127.0.0.1:11434",
    path="/api/chat",
    headers=(),
    payload={
        "type": "object",
        "required": ["model", "messages"],
        "not": {"anyOf": [{"required": [name]} for name in _BESIDE]},
        "properties": {
            "model": {"type": "string", "minLength": 1},
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": {
                        "role": {"type": "string"},
                        "content": {"type": "string"},
                        "images": {"type": "array", "items": {"type": "string", "pattern": "^[A-Za-z0-9+/]+={0,2}$"}},
                        "tool_calls": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["function"],
                                "properties": {
                                    "function": {
                                        "type": "object",
                                        "required": ["name", "arguments"],
                                        "properties": {"arguments": {"type": "object"}},
                                    }
                                },
                            },
                        },
                    },
                },
            },
            "stream": {"type": "boolean"},
            "options": {
                "type": "object",
                "not": {"required": ["max_tokens"]},
                "properties": {"stop": {"type": "array", "items": {"type": "string"}}},
            },
        },
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "messages[*].content"),
    accept=("application/x-ndjson", "application/json"),
    codecs=(Codec.NDJSON,),
    model_json=frozenset({"arguments"}),  # Ollama API: the arguments of a tool call are any object
    text=TextRule(paths=("message.content",)),
    finish=FinishRule(
        match={"done": True},
        path="done_reason",
        reasons={"stop": "stop", "length": "length"},
        source=f"{_API}: done_reason; load and unload tell of no answer",
    ),
    counts={"prompt_tokens": "prompt_eval_count", "completion_tokens": "eval_count"},
    document=DocumentRule(
        options={"stream": False},
        stream_paths=("stream",),
        document={
            "model": "llama3.2",
            "created_at": "2026-08-07T06:08:09.335586Z",
            "message": {"role": "assistant", "content": ""},
            "done": True,
            "done_reason": "stop",
            "total_duration": 1735248334,
            "load_duration": 139246000,
            "prompt_eval_duration": 247164000,
            "eval_duration": 1337032000,
        },
        text_path="message.content",
        finish_path="done_reason",
        usage_path="",
        usage_paths=("",),
        samples=DOCUMENTS,
        source=_API,
    ),
    media=MediaRule(path="messages[*].images", data_uri=False, source=f"{_API}: images, base64 without data:"),
    samples=SAMPLES,
    model=ModelRule(paths={"model": "{model}"}, source=_API),
    options=(
        OptionRule(name="temperature", path="options.temperature", values=(0, 0.0, 1.5), source=_OPTION),
        OptionRule(name="top_p", path="options.top_p", values=(0, 1.0), source=_OPTION),
        OptionRule(name="top_k", path="options.top_k", values=(0, 40), source=_OPTION),
        OptionRule(name="seed", path="options.seed", values=(0, 42), source=_OPTION),
        OptionRule(name="stop", path="options.stop", values=([], ["\n"]), source=_OPTION),
        OptionRule(name="max_tokens", path="options.num_predict", values=(0, 64), source=_OPTION),
        OptionRule(name="num_ctx", path="options.num_ctx", values=(2048,), source=_OPTION),
        OptionRule(name="think", path="think", values=(False, True, "low"), source=f"{_API}: think"),
        OptionRule(name="format", path="format", values=("", "json"), source=f"{_API}: format"),
        OptionRule(name="keep_alive", path="keep_alive", values=(0, "5m"), source=f"{_API}: keep_alive"),
    ),
    api_key_header="authorization",
    errors=(
        ErrorCase(
            name="runner-stopped",
            event={"error": "an error was encountered while running the model"},
            raises=Family.RUNTIME_ERROR,
            message="while running the model",
            source=f"{_ERRORS}: errors that occur while streaming",
        ),
        ErrorCase(
            name="model-not-found",
            status=404,
            content_type="application/json; charset=utf-8",
            body={"error": "model 'pizza' not found"},
            raises=Family.VALUE_ERROR,
            message="model 'pizza' not found",
            source="recorded: a model that was not pulled",
        ),
        ErrorCase(
            name="no-tools",
            status=400,
            content_type="application/json; charset=utf-8",
            body={"error": "registry.ollama.ai/library/gemma:latest does not support tools"},
            raises=Family.VALUE_ERROR,
            message="does not support tools",
            source=_ERRORS,
        ),
        ErrorCase(
            name="busy",
            status=503,
            content_type="application/json; charset=utf-8",
            body={"error": "server busy, please try again.  maximum pending requests exceeded"},
            raises=Family.RUNTIME_ERROR,
            message="server busy",
            source="Ollama FAQ: OLLAMA_MAX_QUEUE",
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
