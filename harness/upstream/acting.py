"""How a script looks from inside httpx: what comes, when, and which exception ends it. It neither sends nor waits.

The exceptions are those of httpcore over real sockets; httpx maps them, as it does there. ``inprocess`` waits where
this says so, in a loop or in a thread.
"""

from collections.abc import Generator
from dataclasses import dataclass
from time import monotonic

import httpcore

from ..script import Chunk, Close, Framing, Gate, HalfClose, Send, Sleep, Step
from ..transcript import Ending
from .head import ENDINGS, declared_length, later_ending
from .performance import Performance, Running

_CUT = "peer closed connection without sending complete message body (incomplete chunked read)"
_SHORT = "peer closed connection without sending complete message body (received {} bytes, expected {})"
_NOTHING = "Server disconnected without sending a response."


@dataclass(frozen=True)
class Pause:
    """A wait until the gate opens (None: until the play is over), for so many seconds at most."""

    gate: str | None
    seconds: float


Acts = Generator[Send | bytes | Pause, bool | None, None]
"""The head, then pieces of the body, with pauses between, each answered with whether its gate opened."""


class Acting:
    """One reply, and what the client's patience makes of it."""

    def __init__(self, performance: Performance, reply: Running, read_timeout: float) -> None:
        self._performance = performance
        self._reply = reply
        self._patience = read_timeout
        self._since = monotonic()
        self._head: Send | None = None
        self._declared: int | None = None
        self._left: int | None = None

    def acts(self) -> Acts:
        """Give what comes, piece by piece; ends as the client sees it end. Closed early, the client has left."""
        try:
            for step in self._reply.script.steps:
                if isinstance(step, HalfClose | Close):
                    self._depart(ENDINGS[type(step)])
                    return
                yield from self._act(step)
                if self._left == 0:
                    self._depart(later_ending(self._reply.script))
                    return
            self._depart(Ending.COMPLETE)
        finally:
            self._performance.left(self._reply)

    def _act(self, step: Step) -> Acts:
        match step:
            case Send():
                self._head = step
                self._left = self._declared = declared_length(self._reply.script)
                yield step
                self._since = monotonic()
            case Chunk(data):
                yield from self._chunk(data)
            case Sleep(seconds):
                yield from self._wait(None, seconds)
            case Gate(name):
                patience = self._performance.patience()
                if not (yield from self._wait(name, patience)) and patience:
                    self._reply.gates_expired.append(name)
            case _:  # Reset, since the other endings never come here
                self._end(Ending.RESET)
                raise httpcore.ReadError("")

    def _chunk(self, data: bytes) -> Acts:
        self._reply.chunks_sent += 1
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        if data:
            yield data
            self._since = monotonic()

    def _wait(self, gate: str | None, seconds: float) -> Generator[Pause, bool | None, bool]:
        """Wait, but no longer than the client does; tell whether the gate opened."""
        patience = self._patience - (monotonic() - self._since)
        opened = yield Pause(gate, max(0.0, min(seconds, patience)))
        if self._performance.gates.over:
            raise httpcore.ReadError("the play is over")
        if not opened and patience <= seconds:
            raise httpcore.ReadTimeout("")
        return bool(opened)

    def _depart(self, ending: Ending) -> None:
        """End by FIN or by the end of the script, which the client takes as complete, or not."""
        if self._head is None:
            self._end(Ending.HALF_CLOSED)
            raise httpcore.RemoteProtocolError(_NOTHING)
        if self._left and self._declared:
            self._end(Ending.HALF_CLOSED)
            raise httpcore.RemoteProtocolError(_SHORT.format(self._declared - self._left, self._declared))
        self._end(ending)
        if ending is Ending.HALF_CLOSED and self._head.framing is Framing.CHUNKED:
            raise httpcore.RemoteProtocolError(_CUT)

    def _end(self, ending: Ending) -> None:
        self._performance.end(self._reply, ending)
