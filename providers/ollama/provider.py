"""Ollama: /api/chat, as a stream of JSON lines or as one document, from this machine or the cloud."""

from typing import Any

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import JsonLines
from ..http import NO_JSON, post
from ..media import MediaListType
from ..messages import Messages
from ..request import Request, endpoint, require_mode, require_model
from .asking import body
from .reading import Reading


class Ollama(AsyncGeneratorProvider, ProviderModelMixin):
    """Text and reasoning as they come, then tool calls, usage and the finish. Messages may have OpenAI's shape."""

    url = "http://127.0.0.1:11434"
    working = True
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
        """Answer; the options are those of Ollama, ``max_tokens`` for ``num_predict``, or a dict ``options`` of any."""
        model = require_model(cls.get_model(model))
        require_mode(stream)
        asked = {**body(model, messages, media, options), "stream": stream}
        headers = {"Accept": "application/x-ndjson" if stream else "application/json"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        request = Request(endpoint(base_url, cls.url, "/api/chat"), headers, asked)
        reading = Reading()
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_JSON) as reply:
            if stream:
                async for line in reply.events(JsonLines()):
                    for item in reading.line(line):
                        yield item
                    if reading.is_over:
                        break
            else:
                for item in reading.document(await reply.json()):
                    yield item
        for item in reading.end():
            yield item
