"""One performance: what was asked, how far each reply came, its gates. Knows neither sockets nor HTTP libraries."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import HarnessError
from ..script import Chunk, Script, Send
from ..transcript import Ending, Exchange, Request
from .gates import Gates
from .play import Respond

_OVER_SOCKETS: list[None] = []


@dataclass(eq=False)
class Running:
    """A reply on its way."""

    request: Request
    script: Script
    chunks_sent: int = 0
    ending: Ending | None = None
    gates_expired: list[str] = field(default_factory=list)

    def exchange(self) -> Exchange:
        """Tell how far it came."""
        return Exchange(self.request, self.chunks_sent, self.ending or Ending.UNFINISHED, tuple(self.gates_expired))


class Performance:
    """The replies given during one play. Implements ``Play``."""

    def __init__(self, respond: Respond, gate_limit: float) -> None:
        self.gates = Gates()
        self._respond = respond
        self._gate_limit = gate_limit
        self._replies: list[Running] = []
        self._changed = threading.Condition()
        self._failure: BaseException | None = None

    def exchanges(self) -> tuple[Exchange, ...]:
        """Tell what was asked and how each reply went, in order of arrival, so far."""
        with self._changed:
            return tuple(reply.exchange() for reply in self._replies)

    def release(self, gate: str) -> None:
        """Open a gate; from any thread, before or after the script has reached it."""
        self.gates.release(gate)

    def settle(self, seconds: float) -> bool:
        """Wait until no reply is under way; tell whether that came true within so many seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way(), seconds)

    def begin(self, request: Request) -> Running | None:
        """Note a request and choose its script; None when that failed, which the end of the play raises."""
        reply = Running(request, Script(()))
        with self._changed:
            number = len(self._replies)
            self._replies.append(reply)
        try:
            reply.script = _sound(self._respond(request, number))
        except Exception as error:  # noqa: BLE001  kept, and raised where the harness can see it
            self.fail(error)
            self.end(reply, Ending.UNFINISHED)
            return None
        return reply

    def end(self, reply: Running, ending: Ending) -> None:
        """Note how a reply ended; what is noted first stays."""
        with self._changed:
            reply.ending = reply.ending or ending
            self._changed.notify_all()

    def left(self, reply: Running) -> None:
        """Note that a reply stopped under way: the client has left, unless the play is over."""
        self.end(reply, Ending.UNFINISHED if self.gates.over else Ending.CLIENT_LEFT)

    def fail(self, error: BaseException) -> None:
        """Keep what went wrong in the harness itself, for the end of the play to raise."""
        self._failure = self._failure or error

    def patience(self) -> float:
        """How long a gate waits now: once one has expired, nobody is there to open the others."""
        return 0.0 if any(reply.gates_expired for reply in self._replies) else self._gate_limit

    def finish(self) -> None:
        """Let nothing wait any longer, and raise what went wrong."""
        self.gates.end()
        if self._failure is not None:
            raise self._failure

    def _under_way(self) -> bool:
        return any(reply.ending is None for reply in self._replies)


@contextmanager
def over_sockets() -> Iterator[None]:
    """Say in this process that a performance over sockets is on."""
    _OVER_SOCKETS.append(None)
    try:
        yield
    finally:
        _OVER_SOCKETS.pop()


def any_over_sockets() -> bool:
    """Tell whether one is on, so that what patches HTTP libraries steps aside."""
    return bool(_OVER_SOCKETS)


def _sound(script: Script) -> Script:
    """Give the script back if its body follows its head."""
    kinds = [type(step) for step in script.steps if isinstance(step, Send | Chunk)]
    if kinds.count(Send) > 1 or Chunk in kinds[:1]:
        msg = f"a script sends one head and then chunks, got {script.steps!r:.200}"
        raise HarnessError("unplayable-script", msg)
    return script
