"""AnthropicMessages: Anthropic's Messages API, as a stream or as one document."""

from typing import Any

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import JsonEvents
from ..http import NO_JSON, NO_TEXT, post
from ..media import MediaListType
from ..messages import Messages
from ..request import Request, endpoint, require_mode, require_model
from .asking import choice, conversation, tools
from .reading import Reading

_VERSION = "2023-06-01"
_MAX_TOKENS = 4096
"""The API wants a limit; every model can write so much."""


class AnthropicMessages(AsyncGeneratorProvider, ProviderModelMixin):
    """Text and reasoning as they come, then tool calls, usage and the finish. Tools may have OpenAI's shape."""

    url = "https://api.anthropic.com"
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
        """Answer; any further option becomes a member of the body, ``stop`` under the API's own name."""
        body = _body(cls.get_model(model), conversation(messages, media), stream, options)
        headers = {"Accept": "text/event-stream" if stream else "application/json", "anthropic-version": _VERSION}
        if api_key is not None:
            headers["x-api-key"] = api_key
        request = Request(endpoint(base_url, cls.url, "/v1/messages"), headers, body)
        reading = Reading()
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_TEXT if stream else NO_JSON) as reply:
            if stream:
                async for event in reply.events(JsonEvents("type")):
                    for item in reading.event(event):
                        yield item
                    if event.get("type") == "message_stop":
                        break
            else:
                for item in reading.document(await reply.json()):
                    yield item
        for item in reading.end():
            yield item


def _body(model: str | None, asked: dict[str, Any], stream: Any, options: dict[str, Any]) -> dict[str, Any]:
    model = require_model(model)
    require_mode(stream)
    if "stop" in options:
        options["stop_sequences"] = [stop] if isinstance(stop := options.pop("stop"), str) else stop
    if options.get("max_tokens") is None:
        options["max_tokens"] = _MAX_TOKENS
    for name, written in {"tools": tools, "tool_choice": choice}.items():
        if name in options:
            options[name] = written(options[name])
    return {"model": model, **asked, "stream": stream, **options}
