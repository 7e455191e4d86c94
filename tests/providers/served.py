"""How the tests of the providers get their replies: in-process by respx, or from a small origin on a real socket."""

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress

import httpx
import pytest
import respx

MESSAGES = [{"role": "user", "content": "Say hi"}]


class Body(httpx.AsyncByteStream):
    """Chunks as given; an exception among them is raised."""

    def __init__(self, steps):
        self.steps = steps
        self.closed = False

    async def __aiter__(self):
        for step in self.steps:
            if isinstance(step, BaseException):
                raise step
            yield step

    async def aclose(self):
        self.closed = True


class Served:
    """What was asked of ``serve``, and the bodies that it gave."""

    def __init__(self, reply):
        self.reply = reply
        self.requests = []
        self.bodies = []

    def answer(self, request):
        status, headers, steps = self.reply
        self.requests.append(request)
        if isinstance(steps, BaseException):
            raise steps
        self.bodies.append(Body([steps] if isinstance(steps, bytes) else steps))
        return httpx.Response(status, headers=headers, stream=self.bodies[-1])


@contextmanager
def serving(steps=b"", *, content_type="text/plain", status=200, headers=None):
    """Answer every httpx request of this process."""
    served = Served((status, {"content-type": content_type} | (headers or {}), steps))
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=served.answer)
        yield served


async def collected(provider, messages=MESSAGES, model="", /, **options):
    return [item async for item in provider.create_async_generator(model, messages, **options)]


def run(provider, messages=MESSAGES, model="", /, **options):
    return asyncio.run(collected(provider, messages, model, **options))


def failing(family, provider, messages=MESSAGES, model="", /, **options):
    """Give what was yielded and the exception of this very family that ended it."""
    items = []

    async def read():
        async for item in provider.create_async_generator(model, messages, **options):
            items.append(item)  # noqa: PERF401  they must be at hand when it raises

    with pytest.raises(family) as caught:
        asyncio.run(read())
    error = caught.value
    assert type(error).__module__ == "providers.errors"
    assert error.__cause__ is None
    assert error.__context__ is None
    return items, error


class Origin:
    """A small HTTP origin on a real socket; ``reply`` is a coroutine function of the writer and the body asked."""

    def __init__(self):
        self.requests = []
        self.left = asyncio.Event()
        self.reply = None
        self.connections = []

    async def serve(self, reader, writer):
        """Answer one request; ``left`` is set when the client leaves before the reply is complete."""
        self.connections.append(asyncio.current_task())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(length)
        self.requests.append((head, body))
        tasks = [asyncio.ensure_future(self.reply(writer, body)), asyncio.ensure_future(reader.read(1))]
        replying, leaving = tasks
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done() and not replying.done():
            self.left.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def origin(reply):
    """Listen on loopback and answer by this coroutine function; gives the origin, with its ``url``."""
    served = Origin()
    served.reply = reply
    listener = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.url = "http://{}:{}".format(*listener.sockets[0].getsockname())
    try:
        yield served
    finally:
        listener.close()
        await listener.wait_closed()
        await asyncio.gather(*served.connections)


def chunked(*pieces, status="200 OK", content_type="text/plain", pause=0.0, hold=None):
    """Give a reply in chunks; it holds before its end while ``hold`` is not set."""

    async def reply(writer, _body):
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        for piece in pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(pause)
        if hold is not None:
            await hold.wait()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    return reply


def in_bytes(data):
    return [data[at : at + 1] for at in range(len(data))]


def all_cuts(data):
    """Give the data whole, byte by byte and cut in two at every place."""
    return [[data], in_bytes(data), *([data[:at], data[at:]] for at in range(1, len(data)))]
