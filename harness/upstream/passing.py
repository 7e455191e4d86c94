"""Passes one request on to the live upstream and its reply back, at once and unchanged, and notes how it came.

It knows neither who listens nor what becomes of the notes.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

import httpx

from ..errors import UsageError
from ..transcript import Ending, Request
from .performance import Performance, Running
from .player import Wire

SILENCE = 300.0
"""Seconds without a sign from the live upstream after which it has timed out."""
_PARTING = 0.25
"""Seconds in which a reply may still come to its end once the client has left: the last bytes cross its leaving."""
_FLIGHT = 0.03
"""Seconds that data needs to arrive before a reset would destroy it."""
_ONE_CONNECTION = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""RFC 9110, 7.6.1: what concerns one connection, not the message; Expect has been met by then."""
_NO_BODY = frozenset({204, 304})
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout)
UNDER_WAY = "under way"
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Headers = Iterable[tuple[str, str]]


@dataclass
class Recorded:
    """One exchange as it went over the wire; bodies as sent, still encoded. Times in seconds from the request."""

    request: Request
    status: int = 0
    """0: no reply."""
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    chunks: list[bytes] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    head: float = 0.0
    end: str = UNDER_WAY
    """``complete``, ``reset``, ``half-close``, ``timeout``, ``client left``, or why there was no reply."""

    def note_end(self, end: str) -> None:
        """Note the first end that is told; without a head there was no reply."""
        if self.end == UNDER_WAY:
            self.end = end if self.status else f"no reply: {end}"


class Live:
    """The live origin, asked over a new connection each time, with nothing added to a request."""

    def __init__(self, origin: str, silence: float = SILENCE) -> None:
        """``silence`` is how many seconds each phase may take; UsageError when the origin is none."""
        self.origin = origin.rstrip("/")
        self._url = _origin(self.origin)
        self._timeout = dict.fromkeys(("connect", "read", "write", "pool"), silence)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(trust_env=False, limits=limits, verify=_context(self._url.scheme))

    @asynccontextmanager
    async def ask(self, request: Request) -> AsyncIterator[httpx.Response]:
        """Give the reply as soon as its head is there."""
        asked = httpx.Request(
            request.method,
            self._url,
            headers=[(n.encode("latin-1"), v.encode("latin-1")) for n, v in forwarded(request.headers)],
            content=request.body,
            extensions={"timeout": self._timeout, "target": request.path.encode("latin-1")},
        )
        response = await self._client.send(asked, stream=True)
        try:
            yield response
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()


@dataclass(frozen=True)
class Parties:
    """Between whom a reply passes, and who hears that it has ended."""

    live: Live
    wire: Wire
    ended: Callable[[], None]


class Passing:
    """One reply on its way from the live upstream to the client."""

    def __init__(self, performance: Performance, reply: Running, recorded: Recorded, parties: Parties) -> None:
        self._performance = performance
        self._reply = reply
        self._recorded = recorded
        self._parties = parties
        self._began = monotonic()
        self._chunked = False
        self._alone = False

    async def play(self) -> tuple[Ending, bool]:
        """Pass the reply on; when the client leaves, stop the upstream unless it is just ending."""
        passing = asyncio.ensure_future(self._pass())
        try:
            return await asyncio.shield(passing)
        except asyncio.CancelledError:
            self._alone = True
            await asyncio.wait({passing}, timeout=_PARTING)
            raise
        finally:
            passing.cancel()
            await asyncio.wait({passing})
            self._recorded.note_end("client left")
            self._parties.ended()

    async def _pass(self) -> tuple[Ending, bool]:
        """Pass the reply on, and end it as the upstream does; the end is noted before the client can see it."""
        try:
            async with self._parties.live.ask(self._reply.request) as response:
                self._begin(response)
                async with aclosing(response.aiter_raw()) as chunks:  # type: ignore[type-var]  # it is a generator
                    async for chunk in chunks:
                        await self._chunk(chunk)
        except _UNREACHED as error:
            ending = self._end(repr(error), Ending.HALF_CLOSED)
            self._write(_BAD_GATEWAY)
            return ending, False
        except httpx.TimeoutException:
            return self._end("timeout", Ending.HALF_CLOSED), False
        except httpx.RemoteProtocolError:
            return self._end("half-close", Ending.HALF_CLOSED), False
        except httpx.NetworkError:
            await asyncio.sleep(_FLIGHT)
            return self._end("reset", Ending.RESET), False
        ending = self._end("complete", Ending.COMPLETE)
        self._write(b"0\r\n\r\n" if self._chunked else b"")
        return ending, True

    def _begin(self, response: httpx.Response) -> None:
        recorded = self._recorded
        recorded.head = monotonic() - self._began
        recorded.status, recorded.reason = response.status_code, response.reason_phrase
        recorded.headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers.raw)
        bodiless = self._reply.request.method == "HEAD" or recorded.status in _NO_BODY
        self._chunked = "content-length" not in response.headers and not bodiless
        self._write(_head(recorded, chunked=self._chunked))

    async def _chunk(self, chunk: bytes) -> None:
        self._recorded.chunks.append(chunk)
        self._recorded.at.append(monotonic() - self._began)
        self._reply.chunks_sent += 1
        self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if self._chunked else chunk)
        await self._parties.wire.ready()

    def _write(self, data: bytes) -> None:
        if not self._alone:
            self._parties.wire.write(data)

    def _end(self, end: str, ending: Ending) -> Ending:
        self._recorded.note_end(end)
        self._performance.end(self._reply, ending)
        return ending


def forwarded(headers: Headers) -> list[tuple[str, str]]:
    """Give the headers of a request that are passed on: all but those of the connection, Host and Content-Length."""
    return _kept(headers, {"host", "content-length"})


def _kept(headers: Headers, dropped: Iterable[str] = ()) -> list[tuple[str, str]]:
    headers = list(headers)
    nominated = {word.strip().lower() for n, v in headers if n.lower() == "connection" for word in v.split(",")}
    return [(n, v) for n, v in headers if n.lower() not in _ONE_CONNECTION.union(nominated, dropped)]


def _head(recorded: Recorded, *, chunked: bool) -> bytes:
    """Give the status line and headers, with the upstream's framing where it told a length (RFC 9112, 6)."""
    lines = [f"HTTP/1.1 {recorded.status} {recorded.reason}"]
    lines += [f"{name}: {value}" for name, value in _kept(recorded.headers)]
    lines += ["Transfer-Encoding: chunked"] if chunked else []
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _origin(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or url.path not in {"", "/"}:
        raise UsageError("no-origin", f"expected the origin of a live service like http://127.0.0.1:8080, got {text!r}")
    return url


def _context(scheme: str) -> ssl.SSLContext | bool:
    """Give what verifies the live upstream: the system's authorities, also where the harness has set its own."""
    return httpx.create_ssl_context(trust_env=False) if scheme == "https" else False
