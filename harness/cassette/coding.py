"""Takes the content coding off a body, chunk by chunk, so that it can be read in a file. Pure."""

import zlib
from collections.abc import Callable, Sequence

import brotli

from ..errors import HarnessError

Decode = Callable[[bytes], bytes]


def _gzip() -> Decode:
    return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress


def _brotli() -> Decode:
    process: Decode = brotli.Decompressor().process
    return process


_DECODERS: dict[str, Callable[[], Decode]] = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _gzip, "br": _brotli}


def decoded(chunks: Sequence[bytes], coding: str | None) -> list[bytes]:
    """Give what each chunk adds to the decoded body; HarnessError when the coding is unknown or broken."""
    if coding is None or coding.lower() == "identity":
        return list(chunks)
    try:
        decode = _DECODERS[coding.strip().lower()]()
        return [decode(chunk) for chunk in chunks]
    except (KeyError, zlib.error, brotli.error) as error:
        known = ", ".join(sorted(_DECODERS))
        raise HarnessError("undecodable-reply", f"expected a body in {known}, got {coding!r}: {error!r}") from error
