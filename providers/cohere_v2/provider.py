"""CohereV2: Cohere's chat API of version 2, as a stream of typed events or as one document."""

from typing import Any

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import JsonEvents
from ..http import NO_JSON, NO_TEXT, post
from ..media import MediaListType
from ..messages import Messages
from ..parts import with_media
from ..request import Request, endpoint, require_mode, require_model
from .reading import Reading

_SENTINEL = "[DONE]"


class CohereV2(AsyncGeneratorProvider, ProviderModelMixin):
    """Text, thinking and tool plan as they come, then tool calls, usage and the finish.

    Options have Cohere's names: ``p``, ``k``, ``stop_sequences``.
    """

    url = "https://api.cohere.com"
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
        body = _body(cls.get_model(model), with_media(messages, media), stream, options)
        headers = {"Accept": "text/event-stream" if stream else "application/json"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        request = Request(endpoint(base_url, cls.url, "/v2/chat"), headers, body)
        reading = Reading()
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_TEXT if stream else NO_JSON) as reply:
            if stream:
                async for event in reply.events(JsonEvents("type", _SENTINEL)):
                    if event.get("type") == _SENTINEL:
                        break
                    for item in reading.event(event):
                        yield item
            else:
                for item in reading.document(await reply.json()):
                    yield item
        for item in reading.end():
            yield item


def _body(model: str | None, messages: Messages, stream: Any, options: dict[str, Any]) -> dict[str, Any]:
    model = require_model(model)
    require_mode(stream)
    return {"model": model, "messages": messages, "stream": stream, **options}
