"""What stands where an event should: bytes that are not JSON, cut JSON, and JSON too deep for a parser. Pure."""

from providers.contract import Codec

_DEPTH = 100_000
"""Lists within each other; the parser of the standard library gives up at a thousand, with a RecursionError."""
_OPEN = b'{"content": ' + b"[" * _DEPTH
DEEP = {"deep": _OPEN + b"]" * _DEPTH + b"}", "bottomless": _OPEN}
"""JSON that nests without end, closed and unclosed."""


def garbage(codec: Codec, piece: bytes) -> dict[str, bytes]:
    """Corrupt the bytes of one event in every kind of way."""
    if codec is Codec.TEXT:
        return {"utf-8": piece + b"\xff\xfe"}
    start, end = piece.index(b"{"), piece.rindex(b"}")
    garbled = {"json": b"{oops", "cut": piece[start:end][:-1], "utf-8": b'{"\xff\xfe": 1', "text": b"<html>", **DEEP}
    return {kind: piece[:start] + garbled[kind] + piece[end + 1 :] for kind in garbled}
