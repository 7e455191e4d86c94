"""A proxy between a provider and a live upstream that passes everything on at once and notes how it came.

It is the origin for ``base_url``, and a forward and CONNECT proxy for any HTTP client in any language. Whatever
origin a client means, its request goes to the live one. It knows neither cassettes nor secrets.
"""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from ..script import Script
from . import environment
from .connection import Connection
from .passing import SILENCE, UNDER_WAY, Live, Parties, Passing, Recorded
from .performance import Performance, Running, over_sockets
from .play import Respond
from .player import Wire

_NOTHING = Script(())


class Recorder:
    """Records what passes between its entry and its exit, in a thread of its own.

    It implements ``Upstream``, so that a drive can be recorded; scripts are ignored, since the live upstream answers.
    """

    name = "recorder"

    def __init__(self, live: str, silence: float = SILENCE) -> None:
        """Lead everything to the live origin; ``silence`` in seconds is taken for its time-out."""
        self.live = Live(live, silence)
        self.recorded: list[Recorded] = []
        """All exchanges so far, in order of arrival."""
        self.connections: set[Connection] = set()
        self.origin = ""
        self.proxy: str | None = None
        self._authority = environment.authority()
        self._performance = _performance()
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="recorder", daemon=True)
        self._thread.start()
        opening = self._loop.create_server(lambda: Connection(self, "http"), "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        self.origin = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self.proxy = self.origin
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Cut off what is under way, let go of port and thread, and raise what went wrong in the recorder itself."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._performance.finish()

    @contextmanager
    def play(self, *scripts: Script, gate_limit: float = 2.0) -> Iterator[Performance]:
        """Let the live upstream answer."""
        del scripts
        with self.perform(lambda _request, _number: _NOTHING, gate_limit) as performance:
            yield performance

    @contextmanager
    def perform(self, respond: Respond, gate_limit: float = 2.0) -> Iterator[Performance]:
        """Let the live upstream answer; ``respond`` is not asked."""
        del respond
        before, performance = self._performance, _performance(gate_limit)
        self._performance = performance
        try:
            with over_sockets():
                yield performance
        finally:
            self._performance = before
            performance.finish()

    def settle(self, seconds: float) -> bool:
        """Wait until every reply has ended, also those whose client has left; tell whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: all(one.end != UNDER_WAY for one in self.recorded), seconds)

    def open_connections(self) -> int:
        """Count the connections that clients hold open now, kept ones included."""
        return len(self.connections)

    def drained(self, seconds: float, down_to: int = 0) -> bool:
        """Wait until clients hold open no more than so many connections; tell whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.connections) <= down_to, seconds)

    def performance(self) -> Performance:
        """Give the performance that is on."""
        return self._performance

    def player(self, performance: Performance, reply: Running, wire: Wire) -> Passing:
        """Give what passes the live upstream's reply over a connection."""
        recorded = Recorded(reply.request)
        self.recorded.append(recorded)
        return Passing(performance, reply, recorded, Parties(self.live, wire, self.changed))

    def context(self, host: str) -> ssl.SSLContext:
        """Give the TLS context for a host that a client tunnels to."""
        return self._authority.context(host)

    def changed(self) -> None:
        """Hear that a connection has come or gone, or that a reply has ended."""
        with self._changed:
            self._changed.notify_all()

    async def _shut(self) -> None:
        self._server.close()
        for connection in tuple(self.connections):
            connection.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # each is a connection's, which keeps its failure
        while self.connections:  # noqa: ASYNC110  one or two turns of the loop
            await asyncio.sleep(0)
        await self.live.close()


def _performance(gate_limit: float = 0.0) -> Performance:
    return Performance(lambda _request, _number: _NOTHING, gate_limit)
