"""Plays one script on one connection, byte for byte. Knows steps and framing, neither TLS nor who asked."""

import asyncio
from typing import Protocol

from ..script import Chunk, Framing, Gate, HalfClose, Reset, Send, Sleep
from ..transcript import Ending
from .head import declared_length, head_bytes, later_ending
from .performance import Performance, Running

_FLIGHT = 0.03
"""Seconds that data needs to arrive before a reset would destroy it in the client's buffer."""
_APART = 0.001
"""Seconds between two writes that the client shall read apart, where no chunk header tells them apart."""


class Wire(Protocol):
    """Where the bytes go."""

    def write(self, data: bytes) -> None:
        """Hand over these bytes in one write."""

    async def ready(self) -> None:
        """Wait until the client has taken most of what was written."""


class Player:
    """The progress of one reply."""

    def __init__(self, performance: Performance, reply: Running, wire: Wire) -> None:
        self._performance = performance
        self._reply = reply
        self._wire = wire
        self._head: Send | None = None
        self._declared: int | None = None
        self._sent = 0

    async def play(self) -> tuple[Ending, bool]:
        """Play the script to its end; tell how it ended and whether the connection may stay open.

        The ending is noted before the last byte goes out: the client may look at once.
        """
        for step in self._reply.script.steps:
            match step:
                case Send():
                    self._head = step
                    self._declared = declared_length(self._reply.script)
                    self._keep_promise()
                    self._wire.write(head_bytes(self._reply.script))
                case Chunk(data):
                    await self._chunk(data)
                case Sleep(seconds):
                    await asyncio.sleep(seconds)
                case Gate(name):
                    await self._gate(name)
                case Reset():
                    await asyncio.sleep(_FLIGHT if self._head else 0)
                    return self._end(Ending.RESET), False
                case HalfClose():
                    return self._end(Ending.HALF_CLOSED), False
                case _:  # Close
                    return self._complete()[0], False
        return self._complete()

    async def _chunk(self, data: bytes) -> None:
        """Send one chunk; it waits before it, never after it, so that the last one is the end."""
        framing = self._head.framing if self._head else None
        if self._sent:
            await asyncio.sleep(0 if framing is Framing.CHUNKED else _APART)
        await self._wire.ready()
        self._reply.chunks_sent += self._reply.ending is None
        self._sent += len(data)
        self._keep_promise()
        if framing is Framing.CHUNKED and data:
            data = b"%x\r\n%b\r\n" % (len(data), data)  # RFC 9112, 7.1
        self._wire.write(data)

    async def _gate(self, name: str) -> None:
        performance = self._performance
        patience = performance.patience()
        if not await performance.gates.wait(name, patience) and patience:
            self._reply.gates_expired.append(name)

    def _complete(self) -> tuple[Ending, bool]:
        """Complete the body, as far as the declared length allows it."""
        if self._head is None:
            return self._end(Ending.HALF_CLOSED), False
        if self._declared is not None and self._sent < self._declared:
            return self._end(Ending.HALF_CLOSED), False
        ending = self._end(Ending.COMPLETE)
        if self._head.framing is Framing.CHUNKED:
            self._wire.write(b"0\r\n\r\n")
            return ending, True
        return ending, self._sent == self._declared

    def _keep_promise(self) -> None:
        """Note the end once the declared length is reached: the client takes the rest for nothing."""
        if self._declared is not None and self._sent >= self._declared:
            self._end(later_ending(self._reply.script))

    def _end(self, ending: Ending) -> Ending:
        self._performance.end(self._reply, ending)
        return ending
