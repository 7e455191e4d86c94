import asyncio
import ssl

import httpx
import pytest

from harness import guard
from harness.script import STALL, Chunk, Gate, Script, Send, reply
from harness.transcript import Ending, Request
from harness.upstream.inprocess import InProcess

CONTEXT = ssl.create_default_context()


def test_any_host_is_answered_and_noted(inprocess):
    with inprocess.play(reply(b"ok")) as play, httpx.Client(verify=CONTEXT) as client, guard.watching() as escapes:
        assert (
            client.post("https://api.example-llm.test/v1/x?a=%20b", content=b"\xff", headers={"X-Q": "1"}).text == "ok"
        )
    [exchange] = play.exchanges()
    headers = (
        ("Host", "api.example-llm.test"),
        ("Accept", "*/*"),
        ("Accept-Encoding", exchange.request.header("accept-encoding")),
        ("Connection", "keep-alive"),
        ("User-Agent", f"python-httpx/{httpx.__version__}"),
        ("X-Q", "1"),
        ("Content-Length", "1"),
    )
    assert exchange.request == Request(
        "POST", "/v1/x?a=%20b", headers, b"\xff", authority="api.example-llm.test:443", scheme="https"
    )
    assert escapes == []


def test_a_proxied_client_is_answered_too(inprocess):
    with inprocess.play(reply(b"ok")), httpx.Client(verify=CONTEXT, proxy="http://127.0.0.1:9") as client:
        assert client.get("https://api.example-llm.test").text == "ok"


def test_without_a_play_nothing_goes_out(inprocess):
    with inprocess.play(reply()):
        pass
    refused = pytest.raises(httpx.ConnectError, match="no play is on")
    with httpx.Client(verify=CONTEXT) as client, guard.watching() as escapes, refused:
        client.get("https://api.example-llm.test")
    assert escapes == []


async def test_while_another_plays_over_sockets_it_steps_aside(inprocess, loopback):
    with inprocess.play(reply(b"within")):
        async with httpx.AsyncClient(verify=CONTEXT) as client:
            assert (await client.get(loopback.origin)).text == "within"
    with loopback.play(reply(b"sockets")), httpx.Client(verify=CONTEXT) as client:
        assert client.get(loopback.origin).text == "sockets"
        async with httpx.AsyncClient(verify=CONTEXT) as another:
            assert (await another.get(loopback.origin)).text == "sockets"


def test_closing_takes_the_patch_off(loopback):
    upstream = InProcess()
    upstream.close()
    with upstream.play(reply()):
        pass
    upstream.close()
    assert httpx.get(loopback.origin, verify=CONTEXT).status_code == 503


async def test_failures_have_the_causes_of_the_real_ones(inprocess):
    with inprocess.play(Script((STALL,))):
        async with httpx.AsyncClient(verify=CONTEXT, timeout=0.05) as client:
            with pytest.raises(httpx.ReadTimeout) as caught:
                await client.get(inprocess.origin)
    assert type(caught.value.__cause__).__module__.startswith("httpcore")


async def test_the_read_time_out_counts_from_the_last_byte_that_was_read(inprocess):
    script = Script((Send(), Chunk(b"a"), Gate("one"), Chunk(b"b"), STALL))
    with inprocess.play(script, gate_limit=0.1) as play:
        client = httpx.AsyncClient(verify=CONTEXT, timeout=0.2)
        async with client, client.stream("GET", inprocess.origin) as response:
            pieces = response.aiter_raw()
            assert await anext(pieces) == b"a"
            await asyncio.sleep(0.3)  # the consumer's own time is not the upstream's
            assert await anext(pieces) == b"b"
            with pytest.raises(httpx.ReadTimeout):
                await anext(pieces)
        assert play.exchanges()[0].ending is Ending.CLIENT_LEFT


async def test_an_ended_reply_gives_no_more(inprocess):
    with inprocess.play(reply(b"ok")) as play:
        async with httpx.AsyncClient(verify=CONTEXT) as client:
            response = await client.send(client.build_request("GET", inprocess.origin), stream=True)
            await response.aclose()
            await response.aclose()
        assert play.exchanges()[0].ending is Ending.CLIENT_LEFT
        assert inprocess.open_connections() == 0


def test_a_client_without_time_outs_is_served(inprocess):
    transport = httpx.HTTPTransport(verify=CONTEXT)
    with inprocess.play(reply(b"ok")):
        response = transport.handle_request(httpx.Request("GET", inprocess.origin))
        assert response.read() == b"ok"


def test_one_play_follows_another(inprocess):
    with httpx.Client(verify=CONTEXT) as client:
        for number in range(3):
            with inprocess.play(reply(b"%d" % number)) as play:
                assert client.get(inprocess.origin).text == str(number)
            assert len(play.exchanges()) == 1
