"""The stand-in for ollama.com: POST /api/chat, the answer as JSON lines or as one document.

Refuses with ``{"error": ...}``: 404 (path, model), 405, 415, 401 (no key), 400 (not JSON, payload, options), 429 (too
many calls), 500 (its model does not answer). A model that fails within a stream is told by a line of that shape. Asked
with tools, it calls the first of them; the arguments are the model's, under the tool's schema.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..service import Asked, Refused, Reply, json_reply
from ..voice import ModelFailed, Said, Voice
from .strict import bearer, is_chat, is_number, is_whole, payload, posted

PATH = "/api/chat"
MODELS = ("llama3.2", "llama3.2:latest")
_OPTIONS: Mapping[str, Callable[[Any], bool]] = {
    "temperature": is_number,
    "top_p": is_number,
    "seed": is_whole,
    "num_predict": is_whole,
    "stop": lambda value: isinstance(value, list),
}
_NAMES = {"temperature": "temperature", "num_predict": "max_tokens", "stop": "stop"}
"""Options to the members of the model's own interface."""
_MOMENT = "2026-08-07T06:08:09.335586Z"
_CALL = "call_gsiiy8py"
_BUSY = "an error was encountered while running the model"


class Ollama:
    """Answers as the service does; ``calls_left`` counts down to the limit of a key."""

    def __init__(self, voice: Voice, *, calls_left: int = 100) -> None:
        self._voice = voice
        self._calls_left = calls_left

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        bearer(asked, lambda status, _: _refusal(status, "unauthorized"))
        body = _payload(asked)
        if body["model"] not in MODELS:
            raise Refused(_refusal(404, f"model '{body['model']}' not found"))
        if self._calls_left < 1:
            raise Refused(_refusal(429, "too many requests"))
        self._calls_left -= 1
        tool = next((tool["function"] for tool in body.get("tools", [])), None)
        lines = _lines(self._voice.tell(body["messages"], **_members(body, tool)), tool, body["model"])
        if body.get("stream", True):
            return Reply(map(_written, lines), "application/x-ndjson", chunked=True)
        return _document(list(lines))


def _payload(asked: Asked) -> dict[str, Any]:
    body = payload(
        asked,
        {"model": lambda value: isinstance(value, str), "messages": is_chat},
        lambda status, message: _refusal(400 if status == 422 else status, message),  # noqa: PLR2004
        {
            "stream": lambda value: isinstance(value, bool),
            "options": lambda value: isinstance(value, dict),
            "tools": lambda value: isinstance(value, list) and bool(value),
        },
    )
    for name, value in body.get("options", {}).items():
        if name not in _OPTIONS or not _OPTIONS[name](value):
            raise Refused(_refusal(400, f'option "{name}" is unknown or of another type'))
    return body


def _members(body: Mapping[str, Any], tool: Mapping[str, Any] | None) -> dict[str, Any]:
    options = body.get("options", {})
    members = {own: options[name] for name, own in _NAMES.items() if name in options}
    if tool is not None:
        members["response_format"] = {"type": "json_object", "schema": tool["parameters"]}
    return members


def _lines(said: Iterator[Said], tool: Mapping[str, Any] | None, model: str) -> Iterator[dict[str, Any]]:
    """Give a line for each token, or for the call of a tool, and the last one, which alone has finish and counts."""
    finish, written = "stop", ""
    usage: Mapping[str, int] = {}
    try:
        for piece in said:
            if piece.text and tool is None:
                yield _line(model, content=piece.text)
            written += piece.text
            finish, usage = piece.finish or finish, piece.usage or usage
    except ModelFailed:
        yield {"error": _BUSY}
        return
    if tool is not None:
        function = {"index": 0, "name": tool["name"], "arguments": json.loads(written)}
        yield _line(model, content="", tool_calls=[{"id": _CALL, "function": function}])
    counts = {"prompt_eval_count": usage.get("prompt_tokens", 0), "eval_count": usage.get("completion_tokens", 0)}
    yield {**_line(model, content=""), "done": True, "done_reason": finish, **counts}


def _line(model: str, **message: Any) -> dict[str, Any]:
    return {"model": model, "created_at": _MOMENT, "message": {"role": "assistant", **message}, "done": False}


def _written(line: Mapping[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _document(lines: list[dict[str, Any]]) -> Reply:
    """Give all lines as one."""
    *begun, last = lines
    if "error" in last:
        raise Refused(json_reply(last, 500))
    message: dict[str, Any] = {"role": "assistant", "content": "".join(line["message"]["content"] for line in begun)}
    calls = [call for line in begun for call in line["message"].get("tool_calls", [])]
    return json_reply({**last, "message": {**message, **({"tool_calls": calls} if calls else {})}})


def _refusal(status: int, message: str) -> Reply:
    return json_reply({"error": message}, status)
