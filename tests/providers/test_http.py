import asyncio
import gzip
import socket
import ssl

import httpx
import pytest
import trustme
from served import MESSAGES, chunked, collected, failing, origin, run, serving

from providers import http
from providers.acytoo import Acytoo
from providers.errors import RequestRefused, UpstreamFailed
from providers.http import post
from providers.pizzagpt import Pizzagpt
from providers.request import Request
from providers.response import FinishReason

DONE = FinishReason("stop")
REQUEST = Request("http://upstream.test/a", {}, {})


@pytest.mark.parametrize(
    ("proxy", "timeout", "ssl_", "words"),
    [
        ("", None, None, "proxy: expected"),
        ("socks5://127.0.0.1:1", None, None, "proxy: expected"),
        ("nonsense", None, None, "proxy: expected"),
        (7, None, None, "proxy: expected"),
        (None, 0, None, "timeout: expected"),
        (None, -1, None, "timeout: expected"),
        (None, True, None, "timeout: expected"),
        (None, float("nan"), None, "timeout: expected"),
        (None, float("inf"), None, "timeout: expected"),
        (None, "1", None, "timeout: expected"),
        (None, None, "no", "ssl: expected"),
    ],
)
async def test_an_unusable_option_is_refused_before_any_request(proxy, timeout, ssl_, words):
    with serving(b"x") as served, pytest.raises(RequestRefused, match=words):
        async with post(REQUEST, proxy=proxy, timeout=timeout, ssl=ssl_):
            pass
    assert served.requests == []


async def test_an_unusable_proxy_variable_is_refused(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "socks9://127.0.0.1:1")
    with serving(b"x"), pytest.raises(RequestRefused, match="HTTP_PROXY"):
        async with post(REQUEST):
            pass


async def test_unusable_certificate_variables_are_refused(monkeypatch, tmp_path):
    (tmp_path / "none.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with serving(b"x"), pytest.raises(RequestRefused, match="SSL_CERT_FILE"):
        async with post(REQUEST):
            pass


def test_the_tls_context_is_shared_per_variables(monkeypatch, tmp_path):
    assert http._context_for(None) is http._context_for(True)
    assert http._context_for(False).verify_mode is ssl.CERT_NONE
    usual = http._context_for(None)
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    assert http._context_for(None) is not usual


@pytest.mark.parametrize("context", [None, False, ssl.create_default_context()], ids=["usual", "unverified", "own"])
async def test_each_kind_of_verification_is_taken(context):
    with serving(b"x"):
        async with post(REQUEST, ssl=context, proxy="https://me:pw@127.0.0.1:1") as reply:
            assert [text async for text in reply.texts()] == ["x"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_value_error_with_the_upstreams_words(status):
    with serving(b'{"error": {"message": "no such thing", "code": "c1"}}', status=status):
        _, error = failing(ValueError, Acytoo)
    assert str(error) == f"HTTP {status} (c1): no such thing"


def test_a_failure_is_runtime_error_and_tells_when_to_come_again():
    with serving(b"<html><title>Oven</title>" + b"x" * 1_000_000, status=503, headers={"Retry-After": "7"}):
        _, error = failing(RuntimeError, Acytoo)
    assert (str(error), error.retry_after, error.status) == ("HTTP 503: Oven", 7.0, 503)


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (b"", "HTTP 500: Internal Server Error"),
        ([b"half", httpx.ReadError("gone")], "HTTP 500: half"),
        ([httpx.ReadError("gone")], "HTTP 500: the exchange failed: ReadError: gone"),
    ],
)
def test_a_broken_error_body_does_not_hide_the_status(steps, text):
    with serving(steps, status=500):
        assert str(failing(RuntimeError, Acytoo)[1]) == text


def test_an_unknown_status_without_words_is_a_failure():
    with serving(status=599):
        assert str(failing(RuntimeError, Acytoo)[1]) == "HTTP 599: no explanation"


@pytest.mark.parametrize("status", [201, 204, 206])
def test_only_200_is_an_answer(status):
    with serving(b"x", status=status):
        failing(RuntimeError, Acytoo)


@pytest.mark.parametrize("content_type", ["text/html", "Text/HTML; charset=utf-8", "application/json"])
def test_a_page_or_a_document_is_no_text(content_type):
    with serving(b'{"error": {"message": "quota", "code": "c"}}', content_type=content_type):
        items, error = failing(RuntimeError, Acytoo)
    assert (items, error.code, "quota" in str(error)) == ([], "c", True)
    with serving(b"", content_type=content_type):
        assert str(failing(RuntimeError, Acytoo)[1]).endswith(": nothing")


@pytest.mark.parametrize("content_type", ["text/plain", "TEXT/plain;x=1", "application/octet-stream", ""])
def test_other_media_types_are_tolerated(content_type):
    with serving(b"x", content_type=content_type):
        assert run(Acytoo) == ["x", DONE]


LOWER = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadTimeout(""),
    httpx.RemoteProtocolError("cut"),
    httpx.StreamClosed(),
    httpx.InvalidURL("x"),
    OSError("low"),
    UnicodeError("idna"),
]


@pytest.mark.parametrize("lower", LOWER, ids=lambda error: type(error).__name__)
def test_a_transport_failure_is_runtime_error_in_every_phase(lower):
    with serving(lower):
        _, before = failing(RuntimeError, Acytoo)
    with serving([b"some", lower]):
        items, within = failing(RuntimeError, Acytoo)
    assert type(lower).__name__ in str(before)
    assert (items, within.partial, type(lower).__name__ in str(within)) == (["some"], "some", True)


def test_a_coded_body_is_decoded_and_a_cut_one_is_a_failure():
    coded = gzip.compress(b"hello")
    with serving([coded[:5], coded[5:]], headers={"content-encoding": "gzip"}):
        assert run(Acytoo) == ["hello", DONE]
    with serving(coded[:-3], headers={"content-encoding": "gzip"}):
        failing(RuntimeError, Acytoo)
    with serving(coded, headers={"content-encoding": "zstd"}):
        failing(RuntimeError, Acytoo)
    with serving(gzip.compress(b"why"), headers={"content-encoding": "gzip"}, status=400):
        assert str(failing(ValueError, Acytoo)[1]) == "HTTP 400: why"
    with serving(b"why", headers={"content-encoding": "zstd"}, status=400):
        failing(ValueError, Acytoo)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("where", ["/b", "https://other.test/", "https://chat.acytoo.com:444/", "http://[", None])
def test_a_redirect_is_refused_and_nothing_is_sent_there(where, status):
    headers = {} if where is None else {"location": where}
    with serving(b"", status=status, headers=headers) as served:
        _, error = failing(RuntimeError, Acytoo)
    assert (len(served.requests), error.status) == (1, status)


async def test_a_reply_is_read_as_a_document_too():
    with serving([b'{"a"', b": 1}"]):
        async with post(REQUEST) as reply:
            assert await reply.json() == {"a": 1}


async def test_text_comes_as_it_is_sent_and_the_connection_closes():
    release = asyncio.Event()
    async with origin(chunked("é".encode()[:1], "é".encode()[1:], b"a", hold=release)) as served:
        items = Acytoo.create_async_generator("", MESSAGES, base_url=served.url)
        got = ""
        while got != "éa":
            got += await asyncio.wait_for(anext(items), 2)
        release.set()
        assert [item async for item in items] == [DONE]


@pytest.mark.parametrize("leave", ["aclose", "break"])
async def test_leaving_closes_the_connection_at_once(leave):
    async with origin(chunked(b"a", hold=asyncio.Event())) as served:
        items = Acytoo.create_async_generator("", MESSAGES, base_url=served.url)
        async for _ in items:
            break
        if leave == "aclose":
            await items.aclose()
        del items
        await asyncio.wait_for(served.left.wait(), 1)


async def test_cancellation_propagates_and_closes_the_connection():
    for pieces in ([], [b"a"]):
        async with origin(chunked(*pieces, hold=asyncio.Event())) as served:
            task = asyncio.ensure_future(collected(Acytoo, base_url=served.url))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(served.left.wait(), 1)
            assert len(served.requests) == 1


def test_successive_event_loops_are_fine():
    async def once():
        async with origin(chunked(b"a", b"b")) as served:
            return await collected(Acytoo, base_url=served.url)

    for _ in range(2):
        items = asyncio.run(once())
        assert ("".join(map(str, items)), items[-1]) == ("ab", DONE)


async def test_twenty_parallel_calls_are_independent():
    async def echo(writer, body):
        await chunked(body[:60], body[60:], pause=0.01)(writer, body)

    async with origin(echo) as served:
        calls = [
            collected(Acytoo, [{"role": "user", "content": f"call {number}"}], base_url=served.url, temperature=number)
            for number in range(20)
        ]
        for number, items in enumerate(await asyncio.gather(*calls)):
            assert f'"call {number}"' in "".join(map(str, items))
            assert f'"temperature": {number},' in "".join(map(str, items))
            assert items[-1] == DONE


async def test_silence_ends_in_runtime_error_and_a_slow_answer_does_not():
    async with origin(chunked(hold=asyncio.Event())) as served:
        with pytest.raises(RuntimeError, match="ReadTimeout"):
            await collected(Acytoo, base_url=served.url, timeout=0.1)
    async with origin(chunked(*[b"x"] * 8, pause=0.05)) as served:
        assert (await collected(Acytoo, base_url=served.url, timeout=0.25))[-1] == DONE


async def test_a_cut_body_is_runtime_error():
    async def cut(writer, _body):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    async with origin(cut) as served:
        with pytest.raises(RuntimeError, match="RemoteProtocolError") as caught:
            await collected(Acytoo, base_url=served.url)
    assert caught.value.partial == "half"


async def test_nobody_listening_is_runtime_error():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(RuntimeError, match="ConnectError"):
            await collected(Acytoo, base_url=f"http://127.0.0.1:{unused.getsockname()[1]}")


async def test_a_proxy_is_asked_for_the_absolute_address():
    async with origin(chunked(b'{"content": "x"}', content_type="application/json")) as served:
        items = await collected(Pizzagpt, base_url="http://upstream.test", proxy=served.url)
    assert items == ["x", DONE]
    assert served.requests[0][0].startswith(b"POST http://upstream.test/api/chatx-completion HTTP/1.1\r\n")


def test_failures_are_the_packages_own():
    assert {RequestRefused.__module__, UpstreamFailed.__module__} == {"providers.errors"}
