"""Gates at which scripts wait, and the end of the play that opens them all. From any thread, for any loop or none."""

import asyncio
import math
import threading
from concurrent.futures import Future


class Gates:
    """The gates of one play, all shut at first."""

    def __init__(self) -> None:
        self.over = False
        """The play has ended, so nothing waits any more."""
        self._lock = threading.Lock()
        self._open: set[str | None] = set()
        self._tickets: dict[str | None, list[Future[None]]] = {}

    def release(self, name: str | None) -> None:
        """Open a gate for all who wait and all who come; the gate named None is opened by the end alone."""
        with self._lock:
            self._open.add(name)
            tickets = self._tickets.pop(name, [])
        for ticket in tickets:
            if ticket.set_running_or_notify_cancel():
                ticket.set_result(None)

    def end(self) -> None:
        """Open every gate for good."""
        with self._lock:
            self.over = True
            names = list(self._tickets)
        for name in names:
            self.release(name)

    async def wait(self, name: str | None, seconds: float) -> bool:
        """Wait in this loop until the gate is open; tell whether it opened within so many seconds."""
        ticket = self._ticket(name)
        try:
            if not ticket.done():
                await asyncio.wait([asyncio.wrap_future(ticket)], timeout=_limit(seconds))
        finally:
            expired = ticket.cancel()
        return not expired

    def wait_blocking(self, name: str | None, seconds: float) -> bool:
        """Wait in this thread until the gate is open; tell whether it opened within so many seconds."""
        ticket = self._ticket(name)
        try:
            ticket.result(_limit(seconds))
        except TimeoutError:
            return not ticket.cancel()
        return True

    def _ticket(self, name: str | None) -> Future[None]:
        """Give what is done when the gate opens: one for each who waits, so that none can cancel another's."""
        ticket: Future[None] = Future()
        with self._lock:
            if self.over or name in self._open:
                ticket.set_result(None)
            else:
                self._tickets.setdefault(name, []).append(ticket)
        return ticket


def _limit(seconds: float) -> float | None:
    """Give a time-out as the standard library takes it: None for ever."""
    return None if math.isinf(seconds) else seconds
