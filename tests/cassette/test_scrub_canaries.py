"""Two hundred keys are planted wherever a key can stand, and sought in everything that ``harness record`` leaves."""

import base64
import contextlib
import gzip
import itertools
import json
import random
import re
import string
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import pytest

from harness.cassette import store
from harness.cli import main
from harness.errors import HarnessError
from harness.record import Take, record
from harness.recording import Call, Provenance
from harness.script import Chunk, Reset, Script, Send
from harness.target import CASSETTES
from harness.upstream.loopback import Loopback
from providers.backend_api.contract import CONTRACT as NDJSON
from providers.openai_chat.contract import CONTRACT as SSE

RANDOM = random.Random(20)  # noqa: S311  canaries are no secrets
WORD = string.ascii_letters + string.digits


def word(length, letters=WORD):
    return "".join(RANDOM.choices(letters, k=length - 2)) + "7Q"


def token():
    claims = base64.urlsafe_b64encode(json.dumps({"sub": word(20)}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.{word(43)}"


SHAPED = (
    lambda: f"sk-proj-{word(40)}",
    lambda: f"sk-ant-api03-{word(30)}-{word(20)}",
    lambda: f"gsk_{word(48)}",
    lambda: f"xai-{word(60)}",
    lambda: f"hf_{word(34)}",
    lambda: f"AIzaSy{word(33)}",
    lambda: f"ghp_{word(36)}",
    lambda: f"AKIA{word(16, string.ascii_uppercase + string.digits)}",
    token,
    lambda: f"sk-or-v1-{word(62, '0123456789abcdef')}",
)
UNKNOWN = (
    lambda: word(32),
    lambda: word(32, "0123456789abcdef"),
    lambda: f"{word(8)}/{word(8)}+{word(12)}=",
    lambda: f'{word(10)}"\\{word(10)} é',
    lambda: f"{word(9)}&k={word(9)}%{word(4)}",
)
GROUPS = [[make() for make in SHAPED] + [make() for make in UNKNOWN * 2] for _ in range(10)]
KEYS = [key for group in GROUPS for key in group]
ALIKE = {"SSE": SSE, "NDJSON": NDJSON}


def b64(data):
    return base64.b64encode(data).decode()


def places(key):
    """Give the key in every spelling that is told apart."""
    asked = json.dumps({"api_key": key, "note": f"it is {key}!"})
    return {
        "plain": key,
        "in text": f"see {key}, or not",
        "JSON in JSON": asked,
        "JSON in JSON in JSON": json.dumps({"inner": asked}),
        "all escaped": '"' + "".join(f"\\u{ord(one):04x}" for one in key) + '"',
        "base64": b64(key.encode()),
        "base64 within": b64(f"user:{key}:more".encode()),
        "URL-safe": base64.urlsafe_b64encode(asked.encode()).decode(),
        "gzip": b64(gzip.compress(asked.encode(), mtime=0)),
        "data": f"data:text/plain;base64,{b64(asked.encode())}",
        "query": f"https://h.example/p?key={quote(key, safe='')}&a=1",
        "twice": quote(quote(f"a={key}", safe=""), safe=""),
        "userinfo": f"https://me:{quote(key, safe='')}@h.example/p",
        "authorization": f"Authorization: Bearer {key}",
    }


@dataclass(frozen=True)
class Subject:
    provider: type
    contract: object
    root: Path = Path("/nowhere")
    recordings: tuple = ()


def planter(keys):
    """Make a provider that sends all keys in all places, and yields the text of what it is told."""

    class Planter:
        @classmethod
        async def create_async_generator(cls, model, messages, base_url=None, **_):
            latin = [quote(key, safe="/+=") for key in keys]
            headers = [("Accept", f"*/*;k={key}") for key in latin]
            headers += [("Authorization", f"Bearer {key}") for key in latin]
            headers += [("Cookie", f"a={key}; b=1") for key in latin]
            headers += [(f"X-Odd-{place}", key) for place, key in enumerate(latin)]
            query = "&".join(f"p{place}={quote(key, safe='')}&key={key}" for place, key in enumerate(latin))
            body = json.dumps([{"api_key": key, "places": places(key), key: 1} for key in keys]).encode()
            async with httpx.AsyncClient(trust_env=False) as client:
                headers.append(("Content-Encoding", "gzip"))
                asked = {"headers": headers, "content": gzip.compress(body)}
                async with client.stream("POST", f"{base_url}/chat?{query}", **asked) as reply:
                    if reply.status_code != 200:
                        raise RuntimeError(f"refused: {await reply.aread()!r}")
                    async for line in reply.aiter_lines():
                        yield said(line)

    return Planter


def said(line):
    """Give the text of a line of either kind of stream."""
    data = line.removeprefix("data: ")
    if not data.startswith("{"):
        return ""
    event = json.loads(data)
    return event["choices"][0]["delta"]["content"] if "choices" in event else event["content"]


def pieces(text, longest=9):
    while text:
        size = RANDOM.randint(1, longest)
        yield text[:size]
        text = text[size:]


def stream(kind, text):
    """Give the bytes of an answer in small deltas."""
    for piece in pieces(text):
        if kind == "SSE":
            event = {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"content": piece}}]}
            yield f"data: {json.dumps(event)}\n\n"
        else:
            yield json.dumps({"type": "content", "content": piece}) + "\n"


def chunks(data):
    return tuple(Chunk(piece) for piece in pieces(data, 700))


def answer(kind, keys):
    text = " | ".join([f"{key} and {b64(key.encode())}" for key in keys])
    odd = json.dumps({"type": "error", "content": "", "choices": [{"delta": {"content": ""}}], "echo": keys})
    head = [("Content-Type", "text/plain")]
    latin = [quote(key, safe="/+=") for key in keys]
    head += [("Set-Cookie", f"s={key}; Path=/") for key in latin] + [("X-Echo", key) for key in latin]
    data = "".join(stream(kind, text)) + odd + "\n"
    return Script((Send(headers=tuple(head)), *chunks(data.encode())))


def told(data, depth=4):
    """Give a text, and every text that can be decoded from its parts."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    yield text
    if not depth:
        return
    for literal in re.findall(r'"(?:[^"\\\n]|\\.)*"', text):
        with contextlib.suppress(ValueError):  # a literal of YAML, or the end of one and the start of the next
            yield from told(json.loads(literal) if "\\" in literal else "", depth - 1)
    if "%" in text:
        yield from told(unquote(text), depth - 1)
    for run, offset in itertools.product(re.findall(r"[\w+/-]{12,}", text, re.ASCII), range(4)):
        letters = run[offset:].translate(str.maketrans("-_", "+/"))
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        inner = base64.b64decode(letters + "=" * (-len(letters) % 4))
        if inner.startswith(b"\x1f\x8b"):
            inner = gzip.decompress(inner)
        if re.search(rb"[ -~]{8}", inner):
            yield from told(inner, depth - 1)


def leaks(text, keys):
    """Give the keys of which any twelve characters in a row can be read."""
    everything = "\n".join(set(told(text)))
    parts = {key: {key[start : start + 12] for start in range(len(key) - 11)} - COMMON for key in keys}
    return [key for key in keys if any(part in everything for part in parts[key])]


COMMON = {"eyJhbGciOiJIUzI1NiJ9."[start : start + 12] for start in range(10)}


@pytest.fixture(scope="module")
def live():
    upstream = Loopback()
    yield upstream
    upstream.close()


def take_of(call, secrets, upstream="stand-in"):
    return Take(scenario="planted", call=call, provenance=Provenance.STAND_IN, upstream=upstream, secrets=secrets)


def test_two_hundred_keys_are_all_different():
    assert len(set(KEYS)) == 200


def test_the_search_finds_a_key_in_every_place():
    for key in GROUPS[0]:
        assert [name for name, text in places(key).items() if not leaks(json.dumps(text), [key])] == []


@pytest.mark.parametrize("number", range(10))
def test_planted_keys_are_nowhere_in_the_file(live, tmp_path, number):
    kind, keys = ("SSE", "NDJSON")[number % 2], GROUPS[number]
    subject = Subject(planter(keys), ALIKE[kind])
    call = Call("m", ({"role": "user", "content": f"is it {keys[0]}?"},), {"api_key": keys[-1]})
    take = take_of(call, keys[10:-1], f"https://me:{keys[1]}@h")
    with live.play(answer(kind, keys)):
        made = record(subject, take, live.origin)
    store.save(made, tmp_path / "planted.yaml")
    lines = made.interactions[0].body.decode().splitlines()

    assert leaks((tmp_path / "planted.yaml").read_text(), keys) == []
    assert leaks("".join(map(said, lines)), keys) == []
    assert made.expected.text.count("REDACTED") == len(keys)


@pytest.mark.parametrize("number", range(10))
def test_a_refusal_that_repeats_keys_has_none_in_the_file(live, tmp_path, number):
    keys = GROUPS[number]
    subject = Subject(planter(keys), SSE)
    take = take_of(Call("m", ({"role": "user", "content": "-"},)), keys[10:])
    body = json.dumps({"error": {"message": f"no such key: {keys}", "given": {key: places(key) for key in keys}}})
    with live.play(Script((Send(401), *chunks(body.encode())))):
        made = record(subject, take, live.origin)
    store.save(made, tmp_path / "planted.yaml")

    assert leaks((tmp_path / "planted.yaml").read_text(), keys) == []


def test_planted_keys_are_in_no_exception(live):
    keys = GROUPS[0]
    subject = Subject(planter(keys), SSE)
    take = take_of(Call("m", ({"role": "user", "content": keys[1]},)), keys)
    url = f"http://me:{keys[0]}@{live.origin.removeprefix('http://')}"
    with live.play(Script((Reset(),))), pytest.raises(HarnessError) as caught:
        record(subject, take, url)
    error = caught.value

    assert (error.__cause__, error.__context__) == (None, None)
    assert leaks("\n".join([*traceback.format_exception(error), error.hint, repr(error)]), keys) == []


@pytest.mark.parametrize(
    "url", ["http://me:{}@127.0.0.1:1", "http://127.0.0.1:1/p?key={}", "http://{}"], ids=["login", "query", "host"]
)
def test_planted_keys_are_in_no_line_of_the_command(url, live, tmp_path, monkeypatch, capsys):
    for key in (GROUPS[0][0], GROUPS[1][10]):
        monkeypatch.setenv("CANARY", key)
        old = store.load(CASSETTES / "acytoo" / "one-turn.yaml")
        store.save(old, tmp_path / "acytoo" / "one-turn.yaml")
        arguments = ["acytoo", "--live", url.format(key), "--key-env", "CANARY", "--cassettes", str(tmp_path)]
        with pytest.raises(SystemExit) as caught:
            main(["record", "--yes", *arguments])
        shown = capsys.readouterr()

        assert caught.value.code in {1, 2, 3}
        assert leaks(shown.out + shown.err, [key]) == []
        assert store.load(tmp_path / "acytoo" / "one-turn.yaml") == replace(old)


def test_a_key_that_is_echoed_is_in_no_line_of_the_command_and_not_in_its_file(live, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    key = GROUPS[2][12]
    monkeypatch.setenv("CANARY", key)
    path = tmp_path / "openai_chat" / "one-turn.yaml"
    store.save(store.load(CASSETTES / "openai_chat" / "one-turn.yaml"), path)
    arguments = ["openai_chat", "--live", live.origin, "--key-env", "CANARY", "--cassettes", str(tmp_path)]
    head = Send(headers=(("Content-Type", "text/event-stream"), ("Set-Cookie", f"k={key}")))
    end = 'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    told_ = "".join(stream("SSE", f"I am {key}")) + end
    with live.play(Script((head, *chunks(told_.encode())))), pytest.raises(SystemExit) as caught:
        main(["record", "--yes", *arguments])
    shown = capsys.readouterr()

    assert caught.value.code == 0
    assert leaks(shown.out + shown.err + path.read_text(), [key]) == []
    assert store.load(path).expected.text == "I am REDACTED"
