"""The upstream on 127.0.0.1: real sockets, for every HTTP library. Owns the thread, its loop and the ports.

One port is origin, forward proxy and CONNECT proxy at once; further ones are another origin, an origin behind TLS, and
one with a certificate that nobody trusts. What a connection does is ``connection``'s business, how a script plays
``player``'s.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..script import Script
from . import environment
from .authority import Authority
from .connection import Connection
from .performance import Performance, Running, over_sockets
from .play import Respond, in_order
from .player import Player, Wire

_HOST = "127.0.0.1"
_NAMES = ("localhost", "127.0.0.1", "::1")


class Loopback:
    """Plays scripts on loopback. Implements ``Upstream``; to be closed."""

    name = "loopback"

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self._authority = environment.authority()
        self._performance: Performance | None = None
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="loopback upstream", daemon=True)
        self._thread.start()
        self._nobody = socket.socket()  # bound but not listening: refuses, and nobody else can take the port
        self._nobody.bind((_HOST, 0))
        self._servers: list[asyncio.Server] = []
        self.origin = f"http://{_HOST}:{self._listen(None)}"
        self.proxy: str | None = self.origin
        self.other_origin = f"http://{_HOST}:{self._listen(None)}"
        """Another origin of the same kind, for redirects; it plays the same performance."""
        self.tls_origin = f"https://localhost:{self._listen(self._authority)}"
        """An https origin whose certificate the harness authority vouches for."""
        self.untrusted_origin = f"https://localhost:{self._listen(Authority.new())}"
        """An https origin whose certificate comes from an issuer unknown to everybody."""
        self.refused_origin = f"http://{_HOST}:{self._nobody.getsockname()[1]}"
        """An origin that refuses connections."""

    @contextmanager
    def play(self, *scripts: Script, gate_limit: float = 2.0) -> Iterator[Performance]:
        """Answer the first request with the first script and so on; the last one repeats."""
        with self.perform(in_order(scripts), gate_limit) as performance:
            yield performance

    @contextmanager
    def perform(self, respond: Respond, gate_limit: float = 2.0) -> Iterator[Performance]:
        """Answer every request with the script that ``respond`` gives for it, called in the upstream's thread.

        At the end, replies still under way are cut off by RST.
        """
        performance = self._performance = Performance(respond, gate_limit)
        try:
            with over_sockets():
                yield performance
        finally:
            self._performance = None
            if self._busy(performance):
                asyncio.run_coroutine_threadsafe(self._drop(performance), self._loop).result()
            performance.finish()

    def open_connections(self) -> int:
        """Count the connections that clients hold open now, kept ones included."""
        return len(self.connections)

    def drained(self, seconds: float, down_to: int = 0) -> bool:
        """Wait until clients hold open no more than so many connections; tell whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.connections) <= down_to, seconds)

    def close(self) -> None:
        """Cut off every connection, and let go of ports and thread."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._nobody.close()

    def performance(self) -> Performance | None:
        """Give the performance that is on."""
        return self._performance

    def player(self, performance: Performance, reply: Running, wire: Wire) -> Player:
        """Give what plays a script over a connection."""
        return Player(performance, reply, wire)

    def context(self, host: str) -> ssl.SSLContext:
        """Give the TLS context for a host that a client tunnels to."""
        return self._authority.context(host)

    def changed(self) -> None:
        """Hear that a connection has come or gone."""
        with self._changed:
            self._changed.notify_all()

    def _listen(self, authority: Authority | None) -> int:
        """Open a port, behind TLS where an authority is given."""
        scheme, context = ("http", None) if authority is None else ("https", authority.context(*_NAMES))
        opening = self._loop.create_server(lambda: Connection(self, scheme), _HOST, 0, ssl=context)
        server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def _busy(self, performance: Performance) -> list[Connection]:
        """Give the connections that still play a script of this performance."""
        return [one for one in tuple(self.connections) if one.reply is not None and one.reply[0] is performance]

    async def _drop(self, performance: Performance) -> None:
        performance.gates.end()
        for connection in self._busy(performance):
            connection.abort()

    async def _shut(self) -> None:
        for server in self._servers:
            server.close()
        for connection in tuple(self.connections):
            connection.abort()
        while self.connections:  # noqa: ASYNC110  one or two turns of the loop
            await asyncio.sleep(0)
