"""The head of a reply as every upstream sends it, and what it promises. Pure."""

from http import HTTPStatus

from ..script import Close, Framing, HalfClose, Reset, Script, Send, Step
from ..transcript import Ending

_OURS = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
"""Headers that follow from the framing; those of a recording told of another connection."""
ENDINGS: dict[type[Step], Ending] = {Reset: Ending.RESET, HalfClose: Ending.HALF_CLOSED, Close: Ending.COMPLETE}
"""How a reply ends by the steps that end one."""


def headers(script: Script) -> tuple[tuple[str, str], ...]:
    """Give the headers of a reply: those of the script, then those of the framing."""
    send = script.head
    own = [(name, value) for name, value in send.headers if name.lower() not in _OURS]
    if send.framing is Framing.LENGTH:
        own.append(("Content-Length", str(declared_length(script))))
    if send.framing is Framing.CHUNKED:
        own.append(("Transfer-Encoding", "chunked"))
    if send.framing is Framing.CLOSE or any(isinstance(step, Close) for step in script.steps):
        own.append(("Connection", "close"))
    return tuple(own)


def unchunked(script: Script) -> Script:
    """Give a reply as HTTP/1.0 has it: its end is that of the connection, where it was that of the chunks."""
    head = next((step for step in script.steps if isinstance(step, Send)), None)
    chunked = head is not None and head.framing is Framing.CHUNKED
    return script.with_head(framing=Framing.CLOSE) if chunked else script


def declared_length(script: Script) -> int | None:
    """Give the length that the head declares; None where the framing declares none."""
    send = script.head
    if send.framing is not Framing.LENGTH:
        return None
    return len(script.body) if send.length is None else send.length


def later_ending(script: Script) -> Ending:
    """Give the ending of a reply whose client has all it was promised, and reads no further."""
    return next((ENDINGS[type(step)] for step in script.steps if type(step) in ENDINGS), Ending.COMPLETE)


def reason(send: Send) -> bytes:
    """Give the reason phrase; empty for a status without a name."""
    try:
        return HTTPStatus(send.status).phrase.encode()
    except ValueError:
        return b""


def head_bytes(script: Script) -> bytes:
    """Give the status line and headers as they stand on the wire (RFC 9112, 3 to 5)."""
    lines = [b"HTTP/1.1 %d %s" % (script.head.status, reason(script.head))]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in headers(script)]
    return b"\r\n".join([*lines, b"", b""])
