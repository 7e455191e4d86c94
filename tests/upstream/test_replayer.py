import asyncio
import contextlib
import http.client
import json
import socket

import aiohttp
import httpx
import pytest
import requests

from harness.cassette.matching import Mismatch
from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire
from harness.upstream.replayer import UNRECORDED, Replayer

JSON = ("Content-Type", "application/json")
ANSWER = "data: Hé\n\ndata: 🍕\n\n".encode()


def asking(number):
    return {"prompt": f"🍕 {number}"}


@pytest.fixture
def replayer():
    wire = Wire((9, len(ANSWER) - 9), (0.0, 0.1))
    return Replayer(
        Recording("x", f"number-{number}", Provenance.STAND_IN, "", "", {}, Call("m", ()), Expected("x"), (exchange,))
        for number in range(5)
        for exchange in [
            Interaction(
                "POST", "https://x.test/chat", (JSON,), json.dumps(asking(number)).encode(), 200, "OK", (), ANSWER, wire
            )
        ]
    )


def by_httpx(url, body):
    return httpx.post(url, json=body).content


def by_aiohttp(url, body):
    async def ask():
        async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
            return await response.read()

    return asyncio.run(ask())


def by_requests(url, body):
    return requests.post(url, json=body, timeout=5).content


def by_http_client(url, body):
    connection = http.client.HTTPConnection(url.removeprefix("http://").partition("/")[0], timeout=5)
    with contextlib.closing(connection):
        connection.request("POST", "/chat", json.dumps(body), dict([JSON]))
        return connection.getresponse().read()


def by_sockets(url, body):
    host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
    data = json.dumps(body, ensure_ascii=False, indent=1).encode()
    with socket.create_connection((host, int(port)), 5) as connection:
        head = f"POST /chat HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        connection.sendall(head.encode() + data)
        with connection.makefile("rb") as file:
            return file.read()


@pytest.mark.parametrize("ask", [by_httpx, by_aiohttp, by_requests, by_http_client, by_sockets])
def test_every_client_gets_the_recorded_bytes_of_its_request(loopback, replayer, ask):
    with loopback.perform(replayer):
        for number in (3, 1, 3):
            assert ANSWER[-9:] in ask(f"{loopback.origin}/chat", asking(number))
    replayer.verify()
    assert replayer.unplayed() == ("x/number-0", "x/number-2", "x/number-4")


def test_what_is_not_recorded_is_refused_with_the_difference(loopback, replayer):
    with loopback.perform(replayer):
        response = httpx.post(f"{loopback.origin}/chat", json={"prompt": "other"})
    assert response.status_code == UNRECORDED
    assert '+  "prompt": "other"' in response.text
    with pytest.raises(Mismatch, match="the nearest is x/number-0"):
        replayer.verify()
