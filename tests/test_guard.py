import asyncio
import socket
from contextlib import closing

import httpx
import pytest

from harness import guard

FAR = ("192.0.2.1", 9)


@pytest.mark.parametrize(
    ("touch", "error", "noted"),
    [
        (lambda sock: sock.connect(FAR), ConnectionRefusedError, "192.0.2.1:9"),
        (lambda sock: sock.connect_ex(FAR), ConnectionRefusedError, "192.0.2.1:9"),
        (lambda sock: sock.sendto(b"x", FAR), ConnectionRefusedError, "192.0.2.1:9"),
        (lambda sock: sock.sendmsg([b"x"], [], 0, FAR), ConnectionRefusedError, "192.0.2.1:9"),
        (lambda _sock: socket.getaddrinfo("api.example.com", 443), socket.gaierror, "api.example.com:443"),
        (lambda _sock: socket.getaddrinfo(b"api.example.com", None), socket.gaierror, "api.example.com"),
        (lambda _sock: socket.gethostbyname("api.example.com"), socket.gaierror, "api.example.com"),
    ],
    ids=["connect", "connect_ex", "sendto", "sendmsg", "getaddrinfo", "getaddrinfo of bytes", "gethostbyname"],
)
def test_what_goes_beyond_loopback_is_refused_and_noted(touch, error, noted):
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as sock, guard.watching() as escapes, pytest.raises(error):
        touch(sock)
    assert escapes == [noted]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "::ffff:127.0.0.1", "0.0.0.0", None, "", "a.localhost"]
)
def test_loopback_is_near(host):
    with guard.watching() as escapes:
        guard._hook("socket.getaddrinfo", (host, 80, 0, 0, 0))
        guard._hook("socket.connect", (None, (host, 80)))
    assert escapes == []


@pytest.mark.parametrize("address", ["/run/some.socket", None], ids=["AF_UNIX", "connected"])
def test_what_has_no_host_is_near(address):
    with guard.watching() as escapes:
        guard._hook("socket.sendmsg", (None, address))
    assert escapes == []


@pytest.mark.parametrize(
    ("event", "arguments", "error", "noted"),
    [
        ("socket.connect", (None, FAR), ConnectionRefusedError, "192.0.2.1:9"),
        ("socket.gethostbyname", (b"a.example",), socket.gaierror, "a.example"),
        ("socket.connect", (None, ("fe80::1%eth0", 9, 0, 2)), ConnectionRefusedError, "fe80::1%eth0:9"),
    ],
)
def test_the_hook_names_the_place(event, arguments, error, noted):
    with guard.watching() as escapes, pytest.raises(error, match=noted):
        guard._hook(event, arguments)
    assert escapes == [noted]


def test_nobody_watching_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(guard, "_watches", [])  # the tests themselves are watched
    guard._hook("socket.connect", (None, FAR))
    guard._hook("open", ())
    with guard.watching():
        guard._hook("open", ())
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as sock:
        sock.connect(FAR)  # a datagram socket: nothing is sent


def test_an_inner_watch_notes_for_itself_and_for_the_outer_one():
    with guard.watching() as outer:
        with guard.watching() as inner, pytest.raises(ConnectionRefusedError):
            guard._hook("socket.connect", (None, FAR))
        with pytest.raises(socket.gaierror):
            guard._hook("socket.getaddrinfo", ("a.example", None))
    assert (outer, inner) == (["192.0.2.1:9", "a.example"], ["192.0.2.1:9"])


def test_httpx_cannot_get_out():
    async def ask():
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.get("http://api.example.com")

    with guard.watching() as escapes, pytest.raises(httpx.ConnectError):
        asyncio.run(ask())
    assert escapes == ["api.example.com:80"]
