import asyncio
import contextlib
import logging
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import consumer as module
from harness.consumer import Consumer, Reading, Seen, run
from harness.transcript import Course, Kind
from providers.acytoo.contract import CONTRACT


class Quiet:
    """A play in which nothing happens but gates."""

    def __init__(self, *come):
        self.released = []
        self.come = come

    def exchanges(self):
        return self.come

    def release(self, gate):
        self.released.append(gate)

    def settle(self, seconds):
        assert seconds == 0
        return True


def consume(invoke, deadline=5.0, play=None, connections=lambda: 0, **how):
    seen = Seen(CONTRACT, count_connections=connections)
    run([Reading(seen, invoke, Consumer(**how))], deadline, play or Quiet())
    return seen


async def letters():
    for letter in "abc":
        yield letter


def texts(seen):
    return [item.value for item in seen.items]


def test_an_async_generator_is_read_to_its_end():
    seen = consume(letters)
    assert (texts(seen), seen.course, seen.error, seen.leftovers) == (["a", "b", "c"], Course.FINISHED, None, [])


def test_a_coroutine_that_gives_a_generator_is_awaited():
    async def create():
        return letters()

    assert texts(consume(create)) == ["a", "b", "c"]


def test_a_sync_generator_is_read_in_a_thread():
    assert texts(consume(lambda: iter("abc"))) == ["a", "b", "c"]


def test_the_reader_may_stop_early_and_closes():
    closed = []

    async def noisy():
        try:
            async for letter in letters():
                yield letter
        finally:
            closed.append(True)

    seen = consume(noisy, stop_after=2)
    assert (texts(seen), seen.course, closed) == (["a", "b"], Course.CLOSED, [True])
    assert texts(consume(noisy, stop_after=1, times=2)) == ["a", "a"]


def test_a_sync_generator_is_closed_too():
    closed = []

    def noisy():
        try:
            yield from "abc"
        finally:
            closed.append(True)

    seen = consume(noisy, stop_after=1)
    assert (texts(seen), seen.course, closed) == (["a"], Course.CLOSED, [True])


def test_an_iterator_without_close_is_left():
    assert consume(lambda: iter("abc"), stop_after=1).course is Course.CLOSED


def test_calls_can_be_repeated_in_one_loop():
    loops = []

    async def one():
        loops.append(asyncio.get_running_loop())
        yield "a"

    assert texts(consume(one, times=3)) == ["a", "a", "a"]
    assert len(set(loops)) == 1


def test_gates_open_as_the_text_comes():
    play = Quiet()
    consume(letters, play=play, gates=((1, "one"), (3, "three"), (9, "never")))
    assert play.released == ["one", "three"]


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_whatever_is_raised_is_noted(error):
    async def fail():
        yield "a"
        raise error

    seen = consume(fail)
    assert (texts(seen), seen.course, type(seen.error)) == (["a"], Course.RAISED, type(error))


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_an_exit_in_a_task_of_the_provider_is_survived(error):
    async def die():
        raise error

    async def fail():
        task = asyncio.ensure_future(die())
        yield "a"
        await asyncio.wait({task})

    seen = consume(fail)
    assert (seen.course, type(seen.error)) == (Course.RAISED, type(error))


def test_a_call_that_is_no_generator_is_noted():
    assert isinstance(consume(lambda: 42).error, TypeError)


def test_a_late_provider_is_cancelled():
    cancelled = []

    async def late():
        yield "a"
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    seen = consume(late, deadline=0.05)
    assert (texts(seen), seen.course, seen.error, cancelled) == (["a"], Course.TIMED_OUT, None, [True])


def test_a_provider_that_swallows_cancellation_is_abandoned(monkeypatch):
    monkeypatch.setattr(module, "_GRACE", 0.05)

    async def stubborn():
        yield "a"
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    began = time.monotonic()
    assert consume(stubborn, deadline=0.05).course is Course.TIMED_OUT
    assert time.monotonic() - began < 2


def test_it_waits_until_the_upstream_has_settled(monkeypatch):
    monkeypatch.setattr(module, "_GRACE", 0.05)

    class Busy(Quiet):
        looks = 0

        def settle(self, seconds):
            self.looks += 1
            return self.looks > 3

    class Never(Quiet):
        def settle(self, seconds):
            return False

    assert consume(letters, play=Busy()).course is Course.FINISHED
    assert consume(letters, play=Never()).course is Course.FINISHED


def test_a_task_that_stays_is_a_leftover_only_when_watched():
    async def leaves():
        asyncio.ensure_future(asyncio.sleep(60)).set_name("heartbeat")
        yield "a"

    assert consume(leaves, watch_leftovers=True).leftovers == ["task heartbeat"]
    assert consume(leaves).leftovers == []


def test_connections_that_grow_with_the_calls_are_a_leftover():
    counts = iter([1, *[5] * 1000])
    seen = consume(letters, connections=lambda: next(counts), watch_leftovers=True, times=4)
    assert seen.leftovers == ["4 open connections after 4 calls"]


def test_a_pooled_connection_is_none():
    assert consume(letters, connections=lambda: 1, watch_leftovers=True, times=4).leftovers == []


def test_pools_that_grow_with_the_calls_are_a_leftover():
    pools = []

    async def in_a_pool_of_its_own():
        pools.append(ThreadPoolExecutor(1))
        yield await asyncio.get_running_loop().run_in_executor(pools[-1], str)

    grown = ["one thread more with each of 4 calls"]
    assert consume(in_a_pool_of_its_own, watch_leftovers=True, times=4).leftovers == grown
    assert consume(in_a_pool_of_its_own, watch_leftovers=True).leftovers == []
    for pool in pools:
        pool.shutdown()


@pytest.mark.parametrize("count", [1, 16])
def test_a_pool_that_is_kept_is_no_leftover(count):
    async def in_the_pool():
        work = [asyncio.get_running_loop().run_in_executor(pool, time.sleep, 0.001) for _ in range(count)]
        await asyncio.gather(*work, asyncio.to_thread(str))
        yield "a"

    with ThreadPoolExecutor(16) as pool:
        assert consume(in_the_pool, watch_leftovers=True, times=4).leftovers == []


def test_warnings_of_resources_are_leftovers_others_are_not():
    async def warns():
        warnings.warn("unclosed thing", ResourceWarning, stacklevel=1)
        warnings.warn("old thing", DeprecationWarning, stacklevel=1)
        yield "a"

    assert consume(warns, watch_leftovers=True).leftovers == ["ResourceWarning: unclosed thing"]


def test_what_the_loop_complains_of_is_a_leftover():
    async def complains():
        asyncio.get_running_loop().call_exception_handler({"message": "Unclosed session"})
        yield "a"

    assert consume(complains).leftovers == ["Unclosed session"]


def test_logs_and_prints_are_noted_when_watched():
    async def talks():
        logging.getLogger("x.y").debug("the key is %s", "sk")
        print("printed")
        yield "a"

    assert consume(talks, watch_logs=True).logs[-2:] == ["the key is sk", "printed"]
    assert consume(letters).logs == []


def test_what_is_no_text_has_no_length():
    async def mixed():
        yield "ab"
        yield None

    seen = consume(mixed)
    assert ([item.kind for item in seen.items], seen.length) == ([Kind.TEXT, Kind.OTHER], 2)


async def endless():
    yield "a"
    await asyncio.sleep(60)
    yield "never"


def test_a_reader_that_waits_is_cancelled():
    seen = consume(endless, play=Quiet("a request"), cancel_after=1)
    assert (texts(seen), seen.course, type(seen.error)) == (["a"], Course.CANCELLED, asyncio.CancelledError)


def test_nobody_is_cancelled_before_the_request_has_come():
    seen = consume(letters, cancel_after=0)
    assert (texts(seen), seen.course) == (["a", "b", "c"], Course.FINISHED)


def test_a_swallowed_cancellation_shows():
    async def stubborn():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        yield "on"

    seen = consume(stubborn, play=Quiet("a request"), cancel_after=0)
    assert (texts(seen), seen.course) == (["on"], Course.FINISHED)


def readings(*invokes, **how):
    return [Reading(Seen(CONTRACT), invoke, Consumer(**how)) for invoke in invokes]


def test_several_calls_share_a_loop_in_a_row_and_at_once():
    order = []

    def call(name):
        async def steps():
            for step in (1, 2):
                order.append(f"{name}{step}")
                await asyncio.sleep(0.01)
            yield name

        return steps

    for at_once, expected in ((False, ["x1", "x2", "y1", "y2"]), (True, ["x1", "y1", "x2", "y2"])):
        both = readings(call("x"), call("y"))
        run(both, 5.0, Quiet("a request"), at_once=at_once)
        assert [texts(reading.seen) for reading in both] == [["x"], ["y"]]
        assert (order, both[1].seen.exchanges) == (expected, ("a request",))
        order.clear()
