import asyncio
import gzip
import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from harness.errors import UsageError
from harness.script import STALL, Chunk, Close, Framing, Gate, HalfClose, Reset, Script, Send, Sleep, reply
from harness.transcript import Ending, Exchange, Via
from harness.upstream.connection import Connection
from harness.upstream.passing import Live, forwarded
from harness.upstream.recorder import Recorder

PIECES = [b"data: a\n", b"\n", b"data: \xc3", b"\xa9\n\n"]
HEAD = Send(headers=(("Content-Type", "text/event-stream"), ("X-Odd", "1")))
ANSWER = Script((HEAD,)).with_body(PIECES)


@pytest.fixture
def recorder(loopback):
    with Recorder(loopback.origin) as recorder:
        yield recorder


def ask(recorder, path="/api", **asked):
    with httpx.Client(trust_env=False) as client, client.stream("POST", recorder.origin + path, **asked) as response:
        return response, list(response.iter_raw())


def ends(recorder):
    assert recorder.settle(2)
    return [recorded.end for recorded in recorder.recorded]


def test_chunks_and_gaps_are_passed_on_and_noted(loopback, recorder):
    script = Script((HEAD, Sleep(0.03), Chunk(PIECES[0]), Sleep(0.06), *map(Chunk, PIECES[1:])))
    with loopback.play(script):
        response, chunks = ask(recorder, json={"a": 1})

    assert (response.status_code, response.reason_phrase, chunks) == (200, "OK", PIECES)
    assert response.headers["content-type"] == "text/event-stream"
    (recorded,) = recorder.recorded
    assert (recorded.status, recorded.reason, recorded.chunks, recorded.end) == (200, "OK", PIECES, "complete")
    assert ("X-Odd", "1") in recorded.headers
    assert 0 < recorded.head < recorded.at[0]
    assert recorded.at == sorted(recorded.at)
    assert recorded.at[1] - recorded.at[0] > 0.05


def test_the_first_chunk_passes_before_the_upstream_goes_on(loopback, recorder):
    script = Script((HEAD, Chunk(b"first"), Gate("seen"), Chunk(b"last")))
    with (
        loopback.play(script, gate_limit=5.0) as play,
        httpx.Client(trust_env=False) as client,
        client.stream("GET", recorder.origin) as response,
    ):
        chunks = response.iter_raw()
        assert next(chunks) == b"first"
        play.release("seen")
        assert list(chunks) == [b"last"]
        assert play.exchanges()[0].gates_expired == ()


def test_the_request_arrives_as_it_was_sent(loopback, recorder):
    path = "//a/../b%2f?q=%20[x]"
    raw = (
        f"POST {path} HTTP/1.1\r\nHost: elsewhere.example\r\nX-UPPER: 1\r\nx-two: a\r\nx-two: b\r\nAccept: */*\r\n"
        "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nProxy-Authorization: Basic me\r\n"
        "Content-Length: 5\r\n\r\n\xff\0a\r\n"
    ).encode("latin-1")
    with loopback.play(reply(b"x")) as play, socket.create_connection(address(recorder)) as client:
        client.sendall(raw)
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
        (request,) = (exchange.request for exchange in play.exchanges())

    assert (request.method, request.target, request.body) == ("POST", path, b"\xff\0a\r\n")
    host = loopback.origin.removeprefix("http://")
    assert request.headers == (
        ("Host", host),
        ("X-UPPER", "1"),
        ("x-two", "a"),
        ("x-two", "b"),
        ("Accept", "*/*"),
        ("Content-Length", "5"),
    )
    assert ("TE", "trailers") in recorder.recorded[0].request.headers


def address(recorder):
    return "127.0.0.1", int(recorder.origin.rpartition(":")[2])


@pytest.mark.parametrize("framing", Framing)
def test_a_known_length_stays_known(loopback, recorder, framing):
    with loopback.play(reply(b"hello", framing=framing)):
        response, chunks = ask(recorder)

    assert b"".join(chunks) == b"hello"
    told = "content-length" if framing is Framing.LENGTH else "transfer-encoding"
    assert {"content-length", "transfer-encoding"} & set(response.headers) == {told}
    assert ends(recorder) == ["complete"]


def test_an_encoded_body_passes_unchanged(loopback, recorder):
    data = gzip.compress(b"hello" * 50)
    with loopback.play(reply(data, headers=[("Content-Encoding", "gzip")])):
        response, chunks = ask(recorder)

    assert response.headers["content-encoding"] == "gzip"
    assert b"".join(chunks) == b"".join(recorder.recorded[0].chunks) == data


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("POST", 204), ("POST", 304)], ids=["head", "204", "304"]
)
def test_a_reply_without_body_has_none(loopback, recorder, method, status):
    script = reply(status=status, framing=Framing.LENGTH)
    with loopback.play(script), httpx.Client(trust_env=False, timeout=1) as client:
        got = [client.request(method, recorder.origin) for _ in range(2)]

    assert [(response.status_code, response.content) for response in got] == [(status, b"")] * 2
    assert "transfer-encoding" not in got[0].headers


@pytest.mark.parametrize("framing", [Framing.CHUNKED, Framing.LENGTH])
@pytest.mark.parametrize(
    ("step", "end", "error"),
    [(Reset(), "reset", httpx.ReadError), (HalfClose(), "half-close", httpx.RemoteProtocolError)],
    ids=["reset", "half-close"],
)
def test_a_broken_end_is_reproduced(loopback, recorder, framing, step, end, error):
    script = Script((Send(framing=framing, length=100), Chunk(b"some"), step))
    with loopback.play(script), pytest.raises(error):
        ask(recorder)

    assert ends(recorder) == [end]
    assert recorder.recorded[0].chunks == [b"some"]


@pytest.mark.parametrize(
    ("step", "end", "error"),
    [
        (Reset(), "no reply: reset", httpx.ReadError),
        (HalfClose(), "no reply: half-close", httpx.RemoteProtocolError),
    ],
    ids=["reset", "half-close"],
)
def test_an_end_before_the_head_is_no_reply(loopback, recorder, step, end, error):
    with loopback.play(Script((step,))), pytest.raises(error):
        ask(recorder)

    assert ends(recorder) == [end]


def test_silence_is_a_time_out(loopback):
    with (
        Recorder(loopback.origin, silence=0.3) as recorder,
        loopback.play(Script((HEAD, Chunk(b"a"), STALL))),
        pytest.raises(httpx.RemoteProtocolError),
    ):
        ask(recorder)

    assert ends(recorder) == ["timeout"]


def test_a_refused_connection_is_a_502_and_no_reply(loopback):
    with Recorder(loopback.refused_origin) as recorder:
        response, _ = ask(recorder)

        assert response.status_code == 502
        assert ends(recorder)[0].startswith("no reply: ConnectError(")


def test_an_unknown_certificate_of_the_live_upstream_is_no_reply(loopback):
    with Recorder(loopback.tls_origin) as recorder:
        response, _ = ask(recorder)

        assert response.status_code == 502
        assert "CERTIFICATE_VERIFY_FAILED" in ends(recorder)[0]


def test_connections_are_kept(loopback, recorder):
    with loopback.play(ANSWER) as play, httpx.Client(trust_env=False) as client:
        for _ in range(3):
            assert client.post(recorder.origin).content == b"".join(PIECES)
        assert recorder.open_connections() == 1
        assert len(play.exchanges()) == 3

    assert recorder.drained(2)
    assert ends(recorder) == ["complete"] * 3


def test_a_client_that_leaves_stops_the_upstream(loopback, recorder):
    with loopback.play(Script((HEAD, Chunk(b"a"), STALL))) as play:
        with httpx.Client(trust_env=False) as client, client.stream("GET", recorder.origin) as response:
            assert next(response.iter_raw()) == b"a"

        assert play.settle(2)
        assert play.exchanges()[0].ending is Ending.CLIENT_LEFT
        assert ends(recorder) == ["client left"]


def test_a_reply_that_was_just_ending_is_complete(loopback, recorder):
    with loopback.play(Script((HEAD, Chunk(b"[DONE]"), Sleep(0.02), Chunk(b"\n"), Close()))):
        with httpx.Client(trust_env=False) as client, client.stream("GET", recorder.origin) as response:
            assert next(response.iter_raw()) == b"[DONE]"

        assert ends(recorder) == ["complete"]
        assert recorder.recorded[0].chunks == [b"[DONE]", b"\n"]


def test_it_is_a_forward_proxy_for_any_origin(loopback, recorder):
    with (
        loopback.play(ANSWER) as play,
        httpx.Client(proxy=recorder.proxy, trust_env=False) as client,
        client.stream("POST", "http://chat.example/api?a=1") as response,
    ):
        assert list(response.iter_raw()) == PIECES
        assert play.exchanges()[0].request.target == "/api?a=1"

    (recorded,) = recorder.recorded
    assert (recorded.request.via, recorded.request.authority) == (Via.FORWARD, "chat.example:80")


def test_it_is_a_connect_proxy_for_any_origin(loopback, recorder, trusting):
    with loopback.play(ANSWER), httpx.Client(proxy=recorder.proxy, verify=trusting, trust_env=False) as client:
        for _ in range(2):
            with client.stream("POST", "https://chat.example/api") as response:
                assert list(response.iter_raw()) == PIECES

    assert [recorded.request.via for recorded in recorder.recorded] == [Via.CONNECT] * 2
    assert recorder.recorded[0].request.authority == "chat.example:443"


@pytest.mark.parametrize("library", ["requests", "httpx", "httpx2", "aiohttp", "curl_cffi"])
def test_any_client_is_recorded_through_its_environment(loopback, recorder, library):
    visitor = Path(__file__).with_name("visitor.py")
    command = [sys.executable, str(visitor), library, recorder.proxy, "https://chat.example", "/api"]
    with loopback.play(Script((HEAD, Chunk(b"a"), Sleep(0.05), Chunk(b"b")))):
        told = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(told.stdout) == {"/api": ["a", "b"]}
    assert [recorded.chunks for recorded in recorder.recorded] == [[b"a", b"b"]]


def test_a_client_in_another_language_is_recorded_through_its_environment(loopback, recorder):
    if not (curl := shutil.which("curl")):
        pytest.skip("expected curl, got none")
    command = [curl, "--silent", "--show-error", "--data", "{}", "https://chat.example/api"]
    code = f"import subprocess; from harness.upstream import environment as e; e.prepare({recorder.proxy!r}); "
    with loopback.play(Script((HEAD, *map(Chunk, PIECES)))):
        prepared = [sys.executable, "-c", f"{code}subprocess.run({command!r}, check=True)"]
        told = subprocess.run(prepared, capture_output=True, check=True)

    assert told.stdout == b"".join(PIECES)
    assert [(recorded.request.path, recorded.chunks) for recorded in recorder.recorded] == [("/api", PIECES)]


def test_many_at_once_are_kept_apart(loopback, recorder):
    async def ask_one(client, number):
        response = await client.post(recorder.origin, content=str(number))
        return response.content

    async def ask_all():
        async with httpx.AsyncClient(trust_env=False) as client:
            return await asyncio.gather(*(ask_one(client, number) for number in range(30)))

    with loopback.perform(lambda request, _: reply(request.body * 2)):
        assert asyncio.run(ask_all()) == [str(number).encode() * 2 for number in range(30)]
    assert {recorded.request.body * 2: recorded.chunks[0] for recorded in recorder.recorded} == {
        str(number).encode() * 2: str(number).encode() * 2 for number in range(30)
    }


def test_a_play_tells_what_was_asked_in_it(loopback, recorder):
    with loopback.play(ANSWER):
        ask(recorder)
        with recorder.play(ANSWER) as play:
            ask(recorder, "/second")
            assert play.settle(2)
        with recorder.perform(lambda *_: ANSWER) as other:
            pass

    assert play.exchanges() == (Exchange(recorder.recorded[1].request, 4, Ending.COMPLETE),)
    assert other.exchanges() == ()


def test_closing_cuts_off_what_is_under_way(loopback):
    failures = []

    def visit(origin):
        try:
            httpx.get(origin, trust_env=False)
        except httpx.HTTPError as error:
            failures.append(type(error))

    with loopback.play(Script((HEAD, Chunk(b"a"), STALL))):
        with Recorder(loopback.origin) as recorder:
            visitor = threading.Thread(target=visit, args=[recorder.origin])
            visitor.start()
            while not (recorder.recorded and recorder.recorded[0].chunks):
                time.sleep(0.001)
            assert not recorder.settle(0)
        visitor.join()

    assert (failures, ends(recorder)) == ([httpx.ReadError], ["client left"])


def test_a_failure_of_the_recorder_is_raised(loopback, monkeypatch):
    monkeypatch.setattr(Live, "ask", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), Recorder(loopback.origin) as recorder:  # noqa: PT012  it is raised at the end
        with pytest.raises(httpx.ReadError):
            ask(recorder)
        assert recorder.settle(2)


@pytest.mark.parametrize("live", ["", "chat.example", "ftp://chat.example", "http://", "http://h:port", "http://h/v1"])
def test_what_is_no_origin_is_refused(live):
    with pytest.raises(UsageError, match=r"expected the origin of a live service like http://127.0.0.1:8080, got '"):
        Recorder(live)


def test_the_live_upstream_is_verified_by_the_authorities_of_the_world(monkeypatch):
    contexts = []
    monkeypatch.setattr(
        httpx, "create_ssl_context", lambda **told: contexts.append(told) or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    Live("https://chat.example/")
    assert contexts[0] == {"trust_env": False}


def test_nominated_headers_stay_on_their_connection():
    headers = [("Connection", "close, X-A"), ("x-a", "1"), ("X-B", "2"), ("Expect", "100-continue")]
    assert forwarded(headers) == [("X-B", "2")]


def test_a_connection_that_was_lost_just_now_is_aborted_all_the_same(recorder):
    aborted = []
    transport = SimpleNamespace(get_extra_info=lambda _name: None, abort=lambda: aborted.append("transport"))
    connection = Connection(recorder, "https")
    connection.connection_made(transport)
    connection.abort()
    connection.connection_lost(None)

    assert (aborted, recorder.open_connections()) == (["transport"], 0)
