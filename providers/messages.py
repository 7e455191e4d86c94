"""What a caller says: messages, the prompt made of them, media. Refuses what no API can take. No I/O but files."""

import base64
import copy
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from .errors import RequestRefused
from .response import FinishReason, RawResponse, Reasoning, ToolCalls, Usage

Messages = list[dict[str, Any]]
"""``[{"role": "user", "content": "..." or [parts]}, ...]``"""
AsyncResult = AsyncIterator[str | FinishReason | RawResponse | Reasoning | Usage | ToolCalls]
MediaListType = list[tuple[str | bytes | IO[bytes] | os.PathLike[str], str | None]]

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
}


def checked(messages: Any) -> Messages:
    """Give a deep copy of the messages, or refuse them: none, not mappings, without role or content."""
    if not isinstance(messages, Sequence) or isinstance(messages, str | bytes) or not messages:
        raise RequestRefused(f"expected a list of at least one message, got {bounded_repr(messages)}")
    for message in messages:
        if not isinstance(message, Mapping) or message.get("role") is None or message.get("content") is None:
            raise RequestRefused(f"expected a message with role and content, got {bounded_repr(message)}")
    return [dict(copy.deepcopy(message)) for message in messages]


def bounded_repr(value: Any) -> str:
    """Show a value in an error message."""
    text = ascii(value)
    return text if len(text) <= 100 else text[:100] + "..."  # noqa: PLR2004  fits a line


def text_of(content: Any) -> str:
    """Give the text of a content: itself, or its text parts joined."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(
        str(part.get("text", "")) for part in parts if isinstance(part, Mapping) and part.get("type") == "text"
    )


def format_prompt(messages: Messages) -> str:
    """Give one prompt: a lone message's content, else ``Role: content`` lines and ``Assistant:``; blanks drop out."""
    if not messages:
        raise RequestRefused("expected at least one message, got []")
    if len(messages) == 1:
        return text_of(messages[0]["content"])
    told = [(str(message["role"]).capitalize(), text_of(message["content"])) for message in messages]
    lines = [f"{role}: {text}" for role, text in told if text.strip()]
    return "\n".join([*lines, "Assistant:"])


def data_uri(media: Any) -> str:
    """Give media as a data URI by the magic bytes of its content; a URI or URL passes."""
    if isinstance(media, str):
        return media
    if isinstance(media, os.PathLike):
        content = Path(media).read_bytes()
    else:
        content = media if isinstance(media, bytes) else media.read()
    kind = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "image/webp"
    if kind is None:
        raise RequestRefused(f"expected PNG, JPEG, GIF, WEBP or PDF, got bytes that begin {content[:12]!r}")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def checked_key(key: str | None) -> str | None:
    """Give a credential, or refuse one that no header could carry, without showing it."""
    if key is None or (isinstance(key, str) and key.isascii() and key.isprintable() and key.strip()):
        return key
    raise RequestRefused("expected api_key as printable ASCII, got another value")
