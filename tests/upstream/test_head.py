import pytest

from harness.script import Chunk, Close, Framing, HalfClose, Reset, Script, Send, reply
from harness.transcript import Ending
from harness.upstream.head import declared_length, head_bytes, later_ending


@pytest.mark.parametrize(
    ("script", "head"),
    [
        (reply(b"abc"), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (reply(b"abc", framing=Framing.LENGTH), b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"),
        (reply(b"abc", framing=Framing.CLOSE), b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
        (
            Script((Send(), Chunk(b"a"), Close())),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        ),
        (
            reply(status=299, headers=[("x-A", "1"), ("content-Length", "7"), ("x-A", "é"), ("KEEP-alive", "5")]),
            b"HTTP/1.1 299 \r\nx-A: 1\r\nx-A: \xe9\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
    ],
    ids=["chunked", "content-length", "close-delimited", "closed", "of a recording"],
)
def test_a_head_stands_on_the_wire(script, head):
    assert head_bytes(script) == head


@pytest.mark.parametrize(
    ("send", "length"),
    [(Send(length=7), None), (Send(framing=Framing.LENGTH), 2), (Send(framing=Framing.LENGTH, length=0), 0)],
    ids=["undeclared", "of the body", "declared"],
)
def test_the_declared_length(send, length):
    assert declared_length(Script((send, Chunk(b"ab")))) == length


@pytest.mark.parametrize(
    ("step", "ending"),
    [
        (Reset(), Ending.RESET),
        (HalfClose(), Ending.HALF_CLOSED),
        (Close(), Ending.COMPLETE),
        (Chunk(b""), Ending.COMPLETE),
    ],
    ids=["reset", "half-close", "close", "no ending"],
)
def test_the_ending_that_comes_later(step, ending):
    assert later_ending(Script((Send(), Chunk(b"a"), step))) == ending
