"""How a conversation and its options become the body of a Converse request. No I/O but for reading media."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import RequestRefused
from ..media import MediaListType
from ..messages import Messages
from ..parts import with_media
from ..past_calls import function_of, past_calls

_INFERENCE = ("maxTokens", "temperature", "topP", "stopSequences")
_FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}


def body_of(messages: Messages, media: MediaListType | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the body: instructions apart, turns of one role joined, for roles must alternate."""
    system: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    for message in with_media(messages, media):
        blocks = list(_blocks(message))
        role = _role(message)
        if role == "system":
            system += blocks
        elif turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    if not turns:
        raise RequestRefused("expected a message of the user, got none")
    inference = {name: value for name, value in options.items() if name in _INFERENCE}
    others = {name: value for name, value in options.items() if name not in _INFERENCE}
    told = others.pop("inferenceConfig", None) or {}
    if "tools" in others:
        others["toolConfig"] = {"tools": _tools(others.pop("tools")), **(others.get("toolConfig") or {})}
    return {
        "messages": turns,
        **({"system": system} if system else {}),
        **({"inferenceConfig": {**told, **inference}} if inference or told else {}),
        **others,
    }


def _tools(tools: Any) -> list[dict[str, Any]]:
    """Give tools, which callers tell in OpenAI's shape, in Converse's."""
    functions = [function_of(tool) for tool in tools] if isinstance(tools, list | tuple) else [None]
    if not all(function and isinstance(function.get("name"), str) for function in functions):
        raise RequestRefused("tools: expected a list of named functions, got something else")
    return [
        {
            "toolSpec": {
                "name": function["name"],
                **({"description": function["description"]} if function.get("description") else {}),
                "inputSchema": {"json": function.get("parameters") or {"type": "object"}},
            }
        }
        for function in functions
        if function
    ]


def _role(message: Mapping[str, Any]) -> str:
    roles = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant", "tool": "user"}
    if message["role"] not in roles:
        raise RequestRefused(f"expected a role among {', '.join(roles)}, got {str(message['role'])[:100]!r}")
    return roles[message["role"]]


def _blocks(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the content blocks of a message; one that says nothing would be refused, so it is ValueError."""
    content = message["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    calls = [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}} for call in past_calls(message)
    ]
    if message["role"] == "tool":
        yield {"toolResult": {"toolUseId": message.get("tool_call_id"), "content": list(_contents(parts))}}
        return
    said = [part for part in parts if not (calls and part.get("text") == "")]
    yield from _contents(said)
    yield from calls


def _contents(parts: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in parts:
        if part["type"] == "text" and isinstance(part.get("text"), str) and part["text"].strip():
            yield {"text": part["text"]}
        elif part["type"] == "image_url":
            yield {"image": _image(part.get("image_url"))}
        else:
            raise RequestRefused("expected parts of text that says something and of images, got another")


def _image(told: Any) -> dict[str, Any]:
    """Give an image by its bytes: Converse takes no URL."""
    url = told.get("url") if isinstance(told, Mapping) else told
    head, _, data = url.partition(";base64,") if isinstance(url, str) else ("", "", "")
    kind = _FORMATS.get(head.removeprefix("data:"))
    if kind is None or not head.startswith("data:") or not data:
        raise RequestRefused("expected an image as a base64 data URI of PNG, JPEG, GIF or WebP, got another")
    return {"format": kind, "source": {"bytes": data}}
