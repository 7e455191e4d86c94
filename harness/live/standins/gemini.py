"""The stand-in for generativelanguage.googleapis.com: generateContent and streamGenerateContent of v1beta.

A stream comes as server-sent events where ``alt=sse`` asks for it, else as one JSON array, as the service's comes.
Refuses with google.rpc.Status: 404 (path, model), 405, 415, 400 (not JSON, payload, key), 403 (no key), 429 (too many
calls), 503 (its model does not answer), which in a stream stands among the responses. Asked with tools, it calls the
first of them; the arguments are the model's, under the tool's schema.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..service import Asked, Refused, Reply, json_reply
from ..voice import ModelFailed, Said, Voice
from .strict import is_number, is_whole, payload, posted

MODELS = ("gemini-2.5-flash", "gemini-2.5-pro")
KEY = re.compile(r"[\w-]{8,}")
RETRY = 37
"""Seconds to wait where there were too many calls."""
_PATH = re.compile(r"/v1beta/models/([^/?:]+):(generateContent|streamGenerateContent)(?:\?alt=(sse|json))?")
_STATUS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
_OPTIONS = {
    "temperature": "temperature",
    "topP": "top_p",
    "maxOutputTokens": "max_tokens",
    "stopSequences": "stop",
}
"""Members of ``generationConfig`` to those of the model's own interface."""
_FINISHES = {"stop": "STOP", "length": "MAX_TOKENS"}
_BUSY = "The model is overloaded. Please try again later."


class Gemini:
    """Answers as the service does; ``calls_left`` counts down to the limit of a key."""

    def __init__(self, voice: Voice, *, calls_left: int = 100) -> None:
        self._voice = voice
        self._calls_left = calls_left

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        found = _PATH.fullmatch(asked.path)
        posted(asked, asked.path if found else "/v1beta/models/MODEL:generateContent", _refusal)
        self._check_key(asked)
        model, method, form = found.groups() if found else ("", "", None)
        if model not in MODELS:
            raise Refused(_refusal(404, f"models/{model} is not found for API version v1beta."))
        body = _payload(asked)
        if self._calls_left < 1:
            raise Refused(_refusal(429, "You exceeded your current quota.", _wait(RETRY)))
        self._calls_left -= 1
        tool = _tool(body)
        said = self._voice.tell(list(_conversation(body)), **_members(body, tool))
        responses = _responses(said, tool, model)
        if method == "generateContent":
            return _document(responses)
        if form == "sse":
            return Reply(_events(responses), "text/event-stream", chunked=True)
        return Reply(_array(responses), "application/json; charset=UTF-8", chunked=True)

    def _check_key(self, asked: Asked) -> None:
        """Insist on a key that looks like one."""
        key = asked.headers.get("x-goog-api-key")
        if key is None:
            raise Refused(_refusal(403, "Method doesn't allow unregistered callers."))
        if not KEY.fullmatch(key):
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            raise Refused(_refusal(400, "API key not valid. Please pass a valid API key.", reason))


def _payload(asked: Asked) -> dict[str, Any]:
    body = payload(
        asked,
        {"contents": lambda value: isinstance(value, list) and bool(value) and all(map(_is_content, value))},
        lambda _, message: _refusal(400, f"Invalid JSON payload received: {message}"),
        {
            "systemInstruction": lambda value: _is_content({"role": "user", **value}),
            "generationConfig": lambda value: isinstance(value, dict),
            "tools": lambda value: isinstance(value, list),
        },
    )
    config = body.get("generationConfig", {})
    fits: dict[str, Callable[[Any], bool]] = {
        "temperature": is_number,
        "topP": is_number,
        "maxOutputTokens": is_whole,
        "stopSequences": lambda value: isinstance(value, list),
    }
    for name, value in config.items():
        if name not in fits or not fits[name](value):
            raise Refused(_refusal(400, f"Invalid value at 'generation_config.{name}'"))
    return body


def _is_content(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"role", "parts"}
        and value["role"] in {"user", "model"}
        and isinstance(value["parts"], list)
        and all(isinstance(part, dict) and len(part) == 1 for part in value["parts"])
    )


def _tool(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give the first function that may be called."""
    return next((function for tool in body.get("tools", []) for function in tool["functionDeclarations"]), None)


def _conversation(body: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Give the messages as the model's own interface has them."""
    system = body.get("systemInstruction")
    for content in [*([{**system, "role": "system"}] if system else []), *body["contents"]]:
        role = {"model": "assistant"}.get(content["role"], content["role"])
        yield {"role": role, "content": "".join(part.get("text", "") for part in content["parts"])}


def _members(body: Mapping[str, Any], tool: Mapping[str, Any] | None) -> dict[str, Any]:
    config = body.get("generationConfig", {})
    members = {own: config[name] for name, own in _OPTIONS.items() if name in config}
    if tool is not None:
        members["response_format"] = {"type": "json_object", "schema": tool["parameters"]}
    return members


def _responses(said: Iterator[Said], tool: Mapping[str, Any] | None, model: str) -> Iterator[dict[str, Any]]:
    """Give a response for each token; the last one has the finish, the whole usage and any call.

    The tokens of the answer are not counted before: the service tells those of the prompt alone till then.
    """
    finish, written = "stop", ""
    usage: Mapping[str, int] = {}
    try:
        for piece in said:
            written += piece.text
            if piece.text and tool is None:
                yield _response(model, [{"text": piece.text}])
            finish, usage = piece.finish or finish, piece.usage or usage
    except ModelFailed:
        yield {"error": {"code": 503, "message": _BUSY, "status": _STATUS[503]}}
        return
    last = {"text": ""} if tool is None else {"functionCall": {"name": tool["name"], "args": json.loads(written)}}
    counts = {
        "promptTokenCount": usage.get("prompt_tokens", 0),
        "candidatesTokenCount": usage.get("completion_tokens", 0),
        "totalTokenCount": usage.get("total_tokens", 0),
    }
    yield _response(model, [last], _FINISHES[finish], usageMetadata=counts)


def _response(model: str, parts: list[Any], finish: str | None = None, **members: Any) -> dict[str, Any]:
    candidate = {"content": {"parts": parts, "role": "model"}, **({"finishReason": finish} if finish else {})}
    return {"candidates": [{**candidate, "index": 0}], **members, "modelVersion": model, "responseId": "response-1"}


def _events(responses: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for response in responses:
        yield f"data: {json.dumps(response, ensure_ascii=False, separators=(',', ': '))}\r\n\r\n".encode()


def _array(responses: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Give one array, each element as it comes."""
    for number, response in enumerate(responses):
        yield (b",\r\n" if number else b"[") + json.dumps(response, ensure_ascii=False, indent=2).encode() + b"\n"
    yield b"]"


def _document(responses: Iterator[dict[str, Any]]) -> Reply:
    """Give all responses as one."""
    *begun, last = responses
    if "error" in last:
        raise Refused(json_reply(last, 503))
    parts = [part for response in (*begun, last) for part in response["candidates"][0]["content"]["parts"]]
    text = "".join(part.get("text", "") for part in parts)
    calls = [part for part in parts if "functionCall" in part]
    last["candidates"][0]["content"]["parts"] = [*([{"text": text}] if text else []), *calls]
    return json_reply(last)


def _wait(seconds: int) -> dict[str, str]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds}s"}


def _refusal(status: int, message: str, *details: Mapping[str, str]) -> Reply:
    error = {"code": status, "message": message, "status": _STATUS.get(status, "INVALID_ARGUMENT")}
    return json_reply({"error": {**error, **({"details": details} if details else {})}}, status)
