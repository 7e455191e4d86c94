"""Content codings (RFC 9110, 8.4.1): what we advertise, decoded piece by piece. A cut coding is ``Malformed``.

HTTP libraries take a truncated gzip body for a complete one; that would be a truncated answer taken for a whole.
"""

import zlib
from typing import Protocol

import brotli

from .codecs import Malformed

ADVERTISED = "gzip, deflate, br"
_GZIP = zlib.MAX_WBITS | 16
_ZLIB = zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_ZLIB_METHOD = 8


class Coding(Protocol):
    """Undoes one content coding."""

    def feed(self, data: bytes) -> bytes:
        """Give what these bytes decode to."""

    def close(self) -> None:
        """Raise ``Malformed`` unless the coded body is complete."""


class Identity:
    """No coding."""

    def feed(self, data: bytes) -> bytes:
        """Give the same bytes."""
        return data

    def close(self) -> None:
        """Any end is a complete one."""


class Zipped:
    """gzip, also of several members, and deflate with or without its zlib wrapper."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._inflate = zlib.decompressobj(_GZIP) if gzip else None
        self._begun = False

    def feed(self, data: bytes) -> bytes:
        """Give what these bytes decode to; what follows the coded body is ignored, unless it is a gzip member."""
        decoded = []
        while data:
            inflate = self._inflate = self._inflate or self._deflate_like(data)
            self._begun = True
            if inflate.eof:
                if not self._gzip or not data.startswith(b"\x1f"):
                    break
                inflate = self._inflate = zlib.decompressobj(_GZIP)
            try:
                decoded.append(inflate.decompress(data))
            except zlib.error as error:
                problem = str(error)
            else:
                data = inflate.unused_data
                continue
            raise Malformed(f"the content-encoding is broken: {problem}")
        return b"".join(decoded)

    @staticmethod
    def _deflate_like(data: bytes) -> "zlib._Decompress":
        """Choose by the first byte: RFC 9110 means zlib by deflate, some servers send it raw."""
        return zlib.decompressobj(_ZLIB if data[0] & 0x0F == _ZLIB_METHOD else _RAW)

    def close(self) -> None:
        """Raise unless the coded body is complete; no body at all is an empty one."""
        if self._begun and not (self._inflate and self._inflate.eof):
            raise Malformed("the body ends within its content-encoding")


class Brotli:
    """br."""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()
        self._begun = False

    def feed(self, data: bytes) -> bytes:
        """Give what these bytes decode to; what follows the coded body is ignored."""
        if self._decompressor.is_finished():
            return b""
        self._begun = self._begun or bool(data)
        try:
            return bytes(self._decompressor.process(data))
        except brotli.error as error:
            problem = str(error)
        raise Malformed(f"the content-encoding is broken: {problem}")

    def close(self) -> None:
        """Raise unless the coded body is complete; no body at all is an empty one."""
        if self._begun and not self._decompressor.is_finished():
            raise Malformed("the body ends within its content-encoding")


def coding(header: str) -> Coding:
    """Give the decoder that a Content-Encoding asks for; one that was not advertised is ``Malformed``."""
    match header.strip().lower():
        case "" | "identity":
            return Identity()
        case "gzip" | "x-gzip":
            return Zipped(gzip=True)
        case "deflate":
            return Zipped(gzip=False)
        case "br":
            return Brotli()
    raise Malformed(f"expected a content-encoding of {ADVERTISED}, got {header[:40]!r}")
