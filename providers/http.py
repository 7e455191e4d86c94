"""The one place that talks HTTP: one POST out, one reply in. Knows no provider and no event.

Connections live as long as one call, so that calls under any event loop, at once or in a row, share nothing but
the TLS context (building one takes 20 ms).
"""

import math
import os
import ssl as tls
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import httpx

from .codecs import Decoder, Malformed, Text, parse_json
from .encodings import ADVERTISED, Coding, coding
from .errors import RequestRefused, UpstreamFailed, failure
from .proxy import proxy_for
from .request import Request, split_url
from .wording import retry_after, wait_of, words

Event = TypeVar("Event")

NO_TEXT = frozenset({"text/html", "application/json"})
"""Media types that are no answer where text or a stream is expected."""
NO_JSON = frozenset({"text/html"})

_USUAL = (
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", ADVERTISED.encode()),
    (b"Connection", b"keep-alive"),
    (b"User-Agent", f"python-httpx/{httpx.__version__}".encode()),
)
_NO_IDLE = httpx.Limits(max_keepalive_connections=0)
_CONNECT, _READ = 10.0, 60.0
_ERROR_BODY = 65_536
_LOWER = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError)
"""What the layers below raise, mapped by httpx or not."""


@asynccontextmanager
async def post(
    request: Request,
    *,
    proxy: str | None = None,
    timeout: float | None = None,
    ssl: bool | tls.SSLContext | None = None,
    refused: frozenset[str] = NO_TEXT,
) -> AsyncIterator["Reply"]:
    """Send the request and give the reply once its head has said that it is an answer.

    Everything wrong with the call is a ValueError before any I/O. ``timeout`` is in seconds and counts anew in
    each phase (connect, write, each read). ``refused`` are media types that are no answer under status 200.
    """
    url = split_url(request.url, "base_url")
    content, lines = request.content(), request.header_lines()
    if proxy is not None:
        split_url(proxy, "proxy")
    limits = _timeout(timeout)
    transport = _transport(proxy_for(url, proxy), ssl)
    given = {name.lower() for name, _ in lines}
    usual = [line for line in _USUAL if line[0].lower() not in given]
    asked = httpx.Request(
        "POST", _url(request.url), headers=[*usual, *lines], content=content, extensions={"timeout": limits.as_dict()}
    )
    response = await _send(transport, asked)
    try:
        async with aclosing(response.aiter_raw()) as chunks:  # type: ignore[type-var]  # it is a generator
            yield await _usable(response, chunks, refused)
    finally:
        await response.aclose()


def _transport(proxy: str | None, ssl: Any) -> httpx.AsyncHTTPTransport:
    """Make what sends one request. It keeps no idle connection, so a closed reply leaves nothing to close.

    An httpx client would add a transport for each proxy variable and take 0.4 ms in all.
    """
    context = ssl if isinstance(ssl, tls.SSLContext) else _context_for(ssl)
    try:
        through = None if proxy is None else _through(proxy, context)
        return httpx.AsyncHTTPTransport(verify=context, proxy=through, limits=_NO_IDLE)
    except (httpx.InvalidURL, ValueError, TypeError, ImportError) as error:
        problem = type(error).__name__
    raise RequestRefused(f"proxy: expected an http(s) URL in proxy=, HTTP_PROXY, HTTPS_PROXY and ALL_PROXY: {problem}")


@lru_cache(maxsize=8)
def _through(proxy: str, context: tls.SSLContext) -> httpx.Proxy:
    return httpx.Proxy(proxy, ssl_context=context if proxy.lower().startswith("https:") else None)


_url = lru_cache(maxsize=64)(httpx.URL)  # httpx takes 20 us to parse one, and a provider asks the same each time


def _timeout(seconds: Any) -> httpx.Timeout:
    if seconds is None:
        return httpx.Timeout(_READ, connect=_CONNECT)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
        raise RequestRefused(f"timeout: expected a positive number of seconds, got {seconds!r}")
    return httpx.Timeout(float(seconds))


def _context_for(verify: Any) -> tls.SSLContext:
    if verify is not None and not isinstance(verify, bool):
        raise RequestRefused(
            f"ssl: expected None, a bool or an SSLContext, got a value of type {type(verify).__name__}"
        )
    try:
        return _context(verify is not False, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    except OSError as error:
        problem = f"{type(error).__name__}: {error}"
    raise RequestRefused(f"expected certificates at SSL_CERT_FILE or SSL_CERT_DIR, got {problem}")


@lru_cache(maxsize=8)
def _context(verify: bool, _file: str | None, _folder: str | None) -> tls.SSLContext:  # noqa: FBT001
    """Build the TLS context for one value of the variables, which httpx reads itself."""
    return httpx.create_ssl_context(verify=verify, trust_env=True)


async def _send(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
    """Send once; a redirect is a reply like others, and no answer."""
    try:
        response = await transport.handle_async_request(request)
    except _LOWER as error:
        failed = _transport_failure(error)
    else:
        response.request = request
        return response
    raise failed


def _transport_failure(error: Exception) -> UpstreamFailed:
    """Name the failure without keeping it: what it refers to holds the whole request."""
    kind = type(error).__name__
    return UpstreamFailed(f"the exchange failed: {kind}: {error}" if str(error) else f"the exchange failed: {kind}")


async def _usable(response: httpx.Response, chunks: AsyncIterator[bytes], refused: frozenset[str]) -> "Reply":
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        reply = Reply(chunks, coding(response.headers.get("content-encoding", "")))
    except Malformed as error:
        problem = str(error)
    else:
        if response.status_code == HTTPStatus.OK and media_type not in refused:
            return reply
        raise await _refusal(response, reply, media_type)
    raise failure(problem, status=response.status_code)


async def _refusal(response: httpx.Response, reply: "Reply", media_type: str) -> Exception:
    """Give the exception that a reply without answer becomes."""
    status = response.status_code
    body = await reply.beginning(_ERROR_BODY)
    said, code = words(body, media_type)
    code = code or response.headers.get("x-amzn-errortype", "").partition(":")[0] or None  # Amazon tells it there alone
    if status == HTTPStatus.OK:
        return UpstreamFailed(f"expected an answer, got {media_type}: {said or 'nothing'}", status=status, code=code)
    said = said or response.reason_phrase or "no explanation"
    told = retry_after(response.headers.get("retry-after"))
    wait = wait_of(body) if told is None else told
    return failure(said, status=status, code=code, retry_after=wait)


class Reply:
    """The body of a reply; one of ``texts``, ``events`` and ``json`` reads it, once."""

    def __init__(self, chunks: AsyncIterator[bytes], encoding: Coding) -> None:
        self._chunks = chunks
        self._encoding = encoding

    async def read(self) -> bytes:
        """Give the next decoded bytes as soon as there are any; none at the end."""
        failed: UpstreamFailed
        try:
            async for chunk in self._chunks:
                if data := self._encoding.feed(chunk):
                    return data
            self._encoding.close()
        except Malformed as error:
            failed = UpstreamFailed(str(error))
        except _LOWER as error:
            failed = _transport_failure(error)
        else:
            return b""
        raise failed

    async def beginning(self, size: int) -> bytes:
        """Give about so many bytes from the start; a failure ends them early."""
        data = b""
        try:
            while len(data) < size and (more := await self.read()):
                data += more
        except UpstreamFailed as error:
            return data[:size] or str(error).encode()
        return data[:size]

    def texts(self) -> "Events[str]":
        """Give the body as pieces of text, each as it comes."""
        return self.events(Text())

    def events(self, decoder: Decoder[Event]) -> "Events[Event]":
        """Give what the decoder makes of the body, each event as it is complete."""
        return Events(self, decoder)

    async def json(self) -> Any:
        """Give the body as one JSON document."""
        pieces = []
        while data := await self.read():
            pieces.append(data)
        try:
            return parse_json(b"".join(pieces))
        except Malformed as error:
            problem = str(error)
        raise UpstreamFailed(problem)


class Events(Generic[Event]):
    """The events of a body in turn. No generator, so nothing is left to the garbage collector."""

    def __init__(self, reply: Reply, decoder: Decoder[Event]) -> None:
        self._reply = reply
        self._decoder = decoder
        self._ready: Iterator[Event] = iter(())
        self._ended = False

    def __aiter__(self) -> "Events[Event]":
        return self

    async def __anext__(self) -> Event:
        while True:
            try:
                return next(self._ready)
            except StopIteration:
                if self._ended:
                    raise StopAsyncIteration from None
            except Malformed as error:
                problem = str(error)
                break
            data = await self._reply.read()
            self._ended = not data
            self._ready = self._decoder.feed(data) if data else self._decoder.close()
        raise UpstreamFailed(problem)
