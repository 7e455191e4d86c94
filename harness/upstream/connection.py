"""One connection of a client: requests in by h11, replies out by a player, CONNECT and TLS between. One loop only."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import h11

from ..transcript import Ending, Request, Via
from .head import unchunked
from .performance import Performance, Running
from .player import Wire

_LARGEST_HEAD = 1 << 20
_PORTS = {"http": 80, "https": 443}


class Playing(Protocol):
    """One reply on its way to the client."""

    async def play(self) -> tuple[Ending, bool]:
        """Play it to its end; tell how it ended and whether the connection may stay open."""


class House(Protocol):
    """What a connection knows of the upstream that accepted it."""

    connections: "set[Connection]"

    def performance(self) -> Performance | None:
        """Give the performance that is on."""

    def player(self, performance: Performance, reply: Running, wire: Wire) -> Playing:
        """Give what plays a reply over a connection."""

    def context(self, host: str) -> ssl.SSLContext:
        """Give the TLS context for a host that a client tunnels to."""

    def changed(self) -> None:
        """Hear that a connection has come or gone."""


@dataclass(frozen=True)
class Tunnel:
    """How requests come in: directly, or through CONNECT to an authority."""

    scheme: str
    via: Via = Via.ORIGIN
    authority: str = ""


class Connection(asyncio.Protocol):
    """Reads requests one by one and plays the reply of each, until client or script ends it."""

    def __init__(self, house: House, scheme: str) -> None:
        self.reply: tuple[Performance, Running] | None = None
        self._house = house
        self._tunnel = Tunnel(scheme)
        self._transport: asyncio.Transport
        self._h11 = _parser()
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._leaving = False
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the open connections."""
        self._transport = cast("asyncio.Transport", transport)
        self._house.connections.add(self)
        self._house.changed()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  RST and FIN are one: the client has left
        """Leave the open connections."""
        self._stop()
        self._house.connections.discard(self)
        self._house.changed()

    def eof_received(self) -> None:
        """Take the client's FIN as its leaving; asyncio then closes the connection."""
        self._stop()

    def pause_writing(self) -> None:
        """Hear that the client is slow to read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Hear that the client has read on."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Take bytes; those of a next request wait until the reply is out, those after our FIN meet a RST."""
        if self._leaving:
            self.abort()
            return
        self._h11.receive_data(data)
        if self._task is None:
            self._read()

    def write(self, data: bytes) -> None:
        """Hand over these bytes in one write."""
        self._transport.write(data)

    async def ready(self) -> None:
        """Wait until the client has taken most of what was written."""
        await self._writable.wait()

    def abort(self) -> None:
        """End the connection by RST, also below TLS (SO_LINGER of zero seconds, socket(7))."""
        self._stop()
        sock = self._transport.get_extra_info("socket")
        if sock is not None:  # TLS that was lost just now has none
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _read(self) -> None:
        """Read as far as one request, and begin its reply."""
        try:
            while (event := self._h11.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.Request):
                    self._head = event
                    if self._h11.they_are_waiting_for_100_continue:  # curl does so for bodies over 1 MB
                        self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                elif isinstance(event, h11.Data):
                    self._body += event.data
                else:  # h11.EndOfMessage
                    self._answer()
                    return
        except h11.RemoteProtocolError:
            self.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self._leave()

    def _answer(self) -> None:
        head = cast("h11.Request", self._head)
        if head.method == b"CONNECT":
            self._begin(self._enter(head.target.decode("latin-1")))
            return
        performance = self._house.performance()
        reply = performance.begin(self._request(head)) if performance else None
        if performance is None or reply is None:
            self.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self._leave()
            return
        if head.http_version == b"1.0":  # it does not know chunks (RFC 9112, 6.1)
            reply.script = unchunked(reply.script)
        self.reply = (performance, reply)
        self._begin(self._perform(performance, reply))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.get_running_loop().create_task(work)

    async def _perform(self, performance: Performance, reply: Running) -> None:
        may_stay = self._h11.their_state is not h11.MUST_CLOSE
        try:
            ending, stays = await self._house.player(performance, reply, self).play()
        except Exception as error:  # noqa: BLE001  kept, and raised where the harness can see it
            performance.fail(error)
            performance.end(reply, Ending.UNFINISHED)
            ending, stays = Ending.RESET, False
        self.reply = self._task = None
        if ending is Ending.RESET:
            self.abort()
        elif may_stay and stays:
            self._next()
        else:
            self._leave()

    async def _enter(self, authority: str) -> None:
        """Answer CONNECT, and go on inside TLS with a certificate for that host."""
        self.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        loop = asyncio.get_running_loop()
        context = self._house.context(authority.rpartition(":")[0].strip("[]"))
        self._tunnel = Tunnel("https", Via.CONNECT, authority)
        self._h11 = _parser()  # now: the first request may come before the handshake is told of
        try:
            inner = await loop.start_tls(self._transport, self, context, server_side=True)
        except OSError:  # the client does not trust the certificate, or has left
            self._task = None
            self._transport.abort()
            return
        self._task = None
        self._transport = cast("asyncio.Transport", inner)
        self._read()

    def _next(self) -> None:
        """Read the next request, of which bytes may have come already."""
        early = self._h11.trailing_data[0]
        self._h11, self._body = _parser(), bytearray()
        if early:
            self.data_received(early)

    def _leave(self) -> None:
        """Send FIN, and stay until the client has gone: who leaks a connection is still seen."""
        self._leaving = True
        if not self._transport.can_write_eof():  # TLS: close_notify, then wait for the client's
            self._transport.close()
            return
        try:
            self._transport.write_eof()
        except OSError:  # the client was faster
            self._transport.abort()

    def _stop(self) -> None:
        """Stop what is under way, because the client has left or the play is over."""
        if self.reply is not None:
            performance, reply = self.reply
            self.reply = None
            performance.left(reply)
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _request(self, head: h11.Request) -> Request:
        target = head.target.decode("latin-1")
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers.raw_items())
        tunnel = self._tunnel
        if not target.startswith("/") and "://" in target:  # RFC 9112, 3.2.2: the absolute form
            meant = urlsplit(target)
            tunnel = Tunnel(meant.scheme, Via.FORWARD, meant.netloc.rpartition("@")[2])
        host = tunnel.authority or next((v for n, v in headers if n.lower() == "host"), "")
        return Request(
            method=head.method.decode("latin-1"),
            target=target,
            headers=headers,
            body=bytes(self._body),
            via=tunnel.via,
            authority=with_port(host, tunnel.scheme),
            scheme=tunnel.scheme,
        )


def with_port(authority: str, scheme: str) -> str:
    """Give ``host:port``, the port by the scheme where none is named."""
    named = authority.rpartition("]")[2].rpartition(":")[1]
    return authority if named or not authority else f"{authority}:{_PORTS.get(scheme, 0)}"


def _parser() -> h11.Connection:
    return h11.Connection(h11.SERVER, max_incomplete_event_size=_LARGEST_HEAD)
