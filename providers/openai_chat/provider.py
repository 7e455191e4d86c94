"""OpenAiChat: OpenAI Chat Completions, as a stream or as one document, from OpenAI or a compatible service."""

from typing import Any, ClassVar
from urllib.parse import quote

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import Malformed, ServerSentEvent, ServerSentEvents, parse_json
from ..errors import RequestRefused, UpstreamFailed
from ..http import NO_JSON, NO_TEXT, post
from ..media import MediaListType
from ..messages import Messages
from ..parts import with_media
from ..request import Request, endpoint, require_mode, require_model
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
    path = "/chat/completions"
    """Follows ``base_url``; ``{model}`` in it stands for the id of the model."""
    key: ClassVar[tuple[str, str]] = ("Authorization", "Bearer {}")
    """The header of the key, and its form."""
    stream_members: ClassVar[dict[str, Any]] = {"stream_options": {"include_usage": True}}
    """What the body of a stream has beside ``stream``; a document tells its usage unasked."""

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
        body = _body(cls.get_model(model), with_media(messages, media), stream, cls.stream_members, options)
        headers = {"Accept": "text/event-stream" if stream else "application/json"}
        if api_key is not None:
            headers[cls.key[0]] = cls.key[1].format(api_key)
        path = cls.path.replace("{model}", quote(body["model"], safe=""))
        request = Request(endpoint(base_url, cls.url, path), headers, body)
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


def _body(
    model: str | None, messages: Messages, stream: Any, stream_members: dict[str, Any], options: dict[str, Any]
) -> dict[str, Any]:
    model = require_model(model)
    require_mode(stream)
    if "stream_options" in options and not stream:
        raise RequestRefused("stream_options: expected none with stream=False, got some")
    asked = stream_members if stream else {}
    return {"model": model, "messages": messages, "stream": stream, **asked, **options}


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
