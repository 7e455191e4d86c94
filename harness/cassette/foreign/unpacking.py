"""Takes the content coding off a recorded body, within bounds; a body that is no longer coded stays as it is. Pure."""

import re
import zlib
from collections.abc import Callable

import brotli

from ..source import LARGEST

_GZIP = b"\x1f\x8b"
"""How a gzip member opens (RFC 1952, 2.3.1); no text does."""
_MOST_MEMBERS = 16
"""Members of a gzip body; each costs a copy of what follows it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What compressed bytes have sooner or later, and text has not, save line ends and tabs."""
_ERRORS = (zlib.error, brotli.error)


def unpacked(body: bytes, codings: str) -> bytes:
    """Give the decoded body; ``codings`` is the value of Content-Encoding, empty where none was recorded.

    Recorders take the coding off and keep its header, or drop the header and keep the coding. So gzip is told by its
    first bytes alone, and text is never coded. ValueError for what else the named coding cannot read.
    A coded body that breaks off gives what had come.
    """
    names = [name.strip().lower() for name in codings.split(",")]
    for name in reversed([name for name in names if name not in {"", "identity"}] or ["gzip"]):
        body = _one(body, name)
    return body


def _one(body: bytes, name: str) -> bytes:
    if body.startswith(_GZIP):
        name = "gzip"
    elif name in {"gzip", "x-gzip"} or _is_text(body):
        return body
    try:
        return _CODINGS[name](body)
    except (KeyError, *_ERRORS) as error:
        known = f"expected text, or a body in {', '.join(_CODINGS)}"
        raise ValueError(f"{known}, got another that was sent as {name[:40]!r}") from error


def _is_text(body: bytes) -> bool:
    try:
        return not _CONTROL.search(body.decode())
    except UnicodeDecodeError:
        return False


def _gzip(body: bytes) -> bytes:
    """Decode all members."""
    parts: list[bytes] = []
    room = LARGEST
    while body.startswith(_GZIP) and len(parts) < _MOST_MEMBERS:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        parts.append(member.decompress(body, room + 1))
        room -= len(parts[-1])
        _require(room)
        body = member.unused_data
    return b"".join(parts)


def _deflate(body: bytes) -> bytes:
    """Decode zlib's format, which the standard means (RFC 9110, 8.4.1.2), or the bare one, which some send."""
    try:
        return _inflated(body, zlib.MAX_WBITS)
    except zlib.error:
        return _inflated(body, -zlib.MAX_WBITS)


def _inflated(body: bytes, bits: int) -> bytes:
    data = zlib.decompressobj(bits).decompress(body, LARGEST + 1)
    _require(LARGEST - len(data))
    return data


def _brotli(body: bytes) -> bytes:
    data: bytes = brotli.Decompressor().process(body, output_buffer_limit=LARGEST + 1)
    _require(LARGEST - len(data))
    return data


def _require(room: int) -> None:
    if room < 0:
        raise ValueError(f"expected a body of at most {LARGEST} bytes, got a bomb")


_CODINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": _gzip, "deflate": _deflate, "br": _brotli}
