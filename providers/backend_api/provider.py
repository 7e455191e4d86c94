"""BackendApi: every event of a g4f server, in both its framings. Never imports its contract."""

from collections.abc import Mapping
from typing import Any, ClassVar

from ..base import AsyncGeneratorProvider, ProviderModelMixin, answer
from ..codecs import EitherDecoder
from ..errors import ProviderError, RequestRefused, Told, UpstreamFailed, bounded, redacted
from ..http import Request, join, post
from ..messages import AsyncResult, MediaListType, Messages, checked_key, data_uri
from ..response import FinishReason, RawResponse

_CALLERS_FAULT = (
    "BadRequest",
    "ModelNotFound",
    "ModelNotSupported",
    "ProviderNotFound",
    "MissingAuth",
    "Authentication",
)
"""Beginnings of the server's exception names that ask the caller to change something."""


class BackendApi(AsyncGeneratorProvider, ProviderModelMixin):
    """A g4f server's /backend-api/v2/conversation. A subclass sets ``url``, or the caller gives ``base_url``."""

    ssl: ClassVar[bool | None] = None
    headers: ClassVar[Mapping[str, str]] = {}

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
        ssl: bool | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        **further: Any,
    ) -> AsyncResult:
        """Yield every event as RawResponse, then the reason of the finish event; further options join the body."""
        body = {
            "model": model,
            "messages": messages,
            "media": None if media is None else [(data_uri(content), name) for content, name in media],
            "api_key": checked_key(api_key),
            **further,
        }
        headers = {"Accept": "text/event-stream", **cls.headers}
        secrets = [api_key] if api_key else []
        request = Request(join(base_url or cls.url, "/backend-api/v2/conversation"), headers, body, secrets)
        verify = (cls.ssl if ssl is None else ssl) is not False
        async with post(request, proxy=proxy, timeout=timeout, verify=verify, refuse=("text/html",)) as reply:
            async for event in reply.events(EitherDecoder()):
                if not isinstance(event, dict) or "type" not in event:
                    raise UpstreamFailed(f"expected an event with a type, got {redacted(bounded(str(event)), secrets)}")
                _require_no_error(event, secrets)
                yield RawResponse(**event)
                if event["type"] == "finish":
                    yield _finish(event)


def _require_no_error(event: dict[str, Any], secrets: list[str]) -> None:
    """Raise what an error event says; its exception's name decides the family."""
    if event["type"] not in {"auth", "error"}:
        return
    code = str(event.get("error") or event.get("auth") or "")
    message = redacted(bounded(str(event.get("message") or code)), secrets)
    refused = event["type"] == "auth" or f"{code} {message}".startswith(_CALLERS_FAULT)
    kind: type[ProviderError] = RequestRefused if refused else UpstreamFailed
    raise kind(f"the server says: {message}", Told(code=redacted(code, secrets), message=message))


def _finish(event: dict[str, Any]) -> FinishReason:
    """Read the reason: stop, length, tool_calls and content_filter mean themselves, others stay what they are."""
    finish = event.get("finish")
    raw = finish.get("reason") if isinstance(finish, dict) else finish
    return FinishReason(raw if isinstance(raw, str) and raw else "unknown", raw)
