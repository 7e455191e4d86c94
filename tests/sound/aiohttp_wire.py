"""One POST by aiohttp and its reply, as a conversation that is read piece by piece. Knows no protocol."""

import asyncio
import json
import math
import zlib
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp_parts import address, encode, environment_proxy, seconds, words
from yarl import URL

_REFUSED = {400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451}
_TROUBLE = (aiohttp.ClientError, HttpProcessingError, OSError, EOFError, ValueError, zlib.error)
_SHOWN = 300
_ERROR_BODY = 65_536
_ERROR_BODY_SECONDS = 5.0
_SLACK = 1.0
"""Seconds after which a read is given up although sock_read did not fire: aiohttp forgets it after a bad chunk size."""
_HEADER_BYTES = 65_536


@dataclass(frozen=True)
class Errors:
    """The classes that a provider raises."""

    refused: type[ValueError] = ValueError
    failed: type[RuntimeError] = RuntimeError

    def of_status(self, status):
        return self.refused if status in _REFUSED else self.failed


@dataclass(frozen=True)
class Post:
    """One request, checked and complete. It has no useful repr, for it may hold a secret."""

    url: URL
    headers: Mapping[str, str]
    body: bytes
    proxy: URL | None
    timeout: float
    errors: Errors
    secret: str = ""

    def __repr__(self):
        return f"<Post to {self.url.host}>"

    def public(self, text):
        """Shorten a text of the upstream for people's eyes, without the secret."""
        if self.secret:
            for form in {self.secret, json.dumps(self.secret)[1:-1], quote(self.secret, safe="")}:
                text = text.replace(form, "***")
        text = " ".join(text.split())
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def post(cls, path, options, proxy, headers, body, secret=""):
    """Make the request of a provider from its own members and those options that concern the way."""
    base = options.get("base_url")
    base = cls.url if base is None else base
    url = address(base, "base_url", bare=True)
    target = URL(base.rstrip("/") + path, encoded=True)
    return Post(
        url=target,
        headers={"Accept-Encoding": "gzip", "Content-Type": "application/json", **headers},
        body=encode(body),
        proxy=address(proxy, "proxy") if proxy is not None else environment_proxy(url),
        timeout=seconds(options.get("timeout")),
        errors=cls.errors,
        secret=secret,
    )


class _Reply(aiohttp.ClientResponse):
    """Remembers how its connection is lost: aiohttp takes a reset for an end where the close delimits the body."""

    lost = None

    async def start(self, connection):
        self.lost = None if connection.protocol is None else connection.protocol.closed  # an idle one is falsy
        if self.lost is not None:
            self.lost.add_done_callback(lambda lost: lost.cancelled() or lost.exception())
        return await super().start(connection)

    @property
    def was_reset(self):
        delimited = "content-length" in self.headers or "transfer-encoding" in self.headers
        return not delimited and self.lost is not None and self.lost.done() and self.lost.exception() is not None


class Conversation:
    """One POST and the body of its reply, read piece by piece. Leaving it closes the connection."""

    def __init__(self, request):
        self._post = request

    async def __aenter__(self):
        limits = aiohttp.ClientTimeout(total=None, sock_connect=self._post.timeout, sock_read=self._post.timeout)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=limits,
            auto_decompress=False,
            response_class=_Reply,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(session)
            self._response = await self._ask(session)
            stack.callback(self._response.close)
            self._coding = self._response.headers.get("content-encoding", "identity").strip().lower()
            self._inflater = zlib.decompressobj(wbits=31) if self._coding in {"gzip", "x-gzip"} else None
            self._inflated = False
            if self._response.status != 200:
                await self._refuse()
            if self._inflater is None and self._coding not in {"identity", ""}:
                raise self._post.errors.failed(f"a coding that was not asked for: {self._coding[:40]!r}")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_):
        await self._stack.aclose()

    @property
    def media_type(self):
        return self._response.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def _ask(self, session):
        request = self._post
        try:
            async with asyncio.timeout(2 * request.timeout + _SLACK):
                return await session.post(
                    request.url, data=request.body, headers=request.headers, proxy=request.proxy, allow_redirects=False
                )
        except _TROUBLE as error:
            trouble = type(error).__name__
        raise request.errors.failed(f"no reply from {request.url.host}: {trouble}")

    async def read(self, within=math.inf):
        """Give the next piece of the decoded body; None at its end."""
        try:
            async with asyncio.timeout(min(within, self._post.timeout + _SLACK)):
                piece = await self._next()
            trouble = self._incomplete() if piece is None else ""
        except _TROUBLE as error:
            trouble = type(error).__name__
        if trouble:
            raise self._post.errors.failed(f"the reply broke off: {trouble}")
        return piece

    def _incomplete(self):
        if self._response.was_reset:
            return "connection reset"
        return "gzip data end too early" if self._inflated and not self._inflater.eof else ""

    async def _next(self):
        while raw := await self._response.content.readany():
            if piece := self._decode(raw):
                return piece
        return None

    def _decode(self, raw):
        if self._inflater is None:
            return raw
        pieces = []
        while raw:
            if self._inflater.eof:  # a further member, RFC 1952 2.2
                self._inflater = zlib.decompressobj(wbits=31)
            self._inflated = True
            pieces.append(self._inflater.decompress(raw))
            raw = self._inflater.unused_data
        return b"".join(pieces)

    async def _refuse(self):
        """Raise for a status other than 200; the body is read for its words only, and may break off."""
        body = b""
        try:
            async with asyncio.timeout(min(self._post.timeout, _ERROR_BODY_SECONDS)):
                while len(body) < _ERROR_BODY and (piece := await self._next()):
                    body += piece
        except _TROUBLE:
            body += b" ..."
        status, after = self._response.status, self._response.headers.get("retry-after")
        told = self._post.public(words(body))
        error = self._post.errors.of_status(status)(f"status {status}: {told or self._response.reason}")
        error.status = status
        error.retry_after = None if after is None else after[:100]
        raise error
