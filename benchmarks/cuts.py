"""All 8,191 two-way cuts of an 8 KB SSE body: what a drive costs beside the bare libraries, in one run.

Every row reads the same bytes, cut at the same places, with the decoder of ``providers/codecs.py``, and joins the text.
A drive is what the suite does, ``drive.each(scenarios)``: a connection and a transcript for each cut, a loop for many.
The naive row makes a client with a TLS context of its own for each cut; a few tell what all would take.
"""

import asyncio
import cProfile
import io
import itertools
import json
import pstats
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import httpx
import respx

from harness.driver import Driver
from harness.scenario import Scenario
from harness.settings import Road, Settings
from harness.stage import Stage
from harness.variations import answers, cuts
from providers.codecs import EitherJson

SIZE = 8_192
URL = "http://upstream.test/backend-api/v2/conversation"
LIMIT = 1.5
"""What a drive may cost in units of bare respx with a shared client."""
NAIVE = 20
BATCH = 32
"""Cuts that share an event loop, as in the suite."""

Cuts = list[list[bytes]]


class Body(httpx.AsyncByteStream):
    """A body in pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class Plain:
    """The plainest provider on a client that is given: texts as they come, joined and compared."""

    def __init__(self, scenario: Scenario) -> None:
        self._content = json.dumps({"model": "m", "messages": scenario.call.messages}).encode()
        self._expected = scenario.expected.text

    async def ask(self, client: httpx.AsyncClient) -> None:
        """Ask once and read the answer to its end."""
        self._compare([text async for text in self._texts(client)])

    async def _texts(self, client: httpx.AsyncClient) -> AsyncIterator[str]:
        decoder = EitherJson("type")
        headers = {"Content-Type": "application/json"}
        async with client.stream("POST", URL, content=self._content, headers=headers) as response:
            async for piece in response.aiter_raw():
                for event in decoder.feed(piece):
                    yield _text(event)
        for event in decoder.close():
            yield _text(event)

    def decode(self, pieces: Iterable[bytes]) -> None:
        """Read pieces without any HTTP."""
        decoder = EitherJson("type")
        texts = [_text(event) for piece in pieces for event in decoder.feed(piece)]
        self._compare([*texts, *map(_text, decoder.close())])

    def _compare(self, texts: Iterable[str]) -> None:
        if (text := "".join(texts)) != self._expected:
            raise SystemExit(f"expected the text of the recording, got {text[:80]!r}")


def _text(event: dict[str, Any]) -> str:
    return event["content"] if event.get("type") == "content" else ""


def answer_of(driver: Driver, count: int) -> Scenario:
    """Give a recorded answer stretched to exactly 8 KB, its text in so many events."""
    recorded = next(scenario for scenario in driver.subject.recordings if scenario.name == "one-turn")
    frame = answers.answered_with(driver.contract, recorded, [""]).script
    count += 1 - len(answers.events_of(driver.contract, frame))
    letters = "The rain in Spaín stays mainly in the plain. "

    def of(size: int) -> Scenario:
        text = (letters * (size // len(letters) + 1))[:size]
        borders = [index * size // count for index in range(count + 1)]
        texts = [text[start:end] for start, end in itertools.pairwise(borders)]
        return answers.answered_with(driver.contract, recorded, texts)

    size = SIZE - len(of(0).script.body)
    while len(of(size).script.body) > SIZE:
        size -= 1
    scenario = of(size)
    missing = SIZE - len(scenario.script.body)  # half a character, or none
    return scenario.answered(scenario.script.with_body([scenario.script.body + b"\n" * missing]))


def drives(driver: Driver, scenario: Scenario, cuts: Cuts) -> None:
    """Drive the provider through every cut, as STREAM-01 does."""
    usual = driver(scenario).meaning
    varied = [scenario.answered(scenario.script.with_body(pieces)) for pieces in cuts]
    for first in range(0, len(varied), BATCH):
        batch = varied[first : first + BATCH]
        for one, transcript in zip(batch, driver.each(batch), strict=True):
            if transcript.meaning != usual:
                raise SystemExit(f"the answer depends on the cut: {one.script!r:.200}")


async def through_respx(plain: Plain, cuts: Cuts) -> None:
    """Read every cut through one respx router and one client."""
    with respx.mock() as router:
        coming = iter(cuts)
        router.post(URL).mock(side_effect=lambda _request: httpx.Response(200, stream=Body(next(coming))))
        async with httpx.AsyncClient() as client:
            for _ in cuts:
                await plain.ask(client)


async def through_transport(plain: Plain, cuts: Cuts) -> None:
    """Read every cut through one ``httpx.MockTransport`` and one client."""
    coming = iter(cuts)
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=Body(next(coming))))
    async with httpx.AsyncClient(transport=transport) as client:
        for _ in cuts:
            await plain.ask(client)


async def alone(driver: Driver, scenario: Scenario, cuts: Cuts) -> None:
    """Let the provider answer every cut in one loop, observed by nobody."""
    origin, call = driver.upstream.origin, scenario.call
    ask = driver.subject.provider.create_async_generator  # type: ignore[attr-defined]
    for pieces in cuts:
        with driver.upstream.play(scenario.script.with_body(pieces)):
            async for _ in ask(call.model, list(call.messages), base_url=origin, **call.options):
                pass


def afresh(plain: Plain, cuts: Cuts) -> None:
    """Read every cut through one router, with a loop and a client of its own on one TLS context."""
    context = httpx.create_ssl_context()

    async def once() -> None:
        async with httpx.AsyncClient(verify=context) as client:
            await plain.ask(client)

    with respx.mock() as router:
        coming = iter(cuts)
        router.post(URL).mock(side_effect=lambda _request: httpx.Response(200, stream=Body(next(coming))))
        for _ in cuts:
            asyncio.run(once())


async def naively(plain: Plain, cuts: Cuts) -> None:
    """Read every cut through a router and a client of its own, with a new TLS context."""
    for pieces in cuts:
        with respx.mock() as router:
            router.post(URL).mock(return_value=httpx.Response(200, stream=Body(pieces)))
            async with httpx.AsyncClient() as client:
                await plain.ask(client)


def decoded(plain: Plain, cuts: Cuts) -> None:
    """Decode every cut."""
    for pieces in cuts:
        plain.decode(pieces)


def seconds(work: Callable[[], object]) -> float:
    """Take the CPU time of this process, which a busy machine disturbs less than wall time."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(driver: Driver, scenario: Scenario, rounds: int) -> dict[str, float]:
    """Take the time of each row over all cuts, the rows in turn, so that noise strikes all alike."""
    body = scenario.script.body
    plain = Plain(scenario)
    rows: dict[str, Callable[[Cuts], object]] = {
        "decoding alone": lambda part: decoded(plain, part),
        "httpx.MockTransport, shared client": lambda part: asyncio.run(through_transport(plain, part)),
        "respx, shared client": lambda part: asyncio.run(through_respx(plain, part)),
        "respx, new client and loop each, shared TLS context": lambda part: afresh(plain, part),
        "the provider alone, in one loop": lambda part: asyncio.run(alone(driver, scenario, part)),
        "a drive": lambda part: drives(driver, scenario, part),
    }
    taken = dict.fromkeys(rows, 0.0)
    for first in range(1, rounds + 1):
        part = [cuts.cut(body, at) for at in range(first, len(body), rounds)]
        for name, work in rows.items():
            driver.upstream.close()  # takes its patch off, so that the rows do not meet
            taken[name] += seconds(lambda: work(part))  # noqa: B023  called at once
    driver.upstream.close()
    return taken


def extrapolated(scenario: Scenario) -> float:
    """Take the time of the naive row from a few cuts."""
    body = scenario.script.body
    few = [cuts.cut(body, at) for at in range(1, len(body), len(body) // NAIVE)]
    return seconds(lambda: asyncio.run(naively(Plain(scenario), few))) * (len(body) - 1) / len(few)


def profile(driver: Driver, scenario: Scenario, lines: int) -> str:
    """Tell where the time of 500 drives goes."""
    body = scenario.script.body
    part = [cuts.cut(body, at) for at in range(1, 501)]
    profiler = cProfile.Profile()
    profiler.runcall(drives, driver, scenario, part)
    out = io.StringIO()
    pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(lines)
    return out.getvalue()


def choices() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=27, help="events in the body")
    parser.add_argument("--rounds", type=int, default=60, help="turns in which the rows take their share of the cuts")
    parser.add_argument("--profile", type=int, metavar="LINES", help="print so many lines of a profile instead")
    return parser.parse_args()


def main() -> None:
    """Print the table, or the profile."""
    chosen = choices()
    stage = Stage(Settings(targets=("backend_api",), upstream=Road.IN_PROCESS))
    subject = stage.rows[0].subject
    with stage.surroundings():
        driver = Driver(subject, stage.upstream(Road.IN_PROCESS))
        scenario = answer_of(driver, chosen.events)
        if chosen.profile:
            print(profile(driver, scenario, chosen.profile))
            stage.close()
            return
        taken = measured(driver, scenario, chosen.rounds)
    stage.close()
    taken["respx, new client and TLS context each (from a few)"] = extrapolated(scenario)  # with the usual authorities
    unit = taken["respx, shared client"]
    print(f"{SIZE - 1} cuts of {SIZE} bytes in {chosen.events} events; CPU seconds, and times bare respx")
    for name, value in sorted(taken.items(), key=lambda pair: pair[1]):
        print(f"{value:9.2f} {value / unit:7.2f}  {name}")
    ratio = taken["a drive"] / unit
    print(f"a drive takes {ratio:.2f} x bare respx; the limit is {LIMIT}: {'met' if ratio <= LIMIT else 'MISSED'}")


if __name__ == "__main__":
    main()
