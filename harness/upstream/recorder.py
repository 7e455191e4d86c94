"""A proxy between a provider and a live upstream that passes everything on at once and notes how it came.

It is the origin for ``base_url``, and a forward and CONNECT proxy for any HTTP client. Whatever origin a client
means, its request goes to the live one. It knows neither cassettes nor secrets.
"""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import h11
import httpx

from ..script import Script
from ..transcript import Ending, Exchange, Request
from . import environment
from .play import Respond

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""RFC 9110, 7.6.1: what concerns one connection and is not passed on."""
_FLIGHT = 0.03
"""Seconds that data needs to arrive before a reset would destroy it."""
_SILENCE = 300.0
_PAUSE = 0.002
_ENDINGS = {"complete": Ending.COMPLETE, "reset": Ending.RESET, "half-close": Ending.HALF_CLOSED}
_READ = 65_536


@dataclass
class Recorded:
    """One exchange as it went over the wire; bodies as sent, still encoded. Times in seconds from the request."""

    method: str
    uri: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    chunks: list[bytes] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    head: float = 0.0
    end: str = "no reply"
    """``complete``, ``reset``, ``half-close``, ``timeout``, ``client left``, or why there was no reply."""


class Recorder:
    """Records what passes between its entry and its exit, in a thread of its own.

    It implements ``Upstream``: the scripts of a play are ignored, since the live upstream answers.
    """

    name = "recorder"

    def __init__(self, live: str) -> None:
        """Lead everything to the live origin."""
        self.live = live.rstrip("/")
        self.recorded: list[Recorded] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="recorder", daemon=True)
        self._authority = environment.authority()
        self.origin = ""
        self.proxy: str | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.origin = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self.proxy = self.origin
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Cut off what is under way, and let go of port and thread."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextmanager
    def play(self, *scripts: Script, gate_limit: float = 2.0) -> Iterator[Self]:
        """Let the live upstream answer."""
        del scripts, gate_limit
        yield self

    def perform(self, respond: Respond, gate_limit: float = 2.0) -> AbstractContextManager[Self]:
        """Let the live upstream answer."""
        del respond
        return self.play(gate_limit=gate_limit)

    def exchanges(self) -> tuple[Exchange, ...]:
        """Tell what was asked and how each reply ended."""
        return tuple(
            Exchange(
                Request(recorded.method, recorded.uri, recorded.request_headers, recorded.request_body),
                len(recorded.chunks),
                _ENDINGS.get(recorded.end, Ending.UNFINISHED),
            )
            for recorded in self.recorded
        )

    def release(self, gate: str) -> None:
        """Open no gate: a live upstream has none."""

    def settle(self, seconds: float) -> bool:
        """Wait until no reply is under way."""
        until = time.monotonic() + seconds
        while self._handlers and time.monotonic() < until:
            time.sleep(_PAUSE)
        return not self._handlers

    def open_connections(self) -> int:
        """Count the connections that are being served."""
        return len(self._handlers)

    def drained(self, seconds: float, down_to: int = 0) -> bool:
        """Wait until no more than so many connections are being served."""
        return self.settle(seconds) or len(self._handlers) <= down_to

    async def _listen(self) -> asyncio.Server:
        self._handlers: set[asyncio.Task[None]] = set()
        return await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _shut(self) -> None:
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.ensure_future(self._handle(reader, writer))
        self._handlers.add(handler)
        handler.add_done_callback(self._handlers.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one request of a connection, inside a tunnel if the client opens one."""
        try:
            request, body = await _read_request(reader)
            if request.method == b"CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                host = request.target.decode().rpartition(":")[0].strip("[]")
                await writer.start_tls(self._authority.context(host))
                request, body = await _read_request(reader)
            await self._forward(request, body, reader, writer)
        except (OSError, h11.RemoteProtocolError, EOFError):
            writer.transport.abort()
        finally:
            writer.close()

    async def _forward(
        self, request: h11.Request, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass a request on, and its reply back; stop as soon as the client has left."""
        recorded = self._note(request, body)
        passing = asyncio.ensure_future(self._pass(recorded, writer))
        leaving = asyncio.ensure_future(reader.read(1))
        await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not passing.done():
            recorded.end = "client left"
        for task in (passing, leaving):
            task.cancel()
        await asyncio.gather(passing, leaving, return_exceptions=True)

    def _note(self, request: h11.Request, body: bytes) -> Recorded:
        target = request.target.decode("latin-1")
        path = target if target.startswith("/") else (urlsplit(target)._replace(scheme="", netloc="").geturl() or "/")
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw_items()
        )
        recorded = Recorded(request.method.decode(), f"{self.live}{path}", headers, body)
        self.recorded.append(recorded)
        return recorded

    async def _pass(self, recorded: Recorded, writer: asyncio.StreamWriter) -> None:
        began = time.monotonic()
        try:
            async with _asked(recorded) as response:
                recorded.head = time.monotonic() - began
                recorded.status, recorded.reason = response.status_code, response.reason_phrase
                recorded.headers = _texts(response.headers.raw)
                writer.write(_head(recorded))
                async for chunk in response.aiter_raw():
                    recorded.chunks.append(chunk)
                    recorded.at.append(time.monotonic() - began)
                    writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                    await writer.drain()
            recorded.end = "complete"
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        except httpx.ConnectError as error:
            recorded.end = f"no reply: {error}"
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except httpx.TimeoutException:
            recorded.end = "timeout"
        except httpx.RemoteProtocolError:
            recorded.end = "half-close"
        except httpx.NetworkError:
            recorded.end = "reset"
            await asyncio.sleep(_FLIGHT)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


@asynccontextmanager
async def _asked(recorded: Recorded) -> AsyncIterator[httpx.Response]:
    """Ask the live upstream for the same, with nothing added but its own host."""
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), _SILENCE)
    request = httpx.Request(
        recorded.method,
        recorded.uri,
        headers=[*_end_to_end(recorded.request_headers)],
        content=recorded.request_body,
        extensions={"timeout": timeout},
    )
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.send(request, stream=True)
        try:
            yield response
        finally:
            await response.aclose()


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _end_to_end(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP | {"host", "content-length"})


def _head(recorded: Recorded) -> bytes:
    kept = [f"{name}: {value}" for name, value in _end_to_end(recorded.headers)]
    lines = [f"HTTP/1.1 {recorded.status} {recorded.reason}", *kept, "Transfer-Encoding: chunked", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def _read_request(reader: asyncio.StreamReader) -> tuple[h11.Request, bytes]:
    """Read one request and its body; EOFError when the client leaves before its end."""
    parser = h11.Connection(h11.SERVER)
    head: h11.Request | None = None
    body = b""
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(_READ)
            if not data:
                raise EOFError
            parser.receive_data(data)
        elif isinstance(event, h11.Request):
            head = event
            if head.method == b"CONNECT":
                return head, b""
        elif isinstance(event, h11.Data):
            body += event.data
        elif head is not None:  # h11.EndOfMessage
            return head, body
