"""The stand-in for api.cohere.com: POST /v2/chat, the answer as typed events or as one document.

Refuses with ``{"message": ...}``: 404, 405, 415, 401 (no key), 400 (not JSON), 422 (payload), 404 (model unknown),
429 (too many calls), 500 (its model does not answer). A model that fails within a stream is told by message-end.
Asked with tools, it calls the first of them; the arguments are the model's, under the tool's schema.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..service import Asked, Refused, Reply, json_reply
from ..voice import ModelFailed, Said, Voice
from .strict import bearer, is_chat, is_number, is_whole, payload, posted

PATH = "/v2/chat"
MODELS = ("command-a-03-2025", "command-r7b-12-2024")
_ID = "c14c80c3-18eb-4519-9460-6c92edd8cfb4"
_CALL = "get_weather_a1b2c3d4e5f6"
_FINISHES = {"stop": "COMPLETE", "length": "MAX_TOKENS"}
_PLAN = "I will look that up."


class CohereV2:
    """Answers as the service does; ``calls_left`` counts down to the limit of a trial key."""

    def __init__(self, voice: Voice, *, calls_left: int = 100) -> None:
        self._voice = voice
        self._calls_left = calls_left

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        bearer(asked, _refusal)
        body = _payload(asked)
        if body["model"] not in MODELS:
            raise Refused(_refusal(404, f"model '{body['model']}' not found, make sure the correct model ID was used"))
        if self._calls_left < 1:
            raise Refused(_refusal(429, "You are using a Trial key, which is limited to 10 API calls / minute."))
        self._calls_left -= 1
        said = self._voice.tell(body["messages"], **_asked_of_the_model(body))
        tool = next((tool["function"]["name"] for tool in body.get("tools", [])), None)
        if not body["stream"]:
            return _document(said, tool)
        return Reply(_stream(said, tool, body), "text/event-stream", chunked=True)


def _payload(asked: Asked) -> dict[str, Any]:
    return payload(
        asked,
        {
            "model": lambda value: isinstance(value, str),
            "messages": is_chat,
            "stream": lambda value: isinstance(value, bool),
        },
        _refusal,
        {
            "temperature": is_number,
            "p": is_number,
            "k": is_number,
            "max_tokens": is_whole,
            "seed": is_whole,
            "stop_sequences": lambda value: isinstance(value, list),
            "tools": lambda value: isinstance(value, list) and bool(value),
        },
    )


def _asked_of_the_model(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members in the words of the model's own interface."""
    names = {"temperature": "temperature", "max_tokens": "max_tokens", "stop_sequences": "stop"}
    members = {own: body[name] for name, own in names.items() if name in body}
    if tools := body.get("tools"):
        members["response_format"] = {"type": "json_object", "schema": tools[0]["function"]["parameters"]}
    return members


def _stream(said: Iterator[Said], tool: str | None, body: Mapping[str, Any]) -> Iterator[bytes]:
    start = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    yield _event("message-start", start, id=_ID)
    finish, usage, error = "COMPLETE", _usage({}), None
    yield from _begun(tool)
    try:
        for piece in said:
            if piece.text:
                yield _piece(piece.text, tool)
            finish = _finish(piece.finish, tool, body) if piece.finish else finish
            usage = _usage(piece.usage) if piece.usage else usage
    except ModelFailed:
        finish, error = "ERROR", {"error": "the model is overloaded"}
    else:
        yield _event("tool-call-end" if tool else "content-end", index=0)
    end = {"type": "message-end", "delta": {**(error or {}), "finish_reason": finish, "usage": usage}}
    yield _written("message-end", end)
    yield b"data: [DONE]\n\n"


def _begun(tool: str | None) -> Iterator[bytes]:
    if tool is None:
        yield _event("content-start", {"content": {"type": "text", "text": ""}}, index=0)
    else:
        yield _event("tool-plan-delta", {"tool_plan": _PLAN})
        function = {"name": tool, "arguments": ""}
        yield _event(
            "tool-call-start", {"tool_calls": {"id": _CALL, "type": "function", "function": function}}, index=0
        )


def _piece(text: str, tool: str | None) -> bytes:
    if tool is None:
        return _event("content-delta", {"content": {"text": text}}, index=0)
    return _event("tool-call-delta", {"tool_calls": {"function": {"arguments": text}}}, index=0)


def _event(kind: str, message: Mapping[str, Any] | None = None, **members: Any) -> bytes:
    delta = {} if message is None else {"delta": {"message": message}}
    return _written(kind, {**members, "type": kind, **delta})


def _written(kind: str, value: Mapping[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def _document(said: Iterator[Said], tool: str | None) -> Reply:
    try:
        pieces = list(said)
    except ModelFailed:
        raise Refused(_refusal(500, "internal server error")) from None
    text = "".join(piece.text for piece in pieces)
    finish = next((piece.finish for piece in pieces if piece.finish), "stop")
    usage = next((piece.usage for piece in pieces if piece.usage), {})
    message: dict[str, Any] = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    if tool is not None:
        call = {"id": _CALL, "type": "function", "function": {"name": tool, "arguments": text}}
        message = {"role": "assistant", "tool_plan": _PLAN, "tool_calls": [call]}
    return json_reply(
        {"id": _ID, "finish_reason": _finish(finish, tool, {}), "message": message, "usage": _usage(usage)}
    )


def _finish(finish: str, tool: str | None, body: Mapping[str, Any]) -> str:
    """Give the stop value; the model does not tell which of its two ends ``stop`` means."""
    if tool is not None and finish == "stop":
        return "TOOL_CALL"
    if finish == "stop" and body.get("stop_sequences"):
        return "STOP_SEQUENCE"
    return _FINISHES[finish]


def _usage(told: Mapping[str, int]) -> dict[str, Any]:
    counts = {"input_tokens": told.get("prompt_tokens", 0), "output_tokens": told.get("completion_tokens", 0)}
    return {"billed_units": counts, "tokens": counts}


def _refusal(status: int, message: str) -> Reply:
    return json_reply({"id": _ID, "message": message}, status)
