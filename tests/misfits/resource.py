"""Misfits of RES: each breaks one step of a sound provider."""

import asyncio
from contextlib import nullcontext
from typing import ClassVar

import httpx
from ground import Acytoo, context


class KeepsTheConnection(Acytoo):
    """Lets the upstream write on after the caller has left."""

    fails = "RES-01"
    kept: ClassVar[list[object]] = []

    @classmethod
    def client(cls, proxy, timeout):
        client = super().client(proxy, timeout)
        cls.kept.append(client)
        return nullcontext(client)

    @classmethod
    async def release(cls, response):
        cls.kept.append(response)

    @classmethod
    async def texts(cls, response):
        chunks = response.aiter_bytes()
        cls.kept.append(chunks)
        async for chunk in chunks:
            yield chunk.decode(errors="replace")


class LeaksTheClient(Acytoo):
    """Opens a client per call and closes none."""

    fails = "RES-03"
    kept: ClassVar[list[object]] = []

    @classmethod
    def client(cls, proxy, timeout):
        client = super().client(proxy, timeout)
        cls.kept.append(client)
        return nullcontext(client)


class LeavesATask(Acytoo):
    """Starts a heartbeat and forgets it."""

    fails = "RES-03"
    tasks: ClassVar[list[object]] = []

    @classmethod
    async def send(cls, client, request):
        cls.tasks.append(asyncio.ensure_future(asyncio.sleep(3600)))
        return await super().send(client, request)


class WaitsForEver(Acytoo):
    """Takes a time-out and does nothing with it."""

    fails = "RES-04"

    @classmethod
    def client(cls, proxy, timeout):
        del timeout
        return httpx.AsyncClient(proxy=proxy, timeout=None, verify=context())
