"""Contents in OpenAI's shape: a text, or a list of typed parts with images among them. Performs no I/O of its own."""

from .errors import RequestRefused
from .media import MediaListType, data_uris
from .messages import Messages


def with_media(messages: Messages, media: MediaListType | None) -> Messages:
    """Put images into the last message of the user; ValueError for parts without a type, and for a list of none."""
    images = [{"type": "image_url", "image_url": {"url": uri}} for uri, _ in data_uris([] if media is None else media)]
    asked = [message for message in messages if message["role"] == "user"]
    if images and not asked:
        raise RequestRefused("media: expected a message of the user to put them into, got none")
    if images:
        content = asked[-1]["content"]
        said = [{"type": "text", "text": content}] if isinstance(content, str) else content
        asked[-1]["content"] = [*said, *images]
    for content in (message["content"] for message in messages):
        typed = isinstance(content, str) or all(isinstance(part, dict) and "type" in part for part in content)
        if content == [] or not typed:
            raise RequestRefused("expected a content of text or of one typed part or more, got another list")
    return messages
