"""Messages and tools in the shape of Chat Completions, rewritten for the Responses API. No I/O."""

from collections.abc import Iterator
from typing import Any

from ..errors import RequestRefused
from ..media import MediaListType
from ..messages import Messages, prompt_text
from ..parts import with_media


def items(messages: Messages, media: MediaListType | None) -> list[dict[str, Any]]:
    """Give the input items: messages, calls of tools and what came of them."""
    return [item for message in with_media(messages, media) for item in _items(message)]


def _items(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if message["role"] in {"tool", "function"}:
        told = {"call_id": message.get("tool_call_id"), "output": prompt_text(message["content"])}
        yield {"type": "function_call_output", **told}
        return
    others = {name: value for name, value in message.items() if name != "tool_calls"}
    if message["content"] or not message.get("tool_calls"):
        yield {**others, "type": "message", "content": _content(message["role"], message["content"])}
    for call in message.get("tool_calls") or ():
        yield _call(call)


def _content(role: str, content: Any) -> Any:
    """Give a text as it is; parts under the names that they have here."""
    if isinstance(content, str):
        return content
    text_type = "output_text" if role == "assistant" else "input_text"
    return [_part(part, text_type) for part in content]


def _part(part: dict[str, Any], text_type: str) -> dict[str, Any]:
    if part["type"] == "text":
        return {**part, "type": text_type}
    image = part.get("image_url")
    if part["type"] == "image_url" and isinstance(image, dict):
        told = {name: value for name, value in image.items() if name != "url"}
        return {"type": "input_image", "image_url": image.get("url"), **told}
    return part


def _call(call: Any) -> dict[str, Any]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        raise RequestRefused("tool_calls: expected calls of functions, got another value")
    told = {"name": function.get("name"), "arguments": function.get("arguments")}
    return {"type": "function_call", "call_id": call.get("id"), **told}


def flat(tools: Any) -> Any:
    """Give tools, or the choice of one, without the level ``function`` that Chat Completions has in between."""
    if isinstance(tools, list):
        return [flat(tool) for tool in tools]
    function = tools.get("function") if isinstance(tools, dict) else None
    return {"type": "function", **function} if isinstance(function, dict) else tools
