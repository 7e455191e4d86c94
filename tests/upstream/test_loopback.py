import json
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from harness.script import STALL, Chunk, Close, Framing, HalfClose, Reset, Script, Send, reply
from harness.transcript import Ending, Request, Via
from harness.upstream.loopback import Loopback

VISITOR = Path(__file__).with_name("visitor.py")
MADE_UP = "https://api.example-llm.test"
A, B = Chunk(b"data: a\n\n"), Chunk(b"data: b\n\n")
WANTED = ["data: a\n\n", "data: b\n\n"]
SCRIPTS = {
    "/whole": Script((Send(), A, B)),
    "/length": Script((Send(framing=Framing.LENGTH), A, B)),
    "/reset": Script((Send(), A, Reset())),
    "/fin": Script((Send(), A, HalfClose())),
    "/short": Script((Send(framing=Framing.LENGTH, length=99), A)),
    "/nothing": Script((HalfClose(),)),
    "/stall": Script((Send(), A, STALL)),
}
CUT, REMOTE = "ClientPayloadError", "RemoteProtocolError"
RAISED = {
    "httpx": ["ReadError", REMOTE, REMOTE, REMOTE, "ReadTimeout"],
    "httpx2": ["ReadError", REMOTE, REMOTE, REMOTE, "ReadTimeout"],
    "aiohttp": [CUT, CUT, CUT, "ServerDisconnectedError", "SocketTimeoutError"],
    "requests": [*["ChunkedEncodingError"] * 3, "ConnectionError", "ConnectionError"],
    "curl_cffi": ["ConnectionError", "IncompleteRead", "IncompleteRead", "ConnectionError"],  # its stall takes 7 s
}
IN_TUNNELS = {
    "httpx": [REMOTE, *RAISED["httpx"][1:]],  # OpenSSL shows a blocking client an end of file instead of the reset
    "httpx2": [REMOTE, *RAISED["httpx2"][1:]],
    "requests": [*["ChunkedEncodingError"] * 3, "ProxyError", "ConnectionError"],
}
ENDINGS = [Ending.COMPLETE] * 2 + [Ending.RESET] + [Ending.HALF_CLOSED] * 3 + [Ending.CLIENT_LEFT]


def visit(library, upstream, origin, paths):
    command = [sys.executable, str(VISITOR), library, upstream.proxy, origin, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("library", RAISED)
@pytest.mark.parametrize("direct", [False, True], ids=["CONNECT", "origin"])
def test_every_library_sees_chunks_and_faults(loopback, library, direct):
    raised = RAISED[library] if direct else IN_TUNNELS.get(library, RAISED[library])
    paths = list(SCRIPTS)[: 2 + len(raised)]
    with loopback.perform(lambda request, _number: SCRIPTS[request.path]) as play:
        told = visit(library, loopback, loopback.origin if direct else MADE_UP, paths)
        assert play.settle(2)
        exchanges = {exchange.request.path: exchange for exchange in play.exchanges()}
    assert told["/whole"] == WANTED
    assert "".join(told["/length"]) == "".join(WANTED)
    assert [told[path] for path in paths[2:]] == raised
    assert [exchanges[path].ending for path in paths] == ENDINGS[: len(paths)]
    request = exchanges["/whole"].request
    assert json.loads(request.body) == {"a": 1}
    asked = (request.via, request.scheme, request.authority)
    here = loopback.origin.removeprefix("http://")
    assert asked == ((Via.ORIGIN, "http", here) if direct else (Via.CONNECT, "https", "api.example-llm.test:443"))
    assert loopback.drained(1)


def test_a_request_is_noted_as_it_stood_on_the_wire(loopback):
    with loopback.play(reply(b"ok")) as play:
        raw = b"PUT //a/%20b?c=d HTTP/1.1\r\nhOsT: Here\r\nX-B: 2\r\nx-a: 1\r\nX-B: 3\r\ncontent-length: 4\r\n\r\n"
        raw += b"\x00\xff\r\n"
        answer = speak(loopback, raw, until=b"0\r\n\r\n")
    assert answer == b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    headers = (("hOsT", "Here"), ("X-B", "2"), ("x-a", "1"), ("X-B", "3"), ("content-length", "4"))
    assert [exchange.request for exchange in play.exchanges()] == [
        Request("PUT", "//a/%20b?c=d", headers, b"\x00\xff\r\n", Via.ORIGIN, "Here:80", "http")
    ]


def speak(upstream, data, until=b""):
    """Send raw bytes, and read until these bytes or the end."""
    host, _, port = upstream.origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.sendall(data)
        answer = b""
        while not (until and answer.endswith(until)) and (more := sock.recv(65536)):
            answer += more
        return answer


GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def test_pipelined_requests_are_answered_in_order(loopback):
    with loopback.play(reply(b"1"), reply(b"2")) as play:
        answer = speak(loopback, GET + GET + b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"
    assert answer.split(head) == [b"", b"1\r\n0\r\n\r\n", b"2\r\n0\r\n\r\n", b"2\r\n0\r\n\r\n"]
    assert len(play.exchanges()) == 3


def test_http_1_0_gets_a_body_without_chunks_that_ends_with_the_connection(loopback):
    for script in (reply(b"ok"), Script((Send(framing=Framing.CLOSE), Chunk(b"ok")))):
        with loopback.play(script):
            answer = speak(loopback, b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi")
        assert answer == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok"
    with loopback.play(Script((Reset(),))), pytest.raises(ConnectionResetError):
        speak(loopback, b"POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n")


def test_a_request_byte_by_byte_is_one_request(loopback):
    with loopback.play(reply(b"ok")) as play:
        host, _, port = loopback.origin.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi":
                sock.sendall(bytes([byte]))
            assert sock.recv(9) == b"HTTP/1.1 "
    assert [exchange.request.body for exchange in play.exchanges()] == [b"hi"]


def test_who_waits_for_100_continue_is_told_to(loopback):
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    with loopback.play(reply(b"ok")):
        assert speak(loopback, head, until=b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_what_is_no_http_is_refused(loopback):
    with loopback.play(reply(b"ok")) as play:
        assert speak(loopback, b"\x16\x03\x01 not http\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert play.exchanges() == ()


def test_without_a_play_it_refuses_and_counts_nothing(loopback):
    assert speak(loopback, GET).startswith(b"HTTP/1.1 503 ")
    with loopback.play(reply(b"ok")) as play:
        assert play.exchanges() == ()
    assert loopback.drained(1)


def test_an_absolute_target_is_forwarded(loopback):
    with loopback.play(reply(b"ok")) as play, httpx.Client(proxy=loopback.proxy) as client:
        assert client.get("http://api.example-llm.test:81/v1").text == "ok"
        request = play.exchanges()[0].request
    assert (request.via, request.authority, request.scheme, request.path) == (
        Via.FORWARD,
        "api.example-llm.test:81",
        "http",
        "/v1",
    )


def test_tls_needs_trust(loopback, trusting):
    with loopback.play(reply(b"ok")) as play, httpx.Client(verify=trusting) as client:
        response = client.get(f"{loopback.tls_origin}/v1")
        assert (response.text, response.http_version) == ("ok", "HTTP/1.1")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            client.get(loopback.untrusted_origin)
        with pytest.raises(httpx.ConnectError):
            client.get(loopback.refused_origin)
        assert [(one.request.via, one.request.scheme) for one in play.exchanges()] == [(Via.ORIGIN, "https")]


def test_a_tunnel_needs_trust(loopback):
    with loopback.play(reply(b"ok")) as play, httpx.Client(proxy=loopback.proxy) as client:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            client.get(MADE_UP)
        assert play.exchanges() == ()
    assert loopback.drained(1)


@pytest.mark.parametrize("place", ["origin", "tls_origin"])
def test_a_kept_connection_serves_many_requests(loopback, trusting, place):
    with httpx.Client(verify=trusting) as client:
        for number in range(3):
            with loopback.play(reply(b"%d" % number)):
                assert client.get(getattr(loopback, place)).text == str(number)
            assert loopback.open_connections() == 1
    assert loopback.drained(1)


@pytest.mark.parametrize("place", ["origin", "tls_origin"])
@pytest.mark.parametrize(
    "script",
    [reply(b"ok", framing=Framing.CLOSE), Script((Send(), Chunk(b"ok"), Close()))],
    ids=["close-delimited", "closed"],
)
def test_a_closed_connection_is_not_used_again(loopback, trusting, place, script):
    with loopback.play(script) as play, httpx.Client(verify=trusting) as client:
        assert [client.get(getattr(loopback, place)).text for _ in range(2)] == ["ok", "ok"]
        assert len(play.exchanges()) == 2


def test_who_speaks_after_our_fin_meets_a_reset(loopback):
    host, _, port = loopback.origin.removeprefix("http://").partition(":")
    with (
        loopback.play(Script((HalfClose(),))),
        socket.create_connection((host, int(port)), timeout=5) as sock,
    ):
        sock.sendall(GET)
        assert sock.recv(1) == b""
        assert loopback.open_connections() == 1
        sock.sendall(GET)
        assert loopback.drained(1)


def test_a_client_that_resets_has_left(loopback):
    host, _, port = loopback.origin.removeprefix("http://").partition(":")
    with loopback.play(Script((Send(), STALL))) as play:
        sock = socket.create_connection((host, int(port)), timeout=5)
        sock.sendall(GET)
        assert sock.recv(9) == b"HTTP/1.1 "
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        assert play.settle(1)
        assert play.exchanges()[0].ending is Ending.CLIENT_LEFT


def test_a_slow_reader_holds_the_script_back(loopback):
    big = Script((Send(), *[Chunk(b"x" * 1_000_000)] * 40))
    host, _, port = loopback.origin.removeprefix("http://").partition(":")
    with loopback.play(big) as play, socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.sendall(GET)
        assert sock.recv(9) == b"HTTP/1.1 "
        assert not play.settle(0.2)
        assert play.exchanges()[0].chunks_sent < 40
        read = 0
        while read < 40_000_000:  # and a little more, which stays in the kernel
            read += len(sock.recv(1 << 20))
        assert play.settle(1)
    assert play.exchanges()[0].chunks_sent == 40


def test_a_stall_after_the_promised_length_ends_with_the_play(loopback):
    script = Script((Send(framing=Framing.LENGTH), Chunk(b"ok"), STALL))
    with httpx.Client() as client:
        with loopback.play(script) as play:
            assert client.get(loopback.origin).text == "ok"
        assert play.exchanges()[0].ending is Ending.COMPLETE
        with loopback.play(reply(b"next")):
            assert client.get(loopback.origin).text == "next"


def test_a_header_that_cannot_be_sent_is_the_harness_failing(loopback):
    with pytest.raises(UnicodeEncodeError), loopback.play(reply(headers=[("X", "☃")])):
        assert speak_or_reset(loopback) == b""
    assert loopback.drained(1)


def speak_or_reset(upstream):
    try:
        return speak(upstream, GET)
    except ConnectionResetError:
        return b""


def test_it_starts_and_closes_quickly_whatever_is_open(trusting):
    begun = time.perf_counter()
    upstream = Loopback()
    assert time.perf_counter() - begun < 0.5
    with httpx.Client(verify=trusting) as client:
        with upstream.play(reply(b"ok")):
            client.get(upstream.origin)
            client.get(upstream.tls_origin)
        assert upstream.open_connections() == 2
        upstream.close()
        assert upstream.open_connections() == 0
