"""Consumes one provider in an event loop of its own, as a caller would, and notes what it sees. Judges nothing.

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
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from providers.contract import Contract

from . import observation
from .transcript import Course, Exchange, Item
from .upstream.play import Play

_GRACE = 1.0
"""Seconds in which a provider obeys a cancellation, and the upstream sees the client leave (RES-01)."""
_LEFTOVER_GRACE = 0.2
"""Seconds in which finalizers of async generators may still run (1-2 turns of the loop)."""


@dataclass(frozen=True)
class Consumer:
    """How the caller reads: to the end, or up to an item; which gates its reading opens; what it watches."""

    stop_after: int | None = None
    """Close the generator once so many characters of answer text have come."""
    gates: Sequence[tuple[int, str]] = ()
    """Open a gate once so many characters of answer text have come."""
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
    logs: list[str] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How many characters of answer text have come."""
        return sum(len(item.text) for item in self.items)


def run(seen: Seen, invoke: Callable[[], Any], consumer: Consumer, deadline: float, play: Play) -> None:
    """Consume the provider in a loop of its own, which is abandoned when the provider will not let go."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, context: seen.leftovers.append(str(context["message"])))
    executor = ThreadPoolExecutor(4)
    loop.set_default_executor(executor)
    with _watching(seen, consumer):
        try:
            loop.run_until_complete(_supervise(seen, invoke, consumer, deadline, play))
        except (SystemExit, KeyboardInterrupt) as error:  # raised in a task of the provider's own
            seen.error, seen.course = error, Course.RAISED
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            loop.close()


async def _supervise(seen: Seen, invoke: Callable[[], Any], consumer: Consumer, deadline: float, play: Play) -> None:
    before = seen.count_connections()
    task = asyncio.ensure_future(_consume(seen, invoke, consumer, play))
    done, _ = await asyncio.wait({task}, timeout=deadline)
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=_GRACE)
        seen.course, seen.error = Course.TIMED_OUT, None
    await _within(_GRACE, lambda: play.settle(0))
    seen.exchanges = play.exchanges()
    if consumer.watch_leftovers:
        await _note_open_connections(seen, before, consumer.times)
        await _note_leftover_tasks(seen, task)
    loop = asyncio.get_running_loop()
    await asyncio.wait({asyncio.ensure_future(loop.shutdown_asyncgens())}, timeout=_GRACE)
    for other in asyncio.all_tasks() - {asyncio.current_task()}:
        other.cancel()
    await asyncio.sleep(0)


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


async def _consume(seen: Seen, invoke: Callable[[], Any], consumer: Consumer, play: Play) -> None:
    for _ in range(consumer.times):
        try:
            await _call(seen, invoke, consumer, play)
        except BaseException as error:  # noqa: BLE001  whatever a provider raises is an observation
            seen.error, seen.course = error, Course.RAISED


async def _call(seen: Seen, invoke: Callable[[], Any], consumer: Consumer, play: Play) -> None:
    answer = invoke()
    if inspect.iscoroutine(answer):
        answer = await answer
    if await _read(seen, _iterate(answer), consumer, play):
        seen.course = Course.CLOSED
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
        seen.items.append(observation.item(seen.contract, value))
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


async def _note_leftover_tasks(seen: Seen, own: asyncio.Task[None]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task(), own}
    await _within(_LEFTOVER_GRACE, lambda: all(task.done() for task in others))
    seen.leftovers += [f"task {task.get_name()}" for task in others if not task.done()]


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


@contextlib.contextmanager
def _warnings(seen: Seen) -> Iterator[None]:
    """Note warnings, also those that only the garbage collector brings to light."""
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    told = (ResourceWarning, RuntimeWarning)
    seen.leftovers += [
        f"{warning.category.__name__}: {warning.message}" for warning in caught if issubclass(warning.category, told)
    ]
