"""What a long stream costs in memory: through the recorder, into a file and back, and through the replayer.

A body of many SSE events streams from a process that makes it, through the process that is measured, to a client in
a third one, which counts the bytes and keeps none. Figures are resident MB above what the process held before the step
(``/proc/self/status``, so Linux only): the most at any moment, and what is left once it is over.
"""

import asyncio
import gc
import logging
import multiprocessing
import socket
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from harness.cassette import store
from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire
from harness.upstream.loopback import Loopback
from harness.upstream.passing import Recorded
from harness.upstream.recorder import Recorder
from harness.upstream.replayer import Replayer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
ASKED = b"POST /v1/stream HTTP/1.1\r\nHost: chat.example\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
EVENT = b'data: {"id": "c-1", "object": "chat.chunk", "choices": [{"index": 0, "delta": {"content": "%0160d"}}]}\n\n'
"""As long as those of the big services, whose events carry much beside a word."""
SPAWN = multiprocessing.get_context("spawn")
PAUSE = 1.5
"""Seconds in which a client is seen not to read."""
ASLEEP = 60.0


@dataclass(frozen=True)
class Growth:
    """MB above the start of a step."""

    most: float
    left: float
    seconds: float


def resident(name: str) -> float:
    """Give a figure of this process in MB: VmRSS, or VmHWM, the most since the last ``forget``."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def step(work: Callable[[], Any]) -> tuple[Growth, Any]:
    """Do it; tell what it cost and give what it gave."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # proc(5): resets VmHWM
    before, began = resident("VmRSS"), time.monotonic()
    value = work()
    seconds, most = time.monotonic() - began, resident("VmHWM") - before
    gc.collect()
    return Growth(most, resident("VmRSS") - before, seconds), value


def serve(ready: Connection, count: int) -> None:
    """Answer every request with so many events, each a chunk, made as they go."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)
        with suppress(ConnectionError):  # who does not read is killed
            for number in range(count):
                event = EVENT % number
                writer.write(b"%x\r\n%b\r\n" % (len(event), event))
                await writer.drain()
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def read(said: Connection, port: int, pause: float = 0.0) -> None:
    """Ask once, wait so many seconds after the first bytes, read to the end; tell how many bytes came."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(ASKED)
        count = len(connection.recv(100))
        time.sleep(pause)
        while data := connection.recv(1 << 16):
            count += len(data)
    said.send(count)


@contextmanager
def beside(work: Callable[..., None], *given: Any) -> Iterator[Connection]:
    """Run it in another process; give what it says."""
    hears, says = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=work, args=(says, *given))
    process.start()
    says.close()
    try:
        yield hears
    finally:
        process.kill()
        process.join()


def port_of(origin: str) -> int:
    """Give the port of an origin."""
    return int(origin.rpartition(":")[2])


def asked(origin: str) -> int:
    """Let a client in another process ask; give how many bytes came."""
    with beside(read, port_of(origin)) as client:
        count: int = client.recv()
    return count


def recorded(said: Connection, port: int) -> None:
    """Measure the recorder: a client that does not read, then one that does."""
    logging.disable()  # asyncio tells of the client that was killed
    with Recorder(f"http://127.0.0.1:{port}") as recorder:
        with beside(read, port_of(recorder.origin), ASLEEP):
            waiting, _ = step(partial(time.sleep, PAUSE))
        recorder.settle(PAUSE)
        recorder.recorded.clear()
        streaming, count = step(partial(asked, recorder.origin))
        (one,) = recorder.recorded
        if one.end != "complete" or count < sum(map(len, one.chunks)):
            raise SystemExit(f"expected a whole stream, got {count} bytes, {one.end}")
        size, chunks = sum(map(len, one.chunks)), len(one.chunks)
    said.send([("recorder, client does not read", waiting), ("recorder, all of it", streaming), size, chunks])


def recording(one: Recorded) -> Recording:
    """Make a recording of what was recorded, as ``harness record`` does."""
    body = b"".join(one.chunks)
    wire = Wire(tuple(map(len, one.chunks)), tuple(round(moment, 4) for moment in one.at))
    headers = (("content-type", "text/event-stream"),)
    exchange = Interaction("POST", "https://chat.example/v1/stream", (), b"{}", 200, "OK", headers, body, wire)
    call = Call("m", ({"role": "user", "content": "hi"},))
    return Recording("x", "long", Provenance.STAND_IN, "made up", "", {}, call, Expected("", "stop"), (exchange,))


def saved(said: Connection, port: int, path: Path) -> None:
    """Measure saving what the recorder has."""
    with Recorder(f"http://127.0.0.1:{port}") as recorder:
        asked(recorder.origin)
        made, whole = step(lambda: recording(recorder.recorded[0]))
    saving, _ = step(lambda: store.save(whole, path))
    said.send([("the recording of it", made), ("saving", saving)])


def replayed(said: Connection, path: Path) -> None:
    """Measure loading and the replayer over sockets."""
    logging.disable()
    loading, whole = step(lambda: store.load(path))
    upstream, replayer = Loopback(), Replayer([whole])
    with upstream.perform(replayer):
        with beside(read, port_of(upstream.origin), ASLEEP):
            waiting, _ = step(partial(time.sleep, PAUSE))
        first, _ = step(partial(asked, upstream.origin))
        more, _ = step(lambda: [asked(upstream.origin) for _ in range(3)])
    upstream.close()
    replayer.verify()
    rows = [("replayer, client does not read", waiting), ("replayer, all of it", first)]
    said.send([("loading", loading), *rows, ("replayer, three times more", more)])


def main() -> int:
    """Print a line per step."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=50.0, help="of the body")
    chosen = parser.parse_args()
    count = int(chosen.megabytes * 1e6 / len(EVENT % 0))
    with tempfile.TemporaryDirectory() as folder, beside(serve, count) as server:
        port, path = server.recv(), Path(folder, "long.yaml")
        with beside(recorded, port) as process:
            *rows, size, chunks = process.recv()
        print(f"{count} events, {size / 1e6:.1f} MB in {chunks} chunks", flush=True)
        print(f"{'step':32}{'most MB':>9}{'left MB':>9}{'s':>7}")
        for work, *given in ((saved, port, path), (replayed, path)):
            with beside(work, *given) as process:
                rows += process.recv()
        for name, growth in rows:
            print(f"{name:32}{growth.most:9.1f}{growth.left:9.1f}{growth.seconds:7.1f}")
        print(f"the cassette: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
