"""Misfits of RES: each breaks one step of a sound provider."""

import asyncio
import codecs
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, nullcontext
from typing import ClassVar

import httpx
from ground import Acytoo, Chat, context


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
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        async for chunk in chunks:
            yield decoder.decode(chunk)


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


class KeepsAThread(Acytoo):
    """Asks a thread of its own for the message's length, and never lets it go."""

    fails = "RES-03"
    pools: ClassVar[list[object]] = []

    @classmethod
    async def send(cls, client, request):
        pool = ThreadPoolExecutor(1)
        cls.pools.append(pool)
        await asyncio.get_running_loop().run_in_executor(pool, len, request.content)
        return await super().send(client, request)


class ForgetsATimer(Acytoo):
    """Sets an alarm for each call and cancels none."""

    fails = "RES-03"

    @classmethod
    async def send(cls, client, request):
        alarm = threading.Timer(5, client.timeout.as_dict)
        alarm.daemon = True
        alarm.start()
        return await super().send(client, request)


class WaitsForEver(Acytoo):
    """Takes a time-out and does nothing with it."""

    fails = "RES-04"

    @classmethod
    def client(cls, proxy, timeout):
        del timeout
        return httpx.AsyncClient(proxy=proxy, timeout=None, verify=context())


class SwallowsCancellation(Acytoo):
    """Takes a cancellation for the end of the answer."""

    fails = "RES-02"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        try:
            async with aclosing(super().create_async_generator(model, messages, proxy, **options)) as items:
                async for item in items:
                    yield item
        except asyncio.CancelledError:
            return


class StaysWhenCancelled(Acytoo):
    """Obeys a cancellation and reads on behind the caller's back."""

    fails = "RES-02"
    readers: ClassVar[list[object]] = []

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        queue = asyncio.Queue()
        inner = super().create_async_generator(model, messages, proxy, **options)
        cls.readers.append(asyncio.ensure_future(cls.read(inner, queue)))
        while (item := await queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    @classmethod
    async def read(cls, items, queue):
        try:
            async for item in items:
                await queue.put(item)
            await queue.put(None)
        except (ValueError, RuntimeError) as error:
            await queue.put(error)


class AsksAgainWhenCancelled(Acytoo):
    """Tries once more, whatever the reason."""

    fails = "RES-02"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        for attempt in range(2):
            try:
                async with aclosing(super().create_async_generator(model, messages, proxy, **options)) as items:
                    async for item in items:
                        yield item
            except BaseException:
                if attempt:
                    raise
            else:
                return


class SwallowsCancellationOfARefusal(Acytoo):
    """Takes a cancellation for the end of an error's body."""

    fails = "RES-02"

    @classmethod
    async def check_status(cls, response, options):
        try:
            await super().check_status(response, options)
        except asyncio.CancelledError:
            cls.refuse(response.status_code, "")


class LimitsTheWholeCall(Acytoo):
    """Takes a time-out for the length of an answer."""

    fails = "RES-05"

    @classmethod
    async def texts(cls, response):
        loop = asyncio.get_running_loop()
        until = loop.time() + response.extensions["limit"]
        async for text in super().texts(response):
            if loop.time() > until:
                raise RuntimeError("too slow")
            yield text

    @classmethod
    async def send(cls, client, request):
        response = await super().send(client, request)
        response.extensions["limit"] = client.timeout.read
        return response


class KeepsALock(Acytoo):
    """Keeps what belongs to the first event loop."""

    fails = "RES-06"
    loop = None

    @classmethod
    async def send(cls, client, request):
        cls.loop = cls.loop or asyncio.get_running_loop()
        if cls.loop is not asyncio.get_running_loop():
            raise RuntimeError("Event loop is closed")
        return await super().send(client, request)


class KeepsThePiecesOnTheClass(Acytoo):
    """Decodes all answers in one place."""

    fails = "RES-07"
    latest = None

    @classmethod
    async def send(cls, client, request):
        response = await super().send(client, request)
        cls.latest = response
        await asyncio.sleep(0.02)
        return cls.latest


class OneAtATime(Acytoo):
    """Lets no call begin before the last one has ended."""

    fails = "RES-07"
    busy = 0

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        while cls.busy:  # noqa: ASYNC110  it is a misfit
            await asyncio.sleep(0.01)
        cls.busy = 1
        try:
            async with aclosing(super().create_async_generator(model, messages, proxy, **options)) as items:
                async for item in items:
                    yield item
        finally:
            cls.busy = 0


class FourAtATime(Acytoo):
    """Lets a fifth call wait until one of the others has ended."""

    fails = "RES-07"
    gates: ClassVar[dict[object, asyncio.Semaphore]] = {}

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        gate = cls.gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(4))
        async with gate, aclosing(super().create_async_generator(model, messages, proxy, **options)) as items:
            async for item in items:
                yield item


class Sulks(Acytoo):
    """Refuses all calls after a rate limit."""

    fails = "RES-08"
    limited: ClassVar[list[object]] = []

    @classmethod
    def check(cls, messages, options):
        super().check(messages, options)
        if asyncio.get_running_loop() in cls.limited:
            raise RuntimeError("rate limited a moment ago")

    @classmethod
    def refuse(cls, status, message):
        if status == 429:
            cls.limited.append(asyncio.get_running_loop())
        super().refuse(status, message)


class StaysBroken(Acytoo):
    """Remembers a failure for ever."""

    fails = "RES-08"
    broken: ClassVar[list[object]] = []

    @classmethod
    def check(cls, messages, options):
        super().check(messages, options)
        if asyncio.get_running_loop() in cls.broken:
            raise RuntimeError("the pool is broken")

    @classmethod
    def translate(cls, error):
        cls.broken.append(asyncio.get_running_loop())
        super().translate(error)


class SharesItsCalls(Chat):
    """Gathers the tool calls of all answers in one list."""

    fails = "RES-07"
    gathered: ClassVar[list] = []

    @classmethod
    async def items(cls, response):
        cls.gathered.clear()
        async with aclosing(super().items(response)) as items:
            async for item in items:
                yield item

    @classmethod
    def read(cls, event, member, state):
        state["calls"] = cls.gathered
        yield from super().read(event, member, state)


class LosesASlot(Acytoo):
    """Lets eight calls fail, and then waits for one of them to end."""

    fails = "RES-08"
    free = 8

    @classmethod
    async def check_status(cls, response, options):
        if cls.free <= 0:
            cls.free = 8  # once is enough to be seen
            await asyncio.Event().wait()
        try:
            await super().check_status(response, options)
        except (ValueError, RuntimeError):
            cls.free -= 1
            raise
