import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from harness import threads


@contextmanager
def working(count):
    """Give threads that are at work, and let them go."""
    done = threading.Event()
    begun = [threading.Thread(target=done.wait, name=f"worker {number}") for number in range(count)]
    for thread in begun:
        thread.start()
    try:
        yield begun
    finally:
        done.set()
        for thread in begun:
            thread.join()


@pytest.fixture
def pools():
    """Give two pools of two threads each, which wait for work."""
    made = [ThreadPoolExecutor(2) for _ in range(2)]
    for pool in made:
        both = threading.Barrier(2)
        list(pool.map(lambda _, both=both: both.wait(), range(2)))
    while any(list(threads.busy(pool._threads)) for pool in made):
        pass
    yield [sorted(pool._threads, key=lambda thread: thread.name) for pool in made]
    for pool in made:
        pool.shutdown()


def test_a_thread_at_work_is_busy_and_one_that_waits_in_a_pool_is_not(pools):
    with working(1) as begun:
        assert list(threads.busy([*begun, *pools[0]])) == ["worker 0"]
    assert list(threads.busy(begun)) == []


def test_threads_that_live_on_grow_with_the_calls():
    with working(2) as (first, second):
        assert threads.is_one_more_each_time([[first], [second]], waiting=False)
        assert not threads.is_one_more_each_time([[first], []], waiting=False)
        assert not threads.is_one_more_each_time([[first, second], []], waiting=False)
        assert not threads.is_one_more_each_time([[first], [second]], waiting=True)
    assert not threads.is_one_more_each_time([[first], [second]], waiting=False)


@pytest.mark.parametrize("waiting", [False, True])
def test_a_pool_for_each_call_is_growth_and_one_for_all_is_not(pools, waiting):
    (first, second), (other, _) = pools
    assert threads.is_one_more_each_time([[first, second], [other]], waiting=waiting)
    assert not threads.is_one_more_each_time([[first], [second]], waiting=waiting)
