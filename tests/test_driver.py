from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from harness.consumer import Consumer
from harness.driver import KEY, Driver, Turn, Way
from harness.recording import Call, Expected
from harness.scenario import Scenario, one_answer
from harness.script import Chunk, Framing, Send, Sleep, reply
from harness.settings import Road, Settings
from harness.stage import Stage
from harness.target import resolve
from harness.transcript import Course, Via
from harness.upstream.loopback import Loopback
from providers.acytoo.contract import CONTRACT
from providers.contract import Door
from providers.openai_chat.provider import OpenAiChat

CALL = Call("m", ({"role": "user", "content": "hi"},), {"temperature": 0})
SCENARIO = Scenario("s", CALL, (reply(b"hello", headers=[("content-type", "text/plain")]),), Expected("hello", "stop"))


class FinishReason:
    reason = "stop"


async def ask(url, messages, **client):
    async with httpx.AsyncClient(**client) as session:
        response = await session.post(url, json={"messages": messages})
        return response.text


class ByBaseUrl:
    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, base_url="https://far.example", **kwargs):
        yield await ask(f"{base_url}/p", messages)
        yield FinishReason()


class ByUrl:
    url = "https://far.example"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, temperature=None):
        yield await ask(f"{cls.url}/p", messages)


class ByInheritedUrl(ByUrl):
    pass


class ByProxy:
    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, temperature=None):
        yield await ask("https://far.example/p", messages, proxy=proxy)


class ByEnvironment:
    @classmethod
    async def create_async_generator(cls, model, messages, temperature=None):
        yield await ask("https://far.example/p", messages)


class Nowhere:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        yield "hello"


@dataclass(frozen=True)
class Subject:
    provider: type
    contract = CONTRACT
    recordings = (SCENARIO,)
    root = Path(__file__)


@pytest.fixture(scope="module")
def stage():
    stage = Stage(Settings())
    with stage.surroundings():
        yield stage
    stage.close()


@pytest.fixture
def loopback(stage):
    return stage.upstream(Road.LOOPBACK)


@pytest.mark.parametrize(
    ("provider", "door", "via"),
    [
        (ByBaseUrl, Door.BASE_URL, Via.ORIGIN),
        (ByUrl, Door.URL, Via.ORIGIN),
        (ByInheritedUrl, Door.URL, Via.ORIGIN),
        (ByProxy, Door.PROXY, Via.CONNECT),
        (ByEnvironment, Door.ENVIRONMENT, Via.CONNECT),
    ],
)
def test_the_first_door_that_opens_is_used(loopback, provider, door, via):
    drive = Driver(Subject(provider), loopback)
    transcript = drive(SCENARIO)
    assert (drive.door, transcript.text, transcript.requests[0].via) == (door, "hello", via)
    assert [request.path for request in transcript.requests] == ["/p"]


class Demanding(OpenAiChat):
    url = "https://far.example"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, *, stream=False, **options):
        if "api_key" not in options:
            raise ValueError("expected an api_key")
        async for item in super().create_async_generator(model, messages, proxy, stream=stream, **options):
            yield item


def test_a_key_that_is_demanded_and_a_mode_that_is_not_the_usual_are_given_to_every_call(loopback):
    sound = resolve("openai_chat")
    plain = one_answer(sound)[0]
    drive = Driver(replace(sound, provider=Demanding), loopback)
    assert drive(plain).text == plain.expected.text
    assert drive.given == {"api_key": KEY, "stream": True}
    assert drive.last.turns[0].call.options == {**plain.call.options, **drive.given}
    assert drive(plain, options={"api_key": "other"}).requests[0].header("authorization") == "Bearer other"
    assert Driver(sound, loopback).given == {}


def test_what_changes_nothing_is_not_given(loopback):
    class Stubborn(OpenAiChat):
        @classmethod
        async def create_async_generator(cls, model, messages, proxy=None, **options):
            raise ValueError("never")
            yield

    class OnlyWhole(OpenAiChat):
        url = "https://far.example"

        @classmethod
        async def create_async_generator(cls, model, messages, proxy=None, *, base_url, stream=False, **options):
            async with httpx.AsyncClient() as client:
                yield (await client.post(f"{base_url}/chat/completions", json={"model": model})).text

    for provider in (Stubborn, OnlyWhole):
        assert Driver(replace(resolve("openai_chat"), provider=provider), loopback).given == {}


def test_the_class_attribute_is_put_back(loopback):
    Driver(Subject(ByUrl), loopback)(SCENARIO, way=Way(Door.URL))
    Driver(Subject(ByInheritedUrl), loopback)(SCENARIO, way=Way(Door.URL))
    assert (ByUrl.url, "url" in vars(ByInheritedUrl)) == ("https://far.example", False)


def test_a_provider_that_no_door_leads_is_driven_all_the_same(loopback):
    drive = Driver(Subject(Nowhere), loopback)
    assert (drive(SCENARIO).text, drive.door, drive(SCENARIO).requests) == ("hello", Door.BASE_URL, ())


def test_an_attempt_beyond_loopback_is_refused_and_noted(loopback):
    class Direct:
        @classmethod
        async def create_async_generator(cls, model, messages, **options):
            yield await ask("https://far.example/p", messages, trust_env=False)

    transcript = Driver(Subject(Direct), loopback)(SCENARIO, way=Way(None))
    assert (transcript.course, transcript.requests) == (Course.RAISED, ())
    assert [escape.partition(":")[0] for escape in transcript.escapes] == ["far.example"]


def test_what_the_caller_gave_is_compared_afterwards(loopback):
    class Rude:
        @classmethod
        async def create_async_generator(cls, model, messages, base_url=None, **options):
            messages.append({"role": "assistant", "content": "mine now"})
            options["stop"].append("x")
            yield await ask(f"{base_url}/p", messages)

    transcript = Driver(Subject(Rude), loopback)(SCENARIO, options={"stop": []})
    assert transcript.mutated == ("messages", "options")
    assert CALL.messages == ({"role": "user", "content": "hi"},)


def test_an_exception_is_described(loopback):
    class Fails:
        @classmethod
        async def create_async_generator(cls, model, messages, **options):
            raise ValueError("no")
            yield

    raised = Driver(Subject(Fails), loopback)(SCENARIO, way=Way(Door.BASE_URL)).raised
    assert (raised.family, raised.text, raised.own, raised.deliberate) == ("ValueError", "no", True, True)


def test_a_call_and_its_options_can_be_replaced(loopback):
    seen = []

    class Notes:
        @classmethod
        async def create_async_generator(cls, model, messages, **options):
            seen.append((model, messages, options))
            yield "x"

    drive = Driver(Subject(Notes), loopback)
    drive(SCENARIO, way=Way(None), call=Call("other", ()), options={"temperature": 1})
    assert seen == [("other", [], {"temperature": 1})]


def test_a_deadline_ends_a_drive(loopback):
    class Slow:
        @classmethod
        async def create_async_generator(cls, model, messages, base_url=None, **options):
            yield await ask(f"{base_url}/p", messages, timeout=None)

    silent = replace(SCENARIO, scripts=(replace(SCENARIO.script, steps=(Sleep(60),)),))
    transcript = Driver(Subject(Slow), loopback)(silent, way=Way(Door.BASE_URL), deadline=0.1)
    assert (transcript.course, transcript.seconds < 5) == (Course.TIMED_OUT, True)


def test_few_pieces_come_apart_on_sockets_and_many_as_they_are(loopback):
    head = Send(200, (), Framing.CHUNKED)
    drive = Driver(Subject(Nowhere), loopback)
    few = reply(b"ab").with_body([b"a", b"b"])
    assert drive._paced(few).steps == (head, Chunk(b"a"), Sleep(0.002), Chunk(b"b"))
    assert drive._paced(reply(b"ab")).steps == (head, Chunk(b"ab"))
    many = reply(b"ab").with_body([b"a"] * 20)
    assert drive._paced(many) == many


def test_an_unguarded_driver_watches_nothing():
    class Open:
        name, origin, proxy = "open", "http://127.0.0.1:1", None

        @contextmanager
        def perform(self, respond):
            yield self

        def exchanges(self):
            return ()

        def settle(self, seconds):
            return True

        def open_connections(self):
            return 0

    drive = Driver(Subject(Nowhere), Open(), guarded=False)
    assert drive(SCENARIO, way=Way(None)).escapes == ()


@pytest.mark.parametrize("name", ["acytoo", "aiask", "backend_api", "flowgpt", "pizzagpt"])
def test_both_roads_give_equal_transcripts(stage, name):
    subject = resolve(name)
    drives = [Driver(subject, stage.upstream(road)) for road in (Road.IN_PROCESS, Road.LOOPBACK)]
    for recording in subject.recordings:
        fast, real = (drive(recording) for drive in drives)
        assert fast.whole == real.whole
        assert [request.body for request in fast.requests] == [request.body for request in real.requests]


def test_a_consumer_can_stop_early_on_sockets():
    upstream = Loopback()
    silent = SCENARIO.answered(SCENARIO.script.with_body([b"first"], Sleep(60)))
    transcript = Driver(resolve("acytoo"), upstream)(silent, consumer=Consumer(stop_after=1))
    upstream.close()
    assert (transcript.course, transcript.text) == (Course.CLOSED, "first")
    assert [str(exchange.ending) for exchange in transcript.exchanges] == ["client left"]


def test_several_calls_get_their_own_answers_and_tell_of_all_requests(stage):
    turns = [Turn(replace(SCENARIO.call, messages=({"role": "user", "content": f"call {n}"},))) for n in range(2)]
    scripts = {f"call {n}": reply(f"answer {n}".encode()) for n in range(2)}

    def respond(request, _number):
        return next(script for mark, script in scripts.items() if mark.encode() in request.body)

    for at_once in (False, True):
        drive = Driver(resolve("acytoo"), stage.upstream(Road.LOOPBACK))
        found = drive.several(turns, respond, at_once=at_once)
        assert [transcript.text for transcript in found] == ["answer 0", "answer 1"]
        assert [len(transcript.requests) for transcript in found] == [2, 2]
