"""Text within text: JSON literals, percent-encodings, base64 and compressed bytes. Pure; knows no secret.

Each is decoded, cleaned by whoever asks, and encoded again if that changed it, so that what decodes it still can.
"""

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Callable
from urllib.parse import quote, unquote_to_bytes

Clean = Callable[[bytes], bytes]
MOST = 16 * 1024 * 1024
"""Bytes that are inflated; what is larger is hidden as a whole."""
_LITERAL = re.compile(rb'"(?:[^"\\\n]|\\.)*"')
_PERCENT = re.compile(rb"(?<![A-Za-z0-9._~+\-%])[A-Za-z0-9._~+\-]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9._~+\-]*)+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{16,}(?:\r?\n[A-Za-z0-9+/_\-]{4,})*={0,2}")
_LEGIBLE = re.compile(rb"[\x20-\x7e]{6}|\A\x1f\x8b\x08|\A\x78[\x01\x5e\x9c\xda]")
"""Where secrets can be; the decoded bytes of most words have nothing of the kind."""
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def _literal(data: bytes, clean: Clean) -> bytes:
    if b"\\" not in data:
        return data
    try:
        text: str = json.loads(data)
    except ValueError:
        return data
    before = text.encode(errors="surrogatepass")
    after = clean(before)
    if after == before:
        return data
    return json.dumps(after.decode(errors="surrogatepass"), ensure_ascii=data.isascii()).encode(errors="surrogatepass")


def _percent(data: bytes, clean: Clean) -> bytes:
    before = unquote_to_bytes(data)
    after = clean(before)
    return data if after == before else quote(after, safe="").encode()


def _base64(data: bytes, clean: Clean) -> bytes:
    """Clean a run of letters that may begin with others, as a path before it does: it is tried at each offset."""
    for offset in range(4):
        data = data[:offset] + _base64_run(data[offset:], clean)
    return data


def _base64_run(data: bytes, clean: Clean) -> bytes:
    letters = b"".join(data.rstrip(b"=").translate(_STANDARD).split())
    whole = len(letters) - (len(letters) % 4 == 1)  # one letter alone decides no byte
    try:
        before = base64.b64decode(letters[:whole] + b"=" * (-whole % 4))
    except binascii.Error:  # pragma: no cover  the pattern lets nothing else in
        return data
    if not _LEGIBLE.search(before):
        return data
    after = clean(before)
    if after == before:
        return data
    encoded = base64.b64encode(after)
    encoded = (encoded if data.endswith(b"=") else encoded.rstrip(b"=")) + letters[whole:]
    return encoded.translate(_URL_SAFE) if {*b"-_"} & {*data} else encoded


CODINGS: tuple[tuple[re.Pattern[bytes], Callable[[bytes, Clean], bytes]], ...] = (
    (_LITERAL, _literal),
    (_PERCENT, _percent),
    (_BASE64, _base64),
)
"""What an encoded part looks like, and how it is cleaned within."""


def inflated(data: bytes, clean: Clean, hidden: bytes) -> bytes | None:
    """Clean compressed bytes within; ``hidden`` stands for what inflates to too much. None when they are none."""
    if not _COMPRESSED.match(data):
        return None
    process = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        before = process.decompress(data, MOST)
    except zlib.error:  # text can begin so, too
        return None
    if process.unconsumed_tail:
        return hidden
    after = clean(before)
    rest = clean(process.unused_data) if process.unused_data else b""
    if (after, rest) == (before, process.unused_data):
        return data
    packed = gzip.compress(after, mtime=0) if data.startswith(b"\x1f") else zlib.compress(after)
    return packed + rest
