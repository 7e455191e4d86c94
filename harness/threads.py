"""Tells whose threads there are: those that work, and those that a pool keeps for later. Judges nothing."""

import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from types import FrameType


def busy(threads: Iterable[threading.Thread]) -> Iterator[str]:
    """Name the threads that are at work; one of a pool that waits for work is not."""
    for thread in threads:
        frame = _frame(thread)
        if frame is not None and not _waits(frame):
            yield thread.name


def is_one_more_each_time(threads: Sequence[Iterable[threading.Thread]], *, waiting: bool) -> bool:
    """Tell whether each of several calls began threads that live on, in a pool of its own where in one.

    ``waiting``: those at work do not count. A pool that several calls share may grow with each of them.
    """
    known: set[object] = set()
    for begun in threads:
        homes = set(_homes(begun, waiting=waiting)) - known
        if not homes:
            return False
        known |= homes
    return True


def _homes(threads: Iterable[threading.Thread], *, waiting: bool) -> Iterator[object]:
    """Give what keeps each thread: the pool in which it waits for work, else itself."""
    for thread in threads:
        frame = _frame(thread)
        if frame is not None and _waits(frame):
            yield frame.f_locals["work_queue"]
        elif frame is not None and not waiting:
            yield thread


def _frame(thread: threading.Thread) -> FrameType | None:
    """Give where a thread is; None when it has ended."""
    return sys._current_frames().get(thread.ident or 0)  # noqa: SLF001  there is no other way to look at another thread


def _waits(frame: FrameType) -> bool:
    """Tell whether this is the loop of a ThreadPoolExecutor's thread; at work, it calls something deeper."""
    return frame.f_code.co_name == "_worker" and "work_queue" in frame.f_locals
