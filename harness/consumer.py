"""Consumes providers in an event loop of their own, as callers would, and notes what it sees. Judges nothing.

It survives whatever the provider raises, also SystemExit and swallowed cancellation; what blocks the whole
process is the session's business.
"""

import asyncio
import contextlib
import gc
import inspect
import io
import logging
import math
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from providers.contract import Contract

from . import observation, threads
from .transcript import Course, Exchange, Item
from .upstream.play import Play

_GRACE = 1.0
"""Seconds in which a provider obeys a cancellation, and the upstream sees the client leave (RES-01)."""
_SETTLING = 0.03
"""Seconds after which a reader waits for bytes: what has come is read, nothing more is under way."""
_LEFTOVER_GRACE = 0.2
"""Seconds in which finalizers of async generators may still run (1-2 turns of the loop)."""


@dataclass(frozen=True)
class Consumer:
    """How the caller reads: to the end, or up to an item; which gates its reading opens; what it watches."""

    stop_after: int | None = None
    """Close the generator once so many characters of answer text have come."""
    gates: Sequence[tuple[int, str]] = ()
    """Open a gate once so many characters of answer text have come."""
    cancel_after: int | None = None
    """Cancel the task that reads once the request has come and so many characters of answer text have."""
    times: int = 1
    """Call the provider so many times, one after the other, in one event loop."""
    watch_logs: bool = False
    watch_leftovers: bool = False


@dataclass
class Seen:
    """What a drive has seen so far; the only mutable part."""

    contract: Contract
    items: list[Item] = field(default_factory=list)
    error: BaseException | None = None
    course: Course = Course.FINISHED
    count_connections: Callable[[], int] = int
    exchanges: tuple[Exchange, ...] = ()
    leftovers: list[str] = field(default_factory=list)
    threads: tuple[str, ...] = ()
    begun: list[set[threading.Thread]] = field(default_factory=list)
    """The threads that each call began."""
    logs: list[str] = field(default_factory=list)
    length: int = 0
    """How many characters of answer text have come."""

    def note(self, item: Item) -> None:
        """Keep an item; summing the texts anew for each would take quadratic time."""
        self.items.append(item)
        self.length += len(item.text)


@dataclass(frozen=True)
class Reading:
    """One call: how it is made, how it is read, and what is seen of it."""

    seen: Seen
    invoke: Callable[[], Any]
    consumer: Consumer


def run(readings: Sequence[Reading], deadline: float, play: Play, *, at_once: bool = False) -> None:
    """Consume the calls, in a row or at once, in a loop of their own, which is abandoned if one will not let go.

    What belongs to the loop (leftovers, logs) is noted with the first call.
    """
    first = readings[0].seen
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, context: first.leftovers.append(str(context["message"])))
    executor = ThreadPoolExecutor(max(4, len(readings)))
    loop.set_default_executor(executor)
    groups = [readings] if at_once else [[reading] for reading in readings]
    with _watching(first, readings[0].consumer):
        try:
            loop.run_until_complete(_supervise(groups, deadline, play))
        except (SystemExit, KeyboardInterrupt) as error:  # raised in a task of the provider's own
            first.error, first.course = error, Course.RAISED
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            loop.close()


async def _supervise(groups: Sequence[Sequence[Reading]], deadline: float, play: Play) -> None:
    first = groups[0][0]
    before, old = first.seen.count_connections(), set(threading.enumerate())
    own: set[asyncio.Task[Any]] = set()
    for group in groups:
        own |= await _read_group(group, deadline, play)
        if any(reading.seen.course is Course.TIMED_OUT for reading in group):
            break  # a row of calls does not wait once more for each
    await _within(_GRACE, lambda: play.settle(0))
    exchanges = play.exchanges()
    for reading in chain.from_iterable(groups):
        reading.seen.exchanges = exchanges
    first.seen.threads = tuple(threads.busy(set(threading.enumerate()) - old))
    if first.consumer.watch_leftovers:
        await _note_open_connections(first.seen, before, first.consumer.times)
        await _note_leftover_tasks(first.seen, own)
        await _note_leftover_threads(first.seen, first.consumer)
    await _tidy(asyncio.get_running_loop())


async def _tidy(loop: asyncio.AbstractEventLoop) -> None:
    """Close generators and cancel tasks that are left; mostly there are none, and looking is much cheaper."""
    if getattr(loop, "_asyncgens", True):  # what ``shutdown_asyncgens`` itself asks first
        await asyncio.wait({asyncio.ensure_future(loop.shutdown_asyncgens())}, timeout=_GRACE)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for other in others:
        other.cancel()
    if others:
        await asyncio.sleep(0)


async def _read_group(group: Sequence[Reading], deadline: float, play: Play) -> set[asyncio.Task[Any]]:
    """Make these calls at once; what is not over by the deadline is cancelled, obeying or not."""
    tasks = {asyncio.ensure_future(_consume(reading, play)): reading for reading in group}
    cancelling = [
        asyncio.ensure_future(_cancel(task, reading, play))
        for task, reading in tasks.items()
        if reading.consumer.cancel_after is not None
    ]
    _, late = await asyncio.wait(tasks, timeout=deadline)
    for task in [*late, *cancelling]:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=_GRACE)
    for task in late:
        tasks[task].seen.course, tasks[task].seen.error = Course.TIMED_OUT, None
    return {*tasks, *cancelling}


async def _cancel(task: asyncio.Task[None], reading: Reading, play: Play) -> None:
    """Cancel a reader that waits for more."""
    wanted = reading.consumer.cancel_after or 0
    await _within(math.inf, lambda: bool(play.exchanges()) and reading.seen.length >= wanted)
    await asyncio.sleep(_SETTLING)
    task.cancel()


async def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Wait until a condition holds while the loop goes on; look again after ever longer pauses."""
    clock = asyncio.get_running_loop().time
    until, pause = clock() + seconds, 0.0002
    while not condition():
        if clock() > until:
            return False
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.02)
    return True


async def _consume(reading: Reading, play: Play) -> None:
    seen = reading.seen
    for _ in range(reading.consumer.times):
        old = set(threading.enumerate())
        try:
            await _call(reading, play)
        except asyncio.CancelledError as error:
            seen.error, seen.course = error, Course.CANCELLED
        except BaseException as error:  # noqa: BLE001  whatever a provider raises is an observation
            seen.error, seen.course = error, Course.RAISED
        seen.begun.append(set(threading.enumerate()) - old)


async def _call(reading: Reading, play: Play) -> None:
    answer = reading.invoke()
    if inspect.iscoroutine(answer):
        answer = await answer
    if await _read(reading.seen, _iterate(answer), reading.consumer, play):
        reading.seen.course = Course.CLOSED
        await _close(answer)


async def _close(answer: Any) -> None:
    if hasattr(answer, "aclose"):
        await answer.aclose()
    elif hasattr(answer, "close"):
        await asyncio.to_thread(answer.close)


async def _read(seen: Seen, answer: AsyncIterator[Any], consumer: Consumer, play: Play) -> bool:
    """Read the items; tell whether the consumer stopped before the end."""
    waiting = list(consumer.gates)
    enough = math.inf if consumer.stop_after is None else seen.length + consumer.stop_after
    async for value in answer:
        seen.note(observation.item(seen.contract, value))
        while waiting and seen.length >= waiting[0][0]:
            play.release(waiting.pop(0)[1])
        if seen.length >= enough:
            return True
    return False


def _iterate(answer: Any) -> AsyncIterator[Any]:
    """Give an async iterator; a sync generator is read in a thread."""
    return answer.__aiter__() if hasattr(answer, "__aiter__") else _in_thread(iter(answer))


async def _in_thread(answer: Iterator[Any]) -> AsyncIterator[Any]:
    end = object()
    while (value := await asyncio.to_thread(next, answer, end)) is not end:
        yield value


async def _note_open_connections(seen: Seen, before: int, times: int) -> None:
    """Note connections that grow with the calls; a pool may keep one or two (keep-alive is no leak)."""
    gc.collect()
    many = before + max(times, 2)
    if not await _within(_LEFTOVER_GRACE, lambda: seen.count_connections() < many):
        seen.leftovers.append(f"{seen.count_connections() - before} open connections after {times} calls")


async def _note_leftover_tasks(seen: Seen, own: set[asyncio.Task[Any]]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task(), *own}
    await _within(_LEFTOVER_GRACE, lambda: all(task.done() for task in others))
    seen.leftovers += [f"task {task.get_name()}" for task in others if not task.done()]


async def _note_leftover_threads(seen: Seen, consumer: Consumer) -> None:
    """Note threads that grow with the calls; one in a blocking library may wait on after an early end."""
    early = consumer.stop_after is not None
    if len(seen.begun) < max(consumer.times, 2):  # it hangs, which is told elsewhere
        return
    if not await _within(_GRACE, lambda: not threads.is_one_more_each_time(seen.begun, waiting=early)):
        seen.leftovers.append(f"one thread more with each of {consumer.times} calls")


@contextlib.contextmanager
def _watching(seen: Seen, consumer: Consumer) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        if consumer.watch_logs:
            stack.enter_context(_logs(seen))
        if consumer.watch_leftovers:
            stack.enter_context(_warnings(seen))
        yield


@contextlib.contextmanager
def _logs(seen: Seen) -> Iterator[None]:
    """Note what the provider logs at any level, prints, and writes to stderr."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        seen.logs += stream.getvalue().splitlines()


@cache
def _freeze() -> None:
    """Take what is loaded out of the collector's sight, once: a collection then takes 5 ms instead of 60."""
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def _warnings(seen: Seen) -> Iterator[None]:
    """Note warnings, also those that only the garbage collector brings to light."""
    _freeze()
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    told = (ResourceWarning, RuntimeWarning)
    seen.leftovers += [
        f"{warning.category.__name__}: {warning.message}" for warning in caught if issubclass(warning.category, told)
    ]
