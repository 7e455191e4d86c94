"""OpenAiResponses: OpenAI's Responses API, as a stream of typed events or as one document."""

from typing import Any

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import JsonEvents
from ..errors import RequestRefused
from ..http import NO_JSON, NO_TEXT, post
from ..media import MediaListType
from ..messages import Messages
from ..request import Request, endpoint, require_mode, require_model
from .asking import flat, items
from .reading import Reading


class OpenAiResponses(AsyncGeneratorProvider, ProviderModelMixin):
    """Text and reasoning as they come, then tool calls, usage and the finish.

    ``base_url`` includes the version, as in OpenAI's SDK. Messages, tools and ``max_tokens`` are taken as Chat
    Completions has them; any further option becomes a member of the body.
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
        """Answer; ``stop`` is refused, for the API has none."""
        body = _body(cls.get_model(model), items(messages, media), stream, options)
        headers = {"Accept": "text/event-stream" if stream else "application/json"}
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        request = Request(endpoint(base_url, cls.url, "/responses"), headers, body)
        reading = Reading()
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_TEXT if stream else NO_JSON) as reply:
            if stream:
                async for event in reply.events(JsonEvents("type")):
                    for item in reading.event(event):
                        yield item
                    if reading.is_over:
                        break
            else:
                for item in reading.document(await reply.json()):
                    yield item
        for item in reading.end():
            yield item


def _body(model: str | None, asked: list[dict[str, Any]], stream: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Give the request, with the options of Chat Completions under the names that they have here."""
    model = require_model(model)
    require_mode(stream)
    if "stop" in options:
        raise RequestRefused("stop: expected none, for the Responses API has no stop sequences")
    named = {"max_output_tokens" if name == "max_tokens" else name: value for name, value in options.items()}
    for name in {"tools", "tool_choice"} & named.keys():
        named[name] = flat(named[name])
    return {"model": model, "input": asked, "stream": stream, **named}
