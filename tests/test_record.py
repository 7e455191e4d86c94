import gzip
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from harness.cassette import store
from harness.driver import Driver, Way
from harness.errors import HarnessError
from harness.record import Take, record
from harness.recording import Call, Expected, Provenance
from harness.scenario import from_recording
from harness.script import STALL, Chunk, Framing, HalfClose, Reset, Script, Send, Sleep, reply
from harness.transcript import Course, Item, Kind, Transcript
from harness.upstream.loopback import Loopback
from harness.upstream.recorder import Recorder
from providers.acytoo.contract import CONTRACT
from providers.acytoo.provider import Acytoo
from providers.contract import Door

HI = Call("gpt-3.5-turbo", ({"role": "user", "content": "hi"},), {})
TAKE = Take(scenario="one-turn", call=HI, provenance=Provenance.STAND_IN, upstream="stand-in for acytoo")
TEXT = Send(headers=(("Content-Type", "text/plain"), ("Date", "today"), ("Server", "me")))
PLAIN = Script((TEXT, Chunk(b"Hel"), Sleep(0.01), Chunk(b"lo"), Chunk(b"!")))
CANARY = "canary-5f1e9a7c"


@dataclass(frozen=True)
class Subject:
    provider: type = Acytoo
    contract: object = CONTRACT
    root: Path = Path("/nowhere")
    recordings: tuple = ()


@pytest.fixture(scope="module")
def live():
    upstream = Loopback()
    yield upstream
    upstream.close()


def test_a_recording_tells_what_was_asked_and_answered(live):
    with live.play(PLAIN):
        made = record(Subject(), TAKE, live.origin)

    assert (made.provider, made.scenario, made.provenance, made.upstream) == (
        "acytoo",
        "one-turn",
        Provenance.STAND_IN,
        "stand-in for acytoo",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", made.recorded_at)
    assert set(made.versions) == {"llm-provider-harness", "httpx", "python", "provider"}
    assert made.versions["provider"] == "providers.acytoo.provider.Acytoo"
    assert (made.call, made.expected) == (HI, Expected("Hello!", "stop"))
    (interaction,) = made.interactions
    assert (interaction.method, interaction.uri) == ("POST", "https://chat.acytoo.com/api/completions")
    assert (interaction.status, interaction.reason, interaction.headers) == (
        200,
        "OK",
        (("Content-Type", "text/plain"),),
    )
    assert (interaction.body, interaction.wire.chunks, interaction.wire.end) == (b"Hello!", (3, 2, 1), "complete")
    assert 0 < interaction.wire.head <= interaction.wire.at[0] < interaction.wire.at[1] <= interaction.wire.at[2]


def test_a_recording_is_stored_and_replays(live, tmp_path):
    with live.play(PLAIN):
        made = record(Subject(), TAKE, live.origin)
    store.save(made, tmp_path / "one-turn.yaml")
    loaded = store.load(tmp_path / "one-turn.yaml")

    assert loaded == made
    transcript = Driver(Subject(), live)(from_recording(loaded), way=Way(Door.BASE_URL))
    assert (transcript.text, transcript.finishes) == ("Hello!", ("stop",))


def test_a_refusal_is_recorded(live):
    with live.play(reply(b'{"error": "slow down"}', status=429, headers=[("Content-Type", "application/json")])):
        made = record(Subject(), TAKE, live.origin)

    assert made.expected == Expected("", None, "RuntimeError")
    assert (made.interactions[0].status, made.interactions[0].reason) == (429, "Too Many Requests")


@pytest.mark.parametrize(
    ("step", "end"), [(Reset(), "reset"), (HalfClose(), "half-close")], ids=["reset", "half-close"]
)
def test_a_broken_reply_is_recorded_with_its_end(live, step, end):
    with live.play(Script((TEXT, Chunk(b"Hel"), step))):
        made = record(Subject(), TAKE, live.origin)

    assert made.expected == Expected("Hel", None, "RuntimeError")
    assert made.interactions[0].wire.end == end


def test_a_reply_that_the_provider_finds_too_slow_is_a_time_out(live):
    take = replace(TAKE, call=replace(HI, options={"timeout": 0.4}))
    with live.play(Script((TEXT, Chunk(b"Hel"), STALL))):
        made = record(Subject(), take, live.origin)

    assert made.expected == Expected("Hel", None, "RuntimeError")
    assert made.interactions[0].wire.end == "timeout"


def test_an_encoded_body_is_kept_decoded(live):
    data = gzip.compress("Hello é".encode())
    script = Script(
        (replace(TEXT, headers=(*TEXT.headers, ("Content-Encoding", "gzip"))), Chunk(data[:12]), Chunk(data[12:]))
    )
    with live.play(script):
        made = record(Subject(), TAKE, live.origin)

    (interaction,) = made.interactions
    assert (interaction.body.decode(), interaction.wire.encoding) == ("Hello é", "gzip")
    assert (sum(interaction.wire.chunks), len(interaction.wire.at)) == (8, len(interaction.wire.chunks))
    assert interaction.headers == (("Content-Type", "text/plain"),)


class Leaky:
    """Puts its key wherever a key can stand, and yields what it is told."""

    @classmethod
    async def create_async_generator(cls, model, messages, api_key=None, base_url=None, **_):
        headers = {"Authorization": f"Bearer {api_key}", "X-Odd": api_key, "Accept": f"text/plain;k={api_key}"}
        url = f"{base_url}/chat?key={api_key}&other={api_key}"
        body = {"model": model, "messages": messages, "api_key": api_key, "note": f"my {api_key}"}
        async with (
            httpx.AsyncClient(trust_env=False) as client,
            client.stream("POST", url, headers=headers, json=body) as response,
        ):
            async for text in response.aiter_text():
                yield text
        yield FinishReason("stop")


class FinishReason:
    def __init__(self, reason):
        self.reason = reason


def test_a_planted_key_is_nowhere_in_the_file(live, tmp_path):
    call = Call("m", ({"role": "user", "content": f"is it {CANARY}?"},), {"api_key": CANARY})
    chunks = [f"You said {CANARY[:5]}", CANARY[5:9], f"{CANARY[9:]}, and again {CANARY}."]
    head = Send(headers=(("Content-Type", f"text/plain; k={CANARY}"), ("X-Echo", CANARY), ("Set-Cookie", CANARY)))
    with live.play(Script((head, *(Chunk(chunk.encode()) for chunk in chunks)))):
        made = record(Subject(Leaky), replace(TAKE, call=call), live.origin)
    store.save(made, tmp_path / "a.yaml")

    text = (tmp_path / "a.yaml").read_text()
    assert CANARY not in text
    assert [part for part in (CANARY[:9], CANARY[9:]) if part in text] == []
    assert made.expected == Expected("You said REDACTED, and again REDACTED.", "stop")
    assert made.interactions[0].wire.chunks == (17, 21)
    assert made.interactions[0].uri == "https://chat.acytoo.com/chat?key=REDACTED&other=REDACTED"


def test_any_other_secret_of_the_caller_goes_too(live):
    with live.play(Script((TEXT, Chunk(CANARY.encode())))):
        made = record(Subject(), replace(TAKE, secrets=[CANARY]), live.origin)

    assert (made.interactions[0].body, made.expected.text) == (b"REDACTED", "REDACTED")


def subject(generate):
    return Subject(type("Own", (), {"create_async_generator": staticmethod(generate)}))


async def _silent(_model, _messages, **_):
    yield "made up"


async def _forgetful(_model, _messages, base_url, **_):
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", base_url) as response:
        async for text in response.aiter_text():
            yield text
            return


class Spoken:
    """Drives nobody: it asks the recorder once itself, and says what came of it."""

    said: ClassVar[list[str]] = []

    def __init__(self, _subject, upstream, *_, **__):
        self.upstream = upstream

    def __call__(self, _scenario, **_):
        if isinstance(self.upstream, Recorder):
            httpx.post(self.upstream.origin + "/a", trust_env=False)
        text = self.said.pop(0)
        return Transcript(Course.FINISHED, (Item(Kind.TEXT, text, text),), ())


@pytest.mark.parametrize(
    ("subject", "script", "message"),
    [
        (Subject(), Script((Reset(),)), "got no reply: reset"),
        (Subject(), Script((TEXT, STALL)), "got no end of the call, its exchanges being"),
        (subject(_silent), PLAIN, "got no request at all; the provider told 'made up'"),
        (subject(_forgetful), Script((TEXT, Chunk(b"a"), STALL)), "got client left"),
    ],
    ids=["no reply", "no end", "no request", "left early"],
)
def test_what_cannot_be_replayed_is_a_clear_error(live, subject, script, message):
    with live.play(script), pytest.raises(HarnessError) as caught:
        record(subject, TAKE, live.origin, deadline=1.0)

    assert caught.value.code == "not-recordable"
    assert caught.value.message.startswith(f"one-turn: expected a whole reply from {live.origin}, {message}")


def test_an_upstream_that_refuses_is_not_recorded(live):
    with pytest.raises(HarnessError, match=r"got no reply: ConnectError"):
        record(Subject(), TAKE, live.refused_origin)


def test_a_provider_that_asks_nothing_and_fails_is_told(live):
    with pytest.raises(HarnessError, match=r"got no request at all; the provider told \"'nonsense' is no"):
        record(subject(_refusing), TAKE, live.origin)


async def _refusing(_model, _messages, **_):
    raise ValueError("'nonsense' is no model")
    yield


def test_a_recording_that_does_not_replay_is_refused(live, monkeypatch):
    monkeypatch.setattr("harness.record.Driver", Spoken)
    monkeypatch.setattr(Spoken, "said", ["one", "two", "same", "same"])
    with live.play(reply(b"x")):
        with pytest.raises(HarnessError, match=r"one-turn: expected the replay to give .*'one'.*'two'"):
            record(Subject(), TAKE, live.origin)
        assert record(Subject(), TAKE, live.origin).expected == Expected("same", None)


def test_a_foreign_class_is_led_through_the_first_door_of_its_contract(live):
    class Proxied:
        @classmethod
        async def create_async_generator(cls, _model, _messages, proxy, **_):
            async with httpx.AsyncClient(proxy=proxy, trust_env=False) as client:
                yield (await client.get("http://chat.example/a?b=1")).text

    contract = replace(CONTRACT, doors=(Door.PROXY,), origin=None, api_key_header="X-Key")
    with live.play(reply(b"hi", framing=Framing.LENGTH)):
        made = record(Subject(Proxied, contract), TAKE, live.origin)

    assert made.interactions[0].uri == "http://localhost/a?b=1"
    assert made.expected == Expected("hi", None)
