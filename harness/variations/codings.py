"""Content codings that an upstream can apply to a body (RFC 9110, 8.4.1)."""

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli

from ..script import Script


def _deflated(pieces: Iterable[bytes], window: int) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=window)
    for piece in pieces:
        yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return _deflated(pieces, zlib.MAX_WBITS | 16)


def _deflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return _deflated(pieces, zlib.MAX_WBITS)


def _brotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    compressor = brotli.Compressor(quality=1)  # the usual 11 takes 6 ms for each flush
    for piece in pieces:
        yield compressor.process(piece) + compressor.flush()
    yield compressor.finish()


ENCODERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
}
"""Content codings that can be played (RFC 9110, 8.4.1), each flushing after every piece."""


def encoded(script: Script, pieces: Iterable[bytes], encoding: str) -> Script:
    """Give the reply with its body in a content coding, one flush per piece."""
    head = script.with_head(headers=(*script.head.headers, ("content-encoding", encoding)))
    return head.with_body(ENCODERS[encoding](pieces))
