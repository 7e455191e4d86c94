"""The same answer recorded twice gives the same file to the byte, whatever time and TCP do."""

import base64
import gzip
import itertools
import json
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from harness.cassette import store
from harness.cassette.scrub.renewal import renewed
from harness.errors import HarnessError, UsageError
from harness.record import Take, keep, record
from harness.recording import Call, Expected, Provenance, Wire
from harness.script import Chunk, Script, Send, Sleep
from harness.upstream.loopback import Loopback
from providers.contract import HeaderRule
from providers.openai_chat.contract import CONTRACT
from providers.openai_chat.provider import OpenAiChat

KEY = "a-key-of-no-known-shape"
HI = Call("m", ({"role": "user", "content": "hi"},), {"api_key": KEY, "max_tokens": 5})
TAKE = Take(scenario="one-turn", call=HI, provenance=Provenance.STAND_IN, upstream="stand-in")
HEAD = Send(headers=(("Content-Type", "text/event-stream"), ("X-Request-Id", "req_1")))
CREATED = itertools.count(1_795_275_083)


@dataclass(frozen=True)
class Subject:
    provider: type = OpenAiChat
    contract: object = CONTRACT
    root: Path = Path("/nowhere")
    recordings: tuple = ()


@pytest.fixture(scope="module")
def live():
    upstream = Loopback()
    yield upstream
    upstream.close()


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(texts, pause=0.0):
    """Answer as a service does: under an id and at a time of its own, at its own pace."""
    told = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": next(CREATED), "timings": {"predicted_ms": pause * 3}}
    events = [{**told, "choices": [{"index": 0, "delta": {"content": text}}]} for text in texts]
    events.append({**told, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    data = [f"data: {json.dumps(event)}\n\n".encode() for event in events] + [b"data: [DONE]\n\n"]
    return Script((HEAD, *itertools.chain.from_iterable((Chunk(piece), Sleep(pause)) for piece in data)))


def recorded(live, texts, pause, path, take=TAKE):
    with live.play(answer(texts, pause)):
        return keep(record(Subject(), take, live.origin), path)


def test_the_same_answer_recorded_twice_is_the_same_file(live, here):
    path = here / "one-turn.yaml"
    first = recorded(live, ["Hel", "lo"], 0.0, path)
    data = path.read_bytes()
    second = recorded(live, ["Hel", "lo"], 0.02, path)
    assert (second, path.read_bytes()) == (first, data)


def test_another_answer_is_another_file(live, here):
    path = here / "one-turn.yaml"
    recorded(live, ["Hel", "lo"], 0.0, path)
    second = recorded(live, ["Hel", "p"], 0.0, path)
    assert (second.expected.text, store.load(path)) == ("Help", second)


def test_a_file_that_is_no_cassette_is_replaced(live, here):
    path = here / "one-turn.yaml"
    path.write_text("version: 1\n")
    made = recorded(live, ["Hello"], 0.0, path)
    assert store.load(path) == made


def test_only_times_and_chunks_are_noise(make_interaction, make_recording):
    old = make_recording()
    (one,) = old.interactions
    wire = Wire((len(one.body),), (9.0,), "complete", 8.0, "gzip")
    noise = make_recording(replace(one, wire=wire), recorded_at="2026-11-22T00:00:00+00:00")
    assert renewed(noise, old) is old
    assert renewed(noise, None) is noise
    for changes in ({"expected": Expected("a", "stop")}, {"versions": {"python": "3.12"}}):
        new = make_recording(**changes)
        assert renewed(new, old) is new
    for change in ({"status": 201}, {"body": b""}, {"headers": ()}, {"wire": replace(wire, end="reset")}):
        new = make_recording(replace(one, **change))
        assert renewed(new, old) is new


def test_a_file_groups_headers_and_that_is_no_difference(make_interaction, make_recording, tmp_path):
    new = make_recording(make_interaction(headers=(("a", "1"), ("b", "2"), ("a", "3"))))
    store.save(new, tmp_path / "a.yaml")
    old = store.load(tmp_path / "a.yaml")
    assert renewed(new, old) is old


def test_the_file_tells_no_secret_split_over_deltas_and_counts_of_tokens_stay(live, here):
    texts = ["is it a-key-", "of-no-kno", "wn-shape?"]
    made = recorded(live, texts, 0.0, here / "one-turn.yaml")
    assert made.expected == Expected("is it REDACTED?", "stop")
    assert KEY[:10] not in (here / "one-turn.yaml").read_text()
    assert json.loads(made.interactions[0].request_body)["max_tokens"] == 5
    assert made.call.options == {"api_key": "REDACTED", "max_tokens": 5}


def test_the_rules_of_the_project_are_used(live, here, monkeypatch):
    rules = '[tool.harness.scrub]\nenvironment = ["ACME"]\npatterns = ["acme-[0-9]{4}"]\nheaders = ["x-request-id"]\n'
    (here / "pyproject.toml").write_text(rules)
    monkeypatch.setenv("ACME", "from-the-environment")
    made = recorded(live, ["acme-", "1234 and from-the", "-environment"], 0.0, here / "one-turn.yaml")
    assert made.expected.text == "REDACTED and REDACTED"
    assert made.interactions[0].headers == HEAD.headers


def test_a_wrong_rule_of_the_project_is_told(live, here):
    (here / "pyproject.toml").write_text("[tool.harness.scrub]\nx = 1\n")
    with pytest.raises(UsageError, match="expected members among"):
        record(Subject(), TAKE, live.origin)


class Odd:
    """Sends compressed, with a nonce, and tells how often it was called: what it is told twice differs."""

    @classmethod
    async def create_async_generator(cls, model, messages, base_url=None, api_key=None, **_):
        headers = {"Content-Encoding": "gzip", "X-Nonce": uuid.uuid4().hex}
        body = gzip.compress(json.dumps({"note": base64.b64encode(api_key.encode()).decode()}).encode())
        async with httpx.AsyncClient(trust_env=False) as client:
            reply = await client.post(f"{base_url}/a", headers=headers, content=body)
            yield reply.text
            yield f" {api_key} {next(CREATED)}" if "twice" in reply.text else ""


def test_a_compressed_request_is_kept_decoded_and_a_nonce_is_constant(live, here):
    nonce = HeaderRule(name="X-Nonce", value=".*", source="-", fresh=True)
    subject = Subject(Odd, replace(CONTRACT, headers=(nonce,)))
    with live.play(Script((HEAD, Chunk(b"once")))):
        made = record(subject, TAKE, live.origin)
    (interaction,) = made.interactions
    assert json.loads(interaction.request_body) == {"note": base64.b64encode(b"REDACTED").decode()}
    assert ("X-Nonce", "REDACTED") in interaction.request_headers


def test_what_is_told_of_an_unfaithful_recording_has_no_secret(live, here):
    with live.play(Script((HEAD, Chunk(b"twice")))), pytest.raises(HarnessError) as caught:
        record(Subject(Odd), TAKE, live.origin)
    assert caught.value.message.startswith("one-turn: expected the replay to give text 'twice REDACTED 179")
    assert KEY not in caught.value.message
