"""The transport of the sans-I/O providers: one exchange on one connection, h11 over asyncio streams.

It knows HTTP, TLS and proxies; of replies only the machine that it feeds, of requests only head and body. Its
exceptions are raised outside ``except``, so that no chain repeats what the upstream or the caller said.
"""

import asyncio
import base64
import math
import re
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from urllib.request import getproxies, proxy_bypass

import h11
from sans_io_protocol import Reply, failure_of_status

_HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][A-Za-z0-9._-]*)(?::(?P<port>[0-9]{1,5}))?"
_URL = re.compile(rf"(?P<scheme>https?)://{_HOST}(?P<path>(?:/[!\"$->@-~]*)?)", re.IGNORECASE)
_PROXY = re.compile(rf"(?:http://)?(?:(?P<user>[^\s:@/]*)(?::(?P<password>[^\s@/]*))?@)?{_HOST}/?", re.IGNORECASE)
_PIECE = 65_536
_EXCERPT = 16_384
"""Bytes of an error page that are read for its words."""
_LINGER = 1.0
"""Seconds of silence after which a settled answer counts as ended though the connection stays open."""


@dataclass(frozen=True)
class Address:
    """Where to connect: an origin with a path, or a proxy with a login."""

    host: str
    port: int
    secure: bool
    path: str
    login: str = field(repr=False)

    @property
    def authority(self) -> str:
        """``host:port`` as the Host field has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def _address(url: Any, pattern: re.Pattern[str], what: str) -> Address:
    """Take a URL apart; an unusable one is refused, and not shown, for it may hold a password."""
    match = pattern.fullmatch(url) if isinstance(url, str) else None
    parts = match.groupdict(default="") if match else {}
    secure = parts.get("scheme", "").lower() == "https"
    port = int(parts.get("port") or (443 if secure else 80))
    if not match or not 0 < port < 65_536:
        raise ValueError(f"expected {what}, got something else")
    user, password = unquote(parts.get("user", "")), unquote(parts.get("password", ""))
    login = base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""
    return Address(parts["host"].strip("[]"), port, secure, parts.get("path", "").rstrip("/"), login)


def _proxy_for(origin: Address, proxy: str | None) -> Address | None:
    """Choose the caller's proxy, else the environment's, else none."""
    if proxy is None and not proxy_bypass(f"{origin.host}:{origin.port}"):
        proxy = getproxies().get("https" if origin.secure else "http")
    return None if proxy is None else _address(proxy, _PROXY, "proxy= or the proxy variable to be http://host:port")


@dataclass(frozen=True)
class Request:
    """A POST, and how to bring it there."""

    base_url: str | None
    endpoint: str
    headers: dict[str, str]
    body: bytes = field(repr=False)
    proxy: str | None = field(repr=False)
    timeout: float | None
    """Seconds for the connection, and for each read."""
    secret: str | None = field(default=None, repr=False)
    """A credential that no exception may show."""


async def converse(request: Request, reply: Reply) -> AsyncIterator[Any]:
    """Send a request and give the items of its reply as they come."""
    timeout = request.timeout
    if timeout is not None and (type(timeout) not in {int, float} or not timeout > 0):
        raise ValueError("expected timeout to be seconds above zero")
    origin = _address(request.base_url, _URL, "base_url to be http://host/path or https://host/path")
    proxy = _proxy_for(origin, request.proxy)
    wire = _Wire(None if timeout in (None, math.inf) else timeout)
    try:
        await wire.open(origin, proxy)
        await wire.post(request, origin, proxy)
        response = await wire.head()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        if response.status_code != 200:
            words = await wire.excerpt()
            raise failure_of_status(response.status_code, words, request.secret, headers.get("retry-after"))
        _require_readable(headers, reply)
        while data := await wire.data(_LINGER if reply.settled else None):
            for item in reply.feed(data):
                yield item
        await wire.close()
        for item in reply.finish():
            yield item
    finally:
        await wire.close()


def _require_readable(headers: dict[str, str], reply: Reply) -> None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in reply.refused:
        raise RuntimeError(f"expected an answer, got {media_type}")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RuntimeError("expected no content-encoding, for none was offered")


class _Wire:
    """One connection: opened, used for one exchange, closed."""

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self._http = h11.Connection(our_role=h11.CLIENT)
        self._reader: Any = None
        self._writer: Any = None

    async def open(self, origin: Address, proxy: Address | None) -> None:
        """Connect, through a proxy's tunnel where the origin wants TLS."""
        peer = proxy or origin
        connecting = asyncio.open_connection(peer.host, peer.port)
        self._reader, self._writer = await self._within(self._timeout, connecting, f"connecting to {peer.host}")
        if origin.secure and proxy:
            await self._tunnel(origin, proxy)
        if origin.secure:
            context = ssl.create_default_context()
            securing = self._writer.start_tls(context, server_hostname=origin.host)
            await self._within(self._timeout, securing, f"securing the connection to {origin.host}")

    async def _tunnel(self, origin: Address, proxy: Address) -> None:
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        target = f"{host}:{origin.port}"
        await self._send("CONNECT", target, {"Host": target, **_login(proxy)})
        status = (await self.head()).status_code
        if not 200 <= status < 300:
            raise RuntimeError(f"the proxy refuses the tunnel: HTTP {status}")
        self._http = h11.Connection(our_role=h11.CLIENT)

    async def post(self, request: Request, origin: Address, proxy: Address | None) -> None:
        """Send the request; a proxy for plain HTTP gets the absolute form (RFC 9112, 3.2.2)."""
        target = origin.path.removesuffix(request.endpoint.rstrip("/")) + request.endpoint
        framing = {"Content-Type": "application/json", "Content-Length": str(len(request.body))}
        headers = {"Host": origin.authority, **request.headers, **framing, "Accept-Encoding": "identity"}
        if proxy and not origin.secure:
            target = f"http://{origin.authority}{target}"
            headers |= _login(proxy)
        await self._send("POST", target, {"Connection": "close"} | headers, request.body)

    async def _send(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> None:
        events = [h11.Request(method=method, target=target, headers=list(headers.items())), h11.Data(data=body)]
        data = b"".join(self._http.send(event) for event in [*(events if body else events[:1]), h11.EndOfMessage()])
        for start in range(0, len(data), _PIECE):
            self._writer.write(data[start : start + _PIECE])
            await self._within(self._timeout, self._writer.drain(), "sending the request")

    async def head(self) -> h11.Response:
        """Wait for the final head of the reply."""
        while not isinstance(event := await self._event(self._timeout), h11.Response):
            pass
        return event

    async def data(self, linger: float | None = None) -> bytes:
        """Wait for the next bytes of the body; none at its end, or after ``linger`` seconds of silence."""
        with suppress(TimeoutError):
            async with asyncio.timeout(linger):
                event = await self._event(None if linger else self._timeout)
                return bytes(event.data) if isinstance(event, h11.Data) else b""
        return b""

    async def excerpt(self) -> bytes:
        """Read the beginning of an error page, as far as it comes in time."""
        body = b""
        with suppress(RuntimeError, TimeoutError):
            async with asyncio.timeout(min(self._timeout or _LINGER, _LINGER)):
                while len(body) < _EXCERPT and (data := await self.data()):
                    body += data
        return body[:_EXCERPT]

    async def _event(self, timeout: float | None) -> Any:
        while (event := self._next()) is h11.NEED_DATA:
            data = await self._within(timeout, self._reader.read(_PIECE), "waiting for the reply")
            self._http.receive_data(data)
        return event

    def _next(self) -> Any:
        with suppress(h11.RemoteProtocolError):
            return self._http.next_event()
        raise RuntimeError("the upstream broke off its reply, or broke HTTP")

    @staticmethod
    async def _within(timeout: float | None, doing: Awaitable[Any], what: str) -> Any:
        try:
            async with asyncio.timeout(timeout):
                return await doing
        except TimeoutError:
            why = "timed out"
        except (OSError, UnicodeError) as error:
            why = type(error).__name__
        raise RuntimeError(f"{what}: {why}")

    async def close(self) -> None:
        """Drop the connection at once and wait until it is gone."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.transport.abort()
            with suppress(OSError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()


def _login(proxy: Address) -> dict[str, str]:
    return {"Proxy-Authorization": f"Basic {proxy.login}"} if proxy.login else {}
