"""Messages and options as callers give them, in OpenAI's shape, rewritten for Ollama. No I/O."""

from typing import Any

from ..errors import RequestRefused
from ..media import MediaListType, data_of
from ..messages import Messages
from ..parts import with_media
from ..past_calls import past_calls

_MEMBERS = {"format", "keep_alive", "logprobs", "think", "tools", "top_logprobs"}
"""What stands beside the messages; all other options have a place of their own."""
_OPTIONS = {
    *("frequency_penalty", "min_p", "mirostat", "mirostat_eta", "mirostat_tau", "num_batch", "num_ctx", "num_gpu"),
    *("num_keep", "num_predict", "num_thread", "penalize_newline", "presence_penalty", "repeat_last_n"),
    *("repeat_penalty", "seed", "stop", "temperature", "tfs_z", "top_k", "top_p", "typical_p", "use_mmap"),
}
_NAMES = {"max_tokens": "num_predict"}
_ROLES = {"developer": "system"}


def body(model: str, messages: Messages, media: MediaListType | None, options: dict[str, Any]) -> dict[str, Any]:
    """Give the request but for its mode; an option that no place takes is ValueError, for Ollama would drop it."""
    asked = {"model": model, "messages": [_message(message) for message in with_media(messages, media)]}
    given = dict(options.pop("options", None) or {})
    for name, value in options.items():
        own = _NAMES.get(name, name)
        if own in _MEMBERS:
            asked[own] = value
        elif own in _OPTIONS:
            given[own] = [value] if own == "stop" and isinstance(value, str) else value
        else:
            known = ", ".join(sorted({*_MEMBERS, *_OPTIONS, *_NAMES, "options"}))
            raise RequestRefused(f"Ollama: expected options among {known}, got {name!r}")
    return {**asked, **({"options": given} if given else {})}


def _message(message: dict[str, Any]) -> dict[str, Any]:
    role = message["role"]
    told = {**message, "role": _ROLES.get(role, role), **_content(message["content"])}
    if calls := list(past_calls(message)):
        told["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls
        ]
    if role == "tool" and "name" in told:
        told["tool_name"] = told.pop("name")
    return told


def _content(content: Any) -> dict[str, Any]:
    """Part a content into its text and its images."""
    if isinstance(content, str):
        return {"content": content}
    texts = [part["text"] for part in content if part["type"] == "text" and isinstance(part.get("text"), str)]
    images = [_image(part) for part in content if part["type"] == "image_url"]
    if len(texts) + len(images) != len(content):
        raise RequestRefused("expected parts of text and images alone in a content, got another one")
    return {"content": "".join(texts), **({"images": images} if images else {})}


def _image(part: dict[str, Any]) -> str:
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else image
    found = data_of(url) if isinstance(url, str) else None
    if found is None:
        raise RequestRefused("image_url: expected the bytes of an image or a data URI, for Ollama fetches nothing")
    return found[1]
