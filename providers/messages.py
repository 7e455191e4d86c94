"""Messages as callers give them: their types, their check, and their form as one prompt. Performs no I/O."""

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import RequestRefused

Messages = list[dict[str, Any]]
"""``{"role": ..., "content": ...}`` in order; content is a str or a list of typed parts."""


def require_messages(messages: Any) -> None:
    """Raise ValueError unless each message is a mapping with a role and a content."""
    if not isinstance(messages, Sequence) or isinstance(messages, str | bytes) or not messages:
        raise RequestRefused(f"expected a list of one message or more, got {_kind(messages)}")
    for index, message in enumerate(messages):
        if not isinstance(message, Mapping):
            raise RequestRefused(f"messages[{index}]: expected a mapping, got {_kind(message)}")
        if not isinstance(message.get("role"), str):
            raise RequestRefused(f"messages[{index}]: expected a role, got {_kind(message.get('role'))}")
        if not isinstance(message.get("content"), str | list | tuple):
            raise RequestRefused(f"messages[{index}]: expected a content, got {_kind(message.get('content'))}")


def _kind(value: Any) -> str:
    return "an empty one" if isinstance(value, Sequence) and not value else f"a value of type {type(value).__name__}"


def text_of(content: Any) -> str:
    """Give the text of a content: a str as it is, of a list its text parts joined, of anything else nothing."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else []
    return "".join(_text_of_part(part) or "" for part in parts)


def prompt_text(content: Any) -> str:
    """Give the text of a content for an upstream that takes text alone; any other part is a ValueError."""
    if isinstance(content, list | tuple) and any(_text_of_part(part) is None for part in content):
        raise RequestRefused("expected text parts alone in a content, for this upstream takes nothing else")
    return text_of(content)


def _text_of_part(part: Any) -> str | None:
    if not isinstance(part, Mapping) or part.get("type", "text") != "text":
        return None
    text = part.get("text")
    return text if isinstance(text, str) else None


def format_prompt(messages: Sequence[Mapping[str, Any]]) -> str:
    """Give one prompt: a single message bare, several as ``Role: content`` lines followed by ``Assistant:``.

    Blank contents are left out. Source: observed prompts of gpt4free 0.5.2.9.
    """
    if not messages:
        raise RequestRefused("expected one message or more, got an empty list")
    contents = [(str(message["role"]), prompt_text(message["content"])) for message in messages]
    if len(contents) == 1:
        return contents[0][1]
    lines = [f"{role.capitalize()}: {content}" for role, content in contents if content.strip()]
    return "\n".join([*lines, "Assistant:"])
