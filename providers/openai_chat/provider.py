"""OpenAiChat: OpenAI Chat Completions, as a stream or as one document, from OpenAI or a compatible service."""

from typing import Any

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import Malformed, ServerSentEvent, ServerSentEvents, parse_json
from ..errors import RequestRefused, UpstreamFailed
from ..http import NO_JSON, NO_TEXT, post
from ..media import MediaListType, data_uris
from ..messages import Messages
from ..request import Request, endpoint
from .reading import Reading

_SENTINEL = b"[DONE]"
_EXCERPT = 80


class OpenAiChat(AsyncGeneratorProvider, ProviderModelMixin):
    """Text and reasoning as they come, then tool calls, usage and the finish.

    ``base_url`` includes the version, as in OpenAI's SDK.
    """

    url = "https://api.openai.com/v1"
    working = True
    needs_auth = True
    supports_message_history = True
    supports_system_message = True

    @classmethod
    @answer
    async def create_async_generator(
        cls,
        model: str,
        messages: Messages,
        proxy: str | None = None,
        *,
        stream: bool = True,
        media: MediaListType | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        **options: Any,
    ) -> AsyncResult:
        """Answer; any further option becomes a member of the body."""
        body = _body(cls.get_model(model), _with_media(messages, media), stream, options)
        headers = {"Accept": "text/event-stream" if stream else "application/json"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        request = Request(endpoint(base_url, cls.url, "/chat/completions"), headers, body)
        reading = Reading()
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_TEXT if stream else NO_JSON) as reply:
            if stream:
                async for event in reply.events(ServerSentEvents()):
                    if event.raw.strip().startswith(_SENTINEL):
                        break
                    for item in reading.chunk(_chunk(event)):
                        yield item
            else:
                for item in reading.document(await reply.json()):
                    yield item
        for item in reading.end():
            yield item


def _body(model: str | None, messages: Messages, stream: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Give the request; a stream asks for its usage, a document tells it unasked."""
    if not model:
        raise RequestRefused("model: expected the id of a model, got none")
    if not isinstance(stream, bool):
        raise RequestRefused(f"stream: expected a bool, got a value of type {type(stream).__name__}")
    if "stream_options" in options and not stream:
        raise RequestRefused("stream_options: expected none with stream=False, got some")
    asked = {"stream": stream, **({"stream_options": {"include_usage": True}} if stream else {})}
    return {"model": model, "messages": messages, **asked, **options}


def _with_media(messages: Messages, media: MediaListType | None) -> Messages:
    """Put images into the last message of the user; refuse parts that the API does not know."""
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


def _chunk(event: ServerSentEvent) -> dict[str, Any]:
    """Give the object of an event, an empty one for blank data; an event named ``error`` is one, whatever it holds."""
    if not event.raw.strip():
        return {}
    try:
        chunk = parse_json(event.raw)
    except Malformed as error:
        problem = str(error)
    else:
        if isinstance(chunk, dict):
            return chunk if event.name != "error" or chunk.get("error") else {"error": chunk}
        problem = f"expected a JSON object, got {event.data[:_EXCERPT]!r}"
    raise UpstreamFailed(problem)
