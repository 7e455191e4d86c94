"""Gemini: Google's generateContent, as a stream of events, as one JSON array that grows, or as one document."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import EitherJson
from ..errors import RequestRefused
from ..http import NO_JSON, post
from ..json_array import JsonArray
from ..media import MediaListType
from ..messages import Messages
from ..request import Request, endpoint, require_mode, require_model
from .asking import body
from .reading import Reading

_ACCEPTED = {"sse": "text/event-stream", "json": "application/json"}
_COLLECTION = "models/"


class Gemini(AsyncGeneratorProvider, ProviderModelMixin):
    """Text and reasoning as they come, then tool calls, usage and the finish.

    ``base_url`` includes the version, or, of Vertex AI, all up to ``publishers/google``. A stream comes as
    server-sent events or, with ``alt="json"``, as one JSON array; which of them it is, the reply tells.
    """

    url = "https://generativelanguage.googleapis.com/v1beta"
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
        """Answer; options go into ``generationConfig`` or, those that it does not have, into the body itself."""
        method, accepted = _method(stream, options.pop("alt", None))
        headers = {"Accept": accepted, **({} if api_key is None else {"x-goog-api-key": api_key})}
        path = f"/{_COLLECTION}{_id(cls.get_model(model))}:{method}"
        request = Request(endpoint(base_url, cls.url, path), headers, body(messages, media, options))
        reading = Reading()
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_JSON) as reply:
            if stream:
                async for event in reply.events(EitherJson("event", b"[", JsonArray)):
                    for item in reading.event(event):
                        yield item
            else:
                for item in reading.event(await reply.json()):
                    yield item
        for item in reading.end():
            yield item


def _method(stream: Any, alt: Any) -> tuple[str, str]:
    """Give the method with its query, and the media type of the answer."""
    require_mode(stream)
    form = ("sse" if stream else "json") if alt is None else alt
    if not isinstance(form, str) or form not in _ACCEPTED or (form == "sse" and not stream):
        raise RequestRefused(f"alt: expected {'sse or json' if stream else 'json'}, got another value")
    return f"streamGenerateContent?alt={form}" if stream else "generateContent", _ACCEPTED[form]


def _id(model: str | None) -> str:
    """Give the id as a part of a path; the service lists its models by their full names."""
    model = require_model(model)
    with suppress(UnicodeEncodeError):
        return quote(model.removeprefix(_COLLECTION), safe="")
    raise RequestRefused("model: expected text that can be encoded, got a lone surrogate")
