"""Negative controls: providers that do nothing of the kind. None may pass STREAM, FINISH or ERROR."""

import asyncio
import math

import httpx


class Null:
    """Yields nothing."""

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        for nothing in ():
            yield nothing


class Parrot:
    """Yields the prompt."""

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        yield messages[-1]["content"]


class Sleeper:
    """Sleeps for ever."""

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        await asyncio.sleep(math.inf)
        yield "never"


class Refuser:
    """Raises everything, whatever it is asked."""

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        if messages:
            raise (ValueError if len(str(messages)) % 2 else RuntimeError)("no")
        yield "never"


class Reader:
    """Yields whatever comes as text, HTTP error bodies too."""

    url = "http://127.0.0.1:1"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, base_url=None, **options):
        async with httpx.AsyncClient() as client:
            response = await client.post(base_url or cls.url, json={"messages": messages})
        yield response.text
