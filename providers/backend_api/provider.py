"""BackendApi: the conversation endpoint of a g4f server, in the framings of before and after version 6.7.5."""

import ssl as tls
from typing import Any, ClassVar

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import EitherJson
from ..errors import RequestRefused, UpstreamFailed
from ..finish import finish_of
from ..http import post
from ..media import MediaListType, data_uris
from ..messages import Messages
from ..request import Request, endpoint
from ..response import FinishReason, RawResponse
from ..wording import words_in

_FINISHES = {reason: reason for reason in ("stop", "length", "tool_calls", "content_filter")}
_FAILURES = ("error", "fail", "timeout", "malformed")
_REFUSALS = {
    "BadRequestError",
    "MissingAuthError",
    "ModelNotAllowedError",
    "ModelNotFound",
    "ModelNotFoundError",
    "ModelNotSupportedError",
    "ProviderNotFoundError",
    "StreamNotSupportedError",
}
"""Exception classes of g4f that mean that the call must be changed."""


class BackendApi(AsyncGeneratorProvider, ProviderModelMixin):
    """Every event of a g4f server as RawResponse, then the finish; a subclass or ``base_url`` tells the address."""

    ssl: bool | tls.SSLContext | None = None
    """False trusts any certificate; a context brings its own."""
    headers: ClassVar[dict[str, str]] = {}
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
        media: MediaListType | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        **options: Any,
    ) -> AsyncResult:
        """Answer; any further option becomes a member of the body."""
        body = {
            "model": model,
            "messages": messages,
            "media": None if media is None else data_uris(media),
            "api_key": api_key,
            **options,
        }
        headers = {"Accept": "text/event-stream", **cls.headers}
        request = Request(endpoint(base_url, cls.url, "/backend-api/v2/conversation"), headers, body)
        async with post(request, proxy=proxy, timeout=timeout, ssl=cls.ssl) as reply:
            async for event in reply.events(EitherJson("type")):
                _require_no_error(event)
                yield RawResponse(**event)
                if finish := _finish(event):
                    yield finish


def _require_no_error(event: dict[str, Any]) -> None:
    """Raise for an event that tells a failure; its class stands in ``error`` or before the colon of the message."""
    kind, error = event.get("type"), event.get("error")
    if kind not in ("error", "auth") and not (kind is None and error):
        return
    said, code = words_in(event)
    names = (error, event.get("auth"), said.partition(":")[0])
    name = next((name for name in names if isinstance(name, str) and name.isidentifier()), code)
    family = RequestRefused if kind == "auth" or name in _REFUSALS else UpstreamFailed
    raise family(said or "an error event without explanation", code=name)


def _finish(event: dict[str, Any]) -> FinishReason | None:
    """Read the finish event, if it is one."""
    told = event.get("finish") if event.get("type") == "finish" else None
    return finish_of(told.get("reason") if isinstance(told, dict) else told, _FINISHES, _FAILURES)
