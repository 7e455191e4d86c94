"""Finding the right one of N recorded exchanges: one URL, the bodies differ, each is asked for once.

Every row answers the requests of one shared httpx client, in a process of its own, and is measured in CPU seconds.
The floor is a dict by the SHA-256 of canonical JSON, behind ``httpx.MockTransport``. Ours and its rivals read the same
cassette file. A rival that takes seconds is sampled (``~``): some requests, spread over the cassette, times N.
``--equal`` asks for N exchanges whose requests do not differ: each must get the next answer, and the dict is no use.
"""

import asyncio
import hashlib
import importlib.util
import json
import logging
import math
import multiprocessing
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from harness.cassette import store
from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire
from harness.upstream.inprocess import InProcess
from harness.upstream.replayer import Replayer

URL = "https://chat.example/v1/completions"
JSON = (("content-type", "application/json"),)
LIMIT = 3.0
"""What ours may cost in units of the floor."""
SAMPLE = 40
"""Requests that stand for N."""
VCRPY = ("method", "scheme", "host", "port", "path", "query")

Opening = Callable[[Path], AbstractContextManager[object]]
"""Opens a cassette and gives the transport that answers from it; what is none: httpx itself is patched."""


@dataclass(frozen=True)
class Row:
    """What answers, from which package, and up to which N each exchange is asked for."""

    name: str
    package: str
    opened: Opening
    whole: int = 100_000


@dataclass(frozen=True)
class Figure:
    """CPU seconds: to open the cassette, and for N requests."""

    opening: float
    asking: float
    sampled: bool = False


def question(number: int) -> bytes:
    """Give a request of 0.4 KB, which only its number tells from the others."""
    content = f"Question {number}: " + "and why is that so? " * 15
    asked = {"model": "m", "messages": [{"role": "user", "content": content}], "stream": False, "temperature": 0}
    return json.dumps(asked).encode()


def answer(number: int) -> bytes:
    """Give a reply of 0.3 KB."""
    message = {"role": "assistant", "content": f"Answer {number}. " + "Because it is. " * 16}
    return json.dumps({"id": f"c-{number}", "choices": [{"message": message, "finish_reason": "stop"}]}).encode()


def recording(size: int, *, equal: bool) -> Recording:
    """Make the recording of so many exchanges."""

    def exchange(number: int) -> Interaction:
        body = answer(number)
        asked = question(0 if equal else number)
        return Interaction("POST", URL, JSON, asked, 200, "OK", JSON, body, Wire((len(body),), (0.1,)))

    call = Call("m", ({"role": "user", "content": "hi"},))
    exchanges = tuple(map(exchange, range(size)))
    return Recording("x", "many", Provenance.STAND_IN, "made up", "", {}, call, Expected("x", "stop"), exchanges)


@contextmanager
def floor(path: Path) -> Iterator[httpx.MockTransport]:
    """Answer from a dict."""
    known = {canonical(one.request_body): one for one in store.load(path).interactions}

    def find(request: httpx.Request) -> httpx.Response:
        found = known[canonical(request.content)]
        return httpx.Response(found.status, headers=found.headers, content=found.body)

    yield httpx.MockTransport(find)


def canonical(body: bytes) -> bytes:
    """Give what equal JSON has in common."""
    text = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


@contextmanager
def ours(path: Path) -> Iterator[None]:
    """Answer from the replayer, in this process."""
    replayer, upstream = Replayer([store.load(path)]), InProcess()
    with upstream.perform(replayer):
        yield
    upstream.close()
    replayer.verify()


def vcrpy(path: Path, body: str) -> AbstractContextManager[object]:
    """Answer from vcrpy, which compares bodies by its matcher of this name."""
    import vcr  # noqa: PLC0415  slow to import, for its own rows alone

    opened: AbstractContextManager[object] = vcr.use_cassette(str(path), record_mode="none", match_on=[*VCRPY, body])
    return opened


def cassetter(path: Path) -> AbstractContextManager[object]:
    """Answer from cassetter, by method, URI and JSON."""
    from cassetter import use_cassette  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415  if installed

    opened: AbstractContextManager[object] = use_cassette(
        path, record_mode="none", match_on=["method", "uri", "json_body"]
    )
    return opened


ROWS = (
    Row("dict by canonical JSON", "httpx", floor),
    Row("ours", "harness", ours),
    Row("cassetter json_body", "cassetter", cassetter, 1_000),
    Row("vcrpy raw_body", "vcr", lambda path: vcrpy(path, "raw_body"), 100),
    Row("vcrpy body", "vcr", lambda path: vcrpy(path, "body"), 100),
)


def measured(name: str, path: Path, size: int, *, equal: bool) -> Figure | str:
    """Measure one row in this process; where it refuses, its own words."""
    logging.disable()
    row = next(row for row in ROWS if row.name == name)
    count = size if size <= row.whole else min(SAMPLE, size)
    numbers = [place if equal else int((place + 0.5) * size / count) for place in range(count)]
    began = time.process_time()
    try:
        with row.opened(path) as transport:
            opened = time.process_time()
            asking = asyncio.run(ask(transport, numbers, equal=equal))
    except Exception as error:  # noqa: BLE001  of a rival, and that is its row
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return Figure(opened - began, asking * size / count, count < size)


async def ask(transport: object, numbers: Iterable[int], *, equal: bool) -> float:
    """Ask for these exchanges over one client; give the CPU seconds that it took."""
    given = transport if isinstance(transport, httpx.MockTransport) else None
    async with httpx.AsyncClient(transport=given, trust_env=False, verify=False) as client:  # noqa: S501  nothing goes out
        began = time.process_time()
        for number in numbers:
            response = await client.post(URL, content=question(0 if equal else number), headers=dict(JSON))
            if response.content != answer(number):
                raise ValueError(f"expected answer {number}, got {response.text!r:.80}")
        return time.process_time() - began


def rounds(names: list[str], path: Path, size: int, times: int, *, equal: bool) -> dict[str, Figure | str]:
    """Measure the rows in turn, several times where that is quick; give the medians."""
    found: dict[str, list[Figure | str]] = {name: [] for name in names}
    spawn = multiprocessing.get_context("spawn")
    for _ in range(times):
        for name, figures in found.items():
            if not figures or quick(figures[-1]):
                with ProcessPoolExecutor(1, mp_context=spawn) as alone:
                    figures.append(alone.submit(measured, name, path, size, equal=equal).result())
    return {name: median(figures) for name, figures in found.items()}


def quick(figure: Figure | str) -> bool:
    """Tell whether to measure once more."""
    return isinstance(figure, Figure) and not figure.sampled and figure.asking < 10  # noqa: PLR2004  seconds


def median(figures: list[Figure | str]) -> Figure | str:
    """Give the median of each column; a refusal is one."""
    numbers = [figure for figure in figures if isinstance(figure, Figure)]
    if not numbers:
        return figures[0]
    opening = statistics.median(one.opening for one in numbers)
    return Figure(opening, statistics.median(one.asking for one in numbers), numbers[0].sampled)


def told(figure: Figure | str | None) -> str:
    """Give a cell of the table."""
    if not isinstance(figure, Figure):
        return "-" if figure is None else "refused"
    return f"{'~' if figure.sampled else ''}{figure.asking:.{4 if figure.asking < 1 else 1}f}"


def exponent(column: dict[int, Figure | str]) -> str:
    """Tell how the time grows from the second size on: 1 is linear, 2 quadratic."""
    points = [(size, figure.asking) for size, figure in column.items() if isinstance(figure, Figure)][1:]
    if len(points) < 2:  # noqa: PLR2004
        return "-"
    (least, quickest), (most, slowest) = points[0], points[-1]
    return f"{math.log(slowest / quickest) / math.log(most / least):.2f}"


def main() -> int:
    """Print a table; exit code 1 where ours is above the limit."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100, 1_000, 10_000], help="exchanges of a cassette")
    parser.add_argument("--rounds", type=int, default=3, help="of a quick row; their median counts")
    parser.add_argument("--equal", action="store_true", help="requests that do not differ")
    chosen = parser.parse_args()
    rows = [row for row in ROWS if not (chosen.equal and row.opened is floor)]
    present = [row.name for row in rows if importlib.util.find_spec(row.package)]
    table: dict[str, dict[int, Figure | str]] = {name: {} for name in present}
    with tempfile.TemporaryDirectory() as folder:
        for size in chosen.sizes:
            path = Path(folder, f"{size}.yaml")
            store.save(recording(size, equal=chosen.equal), path)
            for name, figure in rounds(present, path, size, chosen.rounds, equal=chosen.equal).items():
                table[name][size] = figure
            print(f"N = {size} of {path.stat().st_size / 1e6:.2f} MB measured", file=sys.stderr, flush=True)
    return shown(rows, table, chosen.sizes)


def shown(rows: list[Row], table: dict[str, dict[int, Figure | str]], sizes: list[int]) -> int:
    """Print the table and the refusals; give the exit code."""
    base = table.get(ROWS[0].name, {})
    print(f"{'CPU s for N requests':24}" + "".join(f"{size:>10}" for size in sizes) + "  exponent  x floor  opening s")
    code = 0
    for row in rows:
        if row.name not in table:
            print(f"{row.name:24}  not installed")
            continue
        column = table[row.name]
        last, least = column[sizes[-1]], base.get(sizes[-1])
        ratio = last.asking / least.asking if isinstance(last, Figure) and isinstance(least, Figure) else math.nan
        opening = f"{last.opening:.2f}" if isinstance(last, Figure) else "-"
        cells = "".join(f"{told(column[size]):>10}" for size in sizes)
        print(f"{row.name:24}{cells}{exponent(column):>10}{ratio:>9.2f}{opening:>11}")
        code |= row.opened is ours and ratio > LIMIT
    for name, column in table.items():
        for size, figure in column.items():
            if isinstance(figure, str):
                print(f"{name} at N = {size}: {figure:.150}")
    return code


if __name__ == "__main__":
    sys.exit(main())
