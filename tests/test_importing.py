import json
from dataclasses import replace

import pytest

from harness.cassette import store
from harness.errors import UsageError
from harness.importing import import_file
from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire
from harness.target import resolve
from harness.upstream.loopback import Loopback

URL = "https://chat.example/v1/chat/completions"
HI = {"role": "user", "content": "hi"}
KEY = "sk-0123456789abcdef0123456789"
NO_CONTENT = "providers.errors.RequestRefused: messages[0]: expected a content, got a value of type NoneType"
STREAM = 'data: {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
SSE = {"content-type": "text/event-stream", "date": "Tue, 30 Jan 2024 21:59:57 GMT", "x-other": "y"}


@pytest.fixture(scope="module")
def upstream():
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def make(tmp_path, upstream):
    """Import a file of these exchanges; give what came of it."""

    def importing(*pairs, name="Some Name_1.yaml", scenario=None, subject="openai_chat"):
        path = tmp_path / name
        path.write_text(json.dumps({"interactions": list(pairs)}))
        return import_file(path, resolve(subject), upstream, scenario)

    return importing


def pair(request=None, *, uri=URL, status=200, body=STREAM, headers=SSE):
    told = {"model": "m", "messages": [HI], "stream": True, **(request or {})}
    asked = {"method": "POST", "uri": uri, "headers": {"Authorization": f"Bearer {KEY}"}, "body": json.dumps(told)}
    reply = {"status": {"code": status, "message": ""}, "headers": headers, "body": {"string": body}}
    return {"request": asked, "response": reply}


def test_an_exchange_becomes_a_scrubbed_recording(make):
    imported = make(pair({"user": KEY}))
    (recording,) = imported.recordings
    expected = Recording(
        provider="openai_chat",
        scenario="some-name-1",
        provenance=Provenance.IMPORTED,
        upstream="chat.example, as a file tells: vcrpy",
        recorded_at="2024-01-30T21:59:57+00:00",
        versions=recording.versions,
        call=Call("m", (HI,), {"user": "REDACTED"}),
        expected=Expected("a", "stop"),
        interactions=(
            Interaction(
                method="POST",
                uri=URL,
                request_headers=(("Authorization", "REDACTED"),),
                request_body=json.dumps({"model": "m", "messages": [HI], "stream": True, "user": "REDACTED"}).encode(),
                status=200,
                reason="OK",
                headers=(("content-type", "text/event-stream"),),
                body=STREAM.encode(),
                wire=Wire((len(STREAM) - 14, 14), (0.0, 0.0)),
            ),
        ),
    )
    assert (imported.recordings, imported.left_out) == ((expected,), ())
    assert set(recording.versions) == {"llm-provider-harness"}


def test_what_is_imported_is_a_cassette(make, tmp_path):
    (recording,) = make(pair()).recordings
    store.save(recording, tmp_path / "own.yaml")
    assert store.load(tmp_path / "own.yaml") == recording
    assert KEY not in (tmp_path / "own.yaml").read_text()


def test_a_failure_is_expected_as_the_provider_tells_it(make):
    body = json.dumps({"error": {"message": "no", "type": "invalid_request_error", "code": "invalid_api_key"}})
    (recording,) = make(pair(status=401, body=body, headers={"content-type": "application/json"})).recordings
    assert (recording.expected, recording.recorded_at) == (Expected("", None, "ValueError"), "")


def test_a_date_that_is_none_is_left_out(make):
    (recording,) = make(pair(headers={**SSE, "date": "yesterday"})).recordings
    assert recording.recorded_at == ""


def test_several_calls_are_numbered_and_the_rest_is_told(make, tmp_path):
    other = pair(uri="https://chat.example/token?key=1")
    imported = make(other, pair(), pair({"messages": []}), pair(), scenario="own")
    path = tmp_path / "Some Name_1.yaml"
    assert [recording.scenario for recording in imported.recordings] == ["own", "own-3"]
    assert imported.left_out == (
        f"{path}: expected an exchange with /chat/completions, got POST https://chat.example/token",
        f"{path}: expected messages at messages[*].content of the request, got none",
    )


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([pair({"model": None})], "expected a model at model of the request, got none"),
        (
            [pair(uri="https://x/a"), pair(uri="https://x/b")],
            "expected an exchange with /chat/completions, got POST https://x/a; 1 further exchanges are none either",
        ),
        (
            [pair({"messages": [{"role": "user", "content": None}]})],
            f"x: expected the provider to answer, got no request for this call; it told {NO_CONTENT}",
        ),
    ],
)
def test_a_file_without_a_call_is_refused(make, pairs, message):
    with pytest.raises(UsageError) as caught:
        make(*pairs, name="x.yaml")
    assert caught.value.message.partition("x.yaml: ")[2] == message
    assert caught.value.hint == "harness import --help"


class Silent:
    """Asks nothing, or fails in a way of its own, or never comes to an end."""

    mode = "silent"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **kwargs):
        import asyncio  # noqa: PLC0415

        import httpx  # noqa: PLC0415

        if cls.mode != "silent":
            async with httpx.AsyncClient() as client:
                await client.post(f"{kwargs['base_url']}/x", json={})
        if cls.mode == "odd":
            raise KeyError("odd")
        if cls.mode == "endless":
            await asyncio.sleep(3600)
        yield "a"


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("silent", "no request for this call; it told nothing"),
        ("odd", "KeyError: 'odd'"),
        ("endless", "no end"),
    ],
)
def test_a_provider_that_makes_nothing_of_it_is_told(tmp_path, upstream, monkeypatch, mode, message):
    monkeypatch.setattr(Silent, "mode", mode)
    path = tmp_path / "a.yaml"
    path.write_text(json.dumps({"interactions": [pair()]}))
    with pytest.raises(UsageError) as caught:
        import_file(path, replace(resolve("openai_chat"), provider=Silent), upstream, deadline=0.5)
    assert caught.value.message.endswith(f"a: expected the provider to answer, got {message}")


def test_a_name_that_is_none_becomes_one(make):
    (recording,) = make(pair(), name="日本.yaml").recordings
    assert recording.scenario == "imported"


@pytest.mark.parametrize("scenario", ["../../x", "a/b", "a\\b", ".hidden", "", "a\0b", "a\nb", "x" * 200, " x"])
def test_a_name_that_leads_elsewhere_is_refused(make, scenario):
    with pytest.raises(UsageError, match="expected a name without a path, got"):
        make(pair(), scenario=scenario)
