"""The stand-in for api.mistral.ai: POST /v1/chat/completions, the answer as chunks or as one document.

Refuses with the service's error objects: 404, 405, 415, 401 (no key), 400 (not JSON, model unknown), 422 (payload),
429 (too many calls), 500 (its model does not answer). Asked with tools, it calls the first of them; the arguments
are the model's, under the tool's schema, and come whole beside the finish.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..service import Asked, Refused, Reply, json_reply
from ..voice import ModelFailed, Said, Voice
from .strict import bearer, is_chat, is_number, is_whole, payload, posted

PATH = "/v1/chat/completions"
MODELS = ("mistral-small-latest", "mistral-large-latest")
_COMMON = {"id": "37dd84141b814607bd0cf8bc6b2dfd1e", "created": 1724786681}
_CALL = "D681PevKs"


class Mistral:
    """Answers as the service does; ``calls_left`` counts down to the limit of a key."""

    def __init__(self, voice: Voice, *, calls_left: int = 100) -> None:
        self._voice = voice
        self._calls_left = calls_left

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        bearer(asked, lambda status, _: json_reply({"message": "Unauthorized", "request_id": "5f2a"}, status))
        body = _payload(asked)
        if body["model"] not in MODELS:
            raise Refused(_refusal(400, f"Invalid model: {body['model']}"))
        if self._calls_left < 1:
            raise Refused(_refusal(429, "Requests rate limit exceeded"))
        self._calls_left -= 1
        said = self._voice.tell(body["messages"], **_asked_of_the_model(body))
        tool = next((tool["function"]["name"] for tool in body.get("tools", [])), None)
        if body.get("stream"):
            events = _stream(said, tool, body["model"])
            return Reply(events, "text/event-stream; charset=utf-8", chunked=True)
        return _document(said, tool, body["model"])


def _payload(asked: Asked) -> dict[str, Any]:
    return payload(
        asked,
        {
            "model": lambda value: isinstance(value, str),
            "messages": is_chat,
        },
        lambda status, message: _refusal(status, {"detail": [{"type": "extra_forbidden", "msg": message}]}),
        {
            "stream": lambda value: isinstance(value, bool),
            "temperature": is_number,
            "top_p": is_number,
            "max_tokens": is_whole,
            "random_seed": is_whole,
            "stop": lambda value: isinstance(value, str | list),
            "tools": lambda value: isinstance(value, list) and bool(value),
        },
    )


def _asked_of_the_model(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members in the words of the model's own interface."""
    members = {name: body[name] for name in ("temperature", "max_tokens", "stop") if name in body}
    if tools := body.get("tools"):
        members["response_format"] = {"type": "json_object", "schema": tools[0]["function"]["parameters"]}
    return members


def _stream(said: Iterator[Said], tool: str | None, model: str) -> Iterator[bytes]:
    """Give the chunks; the last one has the finish, the usage and any calls."""
    yield _chunk(model, {"role": "assistant", "content": ""})
    last: dict[str, Any] = {"content": ""}
    finish, arguments = "stop", ""
    usage: Mapping[str, int] = {}
    try:
        for piece in said:
            if piece.text and tool is None:
                yield _chunk(model, {"content": piece.text})
            arguments += piece.text
            finish, usage = piece.finish or finish, piece.usage or usage
    except ModelFailed:
        yield _event({"object": "error", "message": "Service unavailable.", "type": "server_error", "code": "3000"})
        return
    if tool is not None:
        last, finish = {"content": "", "tool_calls": [_call(tool, arguments)]}, "tool_calls"
    yield _chunk(model, last, finish, usage=_usage(usage))
    yield b"data: [DONE]\n\n"


def _chunk(model: str, delta: Mapping[str, Any], finish: str | None = None, **members: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _event({**_COMMON, "object": "chat.completion.chunk", "model": model, "choices": [choice], **members})


def _event(value: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def _document(said: Iterator[Said], tool: str | None, model: str) -> Reply:
    try:
        pieces = list(said)
    except ModelFailed:
        raise Refused(_refusal(500, "Service unavailable.")) from None
    text = "".join(piece.text for piece in pieces)
    finish = next((piece.finish for piece in pieces if piece.finish), "stop")
    usage = next((piece.usage for piece in pieces if piece.usage), {})
    message: dict[str, Any] = {"role": "assistant", "tool_calls": None, "content": text}
    if tool is not None:
        message, finish = {"role": "assistant", "tool_calls": [_call(tool, text)], "content": ""}, "tool_calls"
    choice = {"index": 0, "finish_reason": finish, "message": message}
    return json_reply(
        {**_COMMON, "model": model, "usage": _usage(usage), "object": "chat.completion", "choices": [choice]}
    )


def _call(tool: str, arguments: str) -> dict[str, Any]:
    return {"id": _CALL, "function": {"name": tool, "arguments": arguments}, "index": 0}


def _usage(told: Mapping[str, int]) -> dict[str, int]:
    return {name: told.get(name, 0) for name in ("prompt_tokens", "total_tokens", "completion_tokens")}


def _refusal(status: int, message: Any) -> Reply:
    kinds = {400: "invalid_model", 422: "invalid_request_error", 429: "rate_limited", 500: "server_error"}
    kind = kinds.get(status, "invalid_request_error")
    return json_reply({"object": "error", "message": message, "type": kind, "param": None, "code": None}, status)
