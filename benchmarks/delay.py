"""How much later does the first byte come through the recorder? The aim of the recording proxy: at most 20 ms.

An upstream on loopback answers with a head, a first chunk and a pause; a client asks it directly and through the
recorder, in turn.
"""

import statistics
import time
from argparse import ArgumentParser

import httpx

from harness.script import Chunk, Script, Send, Sleep
from harness.upstream.loopback import Loopback
from harness.upstream.recorder import Recorder

SCRIPT = Script((Send(), Chunk(b"first"), Sleep(0.01), Chunk(b"last")))


def first_byte(client: httpx.Client, url: str) -> float:
    """Ask, and give the milliseconds until the first byte of the body."""
    began = time.perf_counter()
    with client.stream("POST", url, json={"prompt": "hi"}) as response:
        chunks = response.iter_raw()
        next(chunks)
        taken = time.perf_counter() - began
        list(chunks)
    return taken * 1000


def main() -> None:
    """Print the quantiles of both ways and of their difference."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    calls = parser.parse_args().calls
    upstream = Loopback()
    with httpx.Client(trust_env=False) as client, upstream.play(SCRIPT), Recorder(upstream.origin) as recorder:
        pairs = [(first_byte(client, upstream.origin), first_byte(client, recorder.origin)) for _ in range(calls)]
    upstream.close()
    rows = {
        "directly": [direct for direct, _ in pairs],
        "through the recorder": [through for _, through in pairs],
        "later": [through - direct for direct, through in pairs],
    }
    print(f"{calls} calls, ms until the first byte: median, 95 %, worst")
    for name, values in rows.items():
        tail = statistics.quantiles(values, n=20)[-1]
        print(f"{statistics.median(values):7.1f} {tail:7.1f} {max(values):7.1f}  {name}")


if __name__ == "__main__":
    main()
