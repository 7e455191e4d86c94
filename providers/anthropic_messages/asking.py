"""Messages and tools as callers give them, in OpenAI's shape, rewritten as Anthropic's content blocks. No I/O."""

from collections.abc import Mapping
from typing import Any

from ..errors import RequestRefused
from ..media import MediaListType, data_of
from ..messages import Messages
from ..parts import with_media
from ..past_calls import function_of, past_calls

_SYSTEM = {"system", "developer"}
_CHOICES = {"auto": "auto", "required": "any", "none": "none"}


def conversation(messages: Messages, media: MediaListType | None) -> dict[str, Any]:
    """Give ``messages`` and, where there is one, ``system``; the API has no such role among the others."""
    messages = with_media(messages, media)
    told = [_content(message["content"]) for message in messages if message["role"] in _SYSTEM]
    turns = [_turn(message) for message in messages if message["role"] not in _SYSTEM]
    if not turns:
        raise RequestRefused("messages: expected one beside those of the system, got none")
    if not told:
        return {"messages": turns}
    return {"messages": turns, "system": told[0] if len(told) == 1 else [block for one in told for block in _list(one)]}


def _turn(message: dict[str, Any]) -> dict[str, Any]:
    role, content = message["role"], message["content"]
    if role == "tool":
        told = {"tool_use_id": message.get("tool_call_id"), "content": _blocks(content)}
        return {"role": "user", "content": [{"type": "tool_result", **told}]}
    if role not in ("user", "assistant"):
        raise RequestRefused("expected the roles system, developer, user, assistant and tool, got another")
    uses = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments} for call in past_calls(message)
    ]
    if not uses:
        return {"role": role, "content": _content(content)}
    return {"role": role, "content": [*(_list(_content(content)) if content else ()), *uses]}


def _content(content: Any) -> Any:
    """Give text or blocks that say something: the API takes no blank ones."""
    blocks = _blocks(content)
    texts = [block.get("text") for block in _list(blocks) if block.get("type") == "text"]
    if not blocks or not all(isinstance(text, str) and text.strip() for text in texts):
        raise RequestRefused("expected text that is not blank in each message, for this upstream takes no other")
    return blocks


def _list(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _blocks(content: Any) -> Any:
    return content if isinstance(content, str) else [_block(part) for part in content]


def _block(part: dict[str, Any]) -> dict[str, Any]:
    """Give an image in the API's form; any other part is in it already."""
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else image
    if part["type"] != "image_url":
        return part
    if not isinstance(url, str):
        raise RequestRefused("image_url: expected a URL or a data URI, got something else")
    if (found := data_of(url)) is None:
        return {"type": "image", "source": {"type": "url", "url": url}}
    media_type, data = found
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def tools(given: Any) -> Any:
    """Give tools as the API declares them; those that have no ``function`` are in its form already."""
    return [_tool(tool) for tool in given] if isinstance(given, list) else given


def _tool(tool: Any) -> Any:
    function = function_of(tool)
    if function is None:
        return tool
    told = {name: function[name] for name in ("name", "description") if function.get(name) is not None}
    return {**told, "input_schema": function.get("parameters") or {"type": "object"}}


def choice(given: Any) -> Any:
    """Give the choice of a tool as the API has it."""
    if isinstance(given, str):
        return {"type": _CHOICES.get(given, given)}
    function: Mapping[str, Any] | None = function_of(given)
    return given if function is None else {"type": "tool", "name": function.get("name")}
