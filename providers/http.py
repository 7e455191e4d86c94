"""The one place that talks HTTP: client, proxy, time-outs, status map, redirects, the read loop.

Everything that goes wrong leaves it as RequestRefused or UpstreamFailed. Knows no provider.
"""

import json
import math
import os
import re
import ssl
from collections import deque
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from .codecs import Decoder, Garbage, TextDecoder, json_document
from .errors import ProviderError, RequestRefused, Told, UpstreamFailed, bounded, from_reply, redacted, words

OK = 200
_CONNECT, _READ, _WRITE, _POOL = 10.0, 60.0, 60.0, 10.0
"""Seconds that each phase may stay silent. There is no limit to the whole: a slow answer is an answer."""
_ERROR_BODY = 64 * 1024
_REDIRECTS = 3
_SAME_METHOD = {307, 308}
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110, 5.5: no CR, LF, NUL


@dataclass(frozen=True)
class Request:
    """What is asked: address, headers, JSON body; ``secrets`` are never shown in an exception."""

    url: str
    headers: Mapping[str, str]
    body: Any
    secrets: Collection[str] = field(default=(), repr=False)


def join(base_url: str | None, path: str) -> str:
    """Put an endpoint path behind a base address, with one slash between."""
    parts = urlsplit(base_url) if isinstance(base_url, str) else None
    if not parts or parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise RequestRefused(f"expected base_url with http(s) scheme and host, got {base_url!r}")
    return str(base_url).rstrip("/") + path


class Reply:
    """A reply of status 200, read once, as it comes."""

    def __init__(self, response: httpx.Response) -> None:
        """Take over a response whose body has not been read."""
        self._response = response

    def events(self, decoder: Decoder) -> "Events":
        """Decode the body event by event."""
        return Events(self._response.aiter_bytes(), decoder)

    def texts(self) -> "Events":
        """Decode the body as plain text."""
        return self.events(TextDecoder())

    async def document(self) -> Any:
        """Read the body as one JSON document."""
        return json_document(await self._response.aread())


class Events:
    """The events of a body: a plain iterator, so that nothing of ours is left to a finalizer when a caller leaves."""

    def __init__(self, chunks: AsyncIterator[bytes], decoder: Decoder) -> None:
        """Read chunks through a decoder."""
        self._chunks = chunks
        self._decoder = decoder
        self._ready: deque[Any] = deque()
        self._ended = False

    def __aiter__(self) -> "Events":
        return self

    async def __anext__(self) -> Any:
        while not self._ready:
            if self._ended:
                raise StopAsyncIteration
            try:
                self._ready.extend(self._decoder.feed(await anext(self._chunks)))
            except StopAsyncIteration:
                self._ended = True
                self._ready.extend(self._decoder.end())
        return self._ready.popleft()


@asynccontextmanager
async def post(
    request: Request,
    *,
    proxy: str | None = None,
    timeout: float | None = None,
    verify: bool = True,
    refuse: Collection[str] = (),
) -> AsyncIterator[Reply]:
    """POST the request and give its reply; ``refuse`` names media types that are no answer."""
    content, headers = _encoded(request.body), _headers(request.headers)
    try:
        async with _client(proxy, timeout, verify=verify) as client:
            response = await _send(client, request.url, content, headers)
            try:
                await _require_answer(response, request.secrets, refuse)
                yield Reply(response)
            finally:
                await response.aclose()
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise RequestRefused(f"expected an http(s) address, got {request.url!r}") from error
    except httpx.TimeoutException as error:
        raise UpstreamFailed(f"the upstream was silent for too long ({type(error).__name__})") from error
    except (httpx.HTTPError, httpx.StreamError, ssl.SSLError, OSError) as error:
        raise UpstreamFailed(f"the connection failed ({type(error).__name__}: {bounded(str(error))})") from error
    except Garbage as error:
        data = bounded(redacted(error.data[:_ERROR_BODY].decode(errors="replace"), request.secrets))
        raise UpstreamFailed(f"expected {error.expected}, got {data!r}", Told(message=data)) from error


async def _send(client: httpx.AsyncClient, url: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
    """Send, and follow redirects that keep method, body and origin (RFC 9110, 15.4.8 and 15.4.9)."""
    target = httpx.URL(url)
    for _ in range(_REDIRECTS + 1):
        response = await client.send(
            client.build_request("POST", target, content=content, headers=headers), stream=True
        )
        if response.status_code not in _SAME_METHOD or "location" not in response.headers:
            return response
        location = target.join(response.headers["location"])
        if _origin(location) != _origin(target):
            await response.aclose()
            raise UpstreamFailed("the upstream redirects to another origin", Told(status=response.status_code))
        await response.aclose()
        target = location
    raise UpstreamFailed(f"more than {_REDIRECTS} redirects", Told(status=response.status_code))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _require_answer(response: httpx.Response, secrets: Collection[str], refuse: Collection[str]) -> None:
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code == OK and media_type not in refuse:
        return
    body = await _error_body(response)
    raise _no_answer(response, media_type, body, secrets)


def _no_answer(response: httpx.Response, media_type: str, body: bytes, secrets: Collection[str]) -> ProviderError:
    if response.status_code != OK:
        return from_reply(response.status_code, response.headers, body, secrets)
    message = redacted(words(body)[0], secrets)
    return UpstreamFailed(f"status 200 with {media_type} instead of an answer: {message}", Told(OK, None, message))


async def _error_body(response: httpx.Response) -> bytes:
    """Read what there is of an error's body: the status has decided already, so its end does not matter."""
    body = b""
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) >= _ERROR_BODY:
                break
    except httpx.HTTPError:
        return body
    return body[:_ERROR_BODY]


def _client(proxy: str | None, timeout: float | None, *, verify: bool) -> httpx.AsyncClient:
    seconds = _seconds(timeout)
    context = _context(verify, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    try:
        return httpx.AsyncClient(proxy=proxy, timeout=seconds, verify=context)
    except (ValueError, TypeError, ImportError, httpx.InvalidURL) as error:
        # The value may hold a password, and so may the library's message.
        raise RequestRefused("expected proxy as an http(s) URL, got another value") from _without_value(error)


def _without_value(error: Exception) -> Exception:
    return type(error)()


def _seconds(timeout: float | None) -> httpx.Timeout:
    if timeout is None:
        return httpx.Timeout(connect=_CONNECT, read=_READ, write=_WRITE, pool=_POOL)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout < math.inf:
        raise RequestRefused(f"expected timeout in seconds, above 0, got {timeout!r}")
    return httpx.Timeout(timeout)


@cache
def _context(verify: bool, file: str | None, folder: str | None) -> ssl.SSLContext:  # noqa: FBT001  a cache key
    """Build a TLS context once: it takes 20 ms, more than a whole exchange. The paths are httpx's to read."""
    del file, folder
    return httpx.create_ssl_context(verify=verify)


def _encoded(body: Any) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        reason = "lone surrogates"
    except (TypeError, ValueError, RecursionError) as error:
        reason = type(error).__name__
    raise RequestRefused(f"expected messages and options that are JSON in UTF-8, got {reason}")


def _headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if not _HEADER_VALUE.fullmatch(value):
            raise RequestRefused(f"expected header {name} in Latin-1 without line ends, got another value")
    return {"Content-Type": "application/json", **headers}
