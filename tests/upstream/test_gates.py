import asyncio
import math
import threading

import pytest

from harness.upstream.gates import Gates


async def test_a_released_gate_lets_all_through():
    gates = Gates()
    waiting = [asyncio.create_task(gates.wait("go", 5)) for _ in range(3)]
    await asyncio.sleep(0)
    threading.Timer(0.01, gates.release, ["go"]).start()
    assert await asyncio.gather(*waiting) == [True] * 3
    assert await gates.wait("go", 0)


async def test_a_limit_or_a_cancellation_hurts_nobody_else():
    gates = Gates()
    patient = asyncio.create_task(gates.wait("go", math.inf))
    leaving = asyncio.create_task(gates.wait("go", math.inf))
    assert not await gates.wait("go", 0.01)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    gates.release("go")
    assert await patient


def test_a_thread_waits_too():
    gates = Gates()
    assert not gates.wait_blocking("go", 0.01)
    threading.Timer(0.01, gates.release, ["go"]).start()
    assert gates.wait_blocking("go", math.inf)


def test_the_end_opens_all():
    gates = Gates()
    threading.Timer(0.01, gates.end).start()
    assert gates.wait_blocking(None, math.inf)
    assert gates.over
    assert gates.wait_blocking("another", 0)
