"""What stands where an event should: bytes that are not JSON, cut JSON, and JSON too deep for a parser. Pure."""

from providers.contract import Codec

from ..frames import opened, sealed

_PRELUDE_SUM = 8
"""Where the checksum of a frame's lengths stands."""
_DEPTH = 100_000
"""Lists within each other; the parser of the standard library gives up at a thousand, with a RecursionError."""
_OPEN = b'{"content": ' + b"[" * _DEPTH
DEEP = {"deep": _OPEN + b"]" * _DEPTH + b"}", "bottomless": _OPEN}
"""JSON that nests without end, closed and unclosed."""


def garbage(codec: Codec, piece: bytes) -> dict[str, bytes]:
    """Corrupt the bytes of one event in every kind of way."""
    if codec is Codec.TEXT:
        return {"utf-8": piece + b"\xff\xfe"}
    if codec is Codec.FRAMES:
        return _garbled_frame(piece)
    start, end = piece.index(b"{"), piece.rindex(b"}")
    garbled = {"json": b"{oops", "cut": piece[start:end][:-1], "utf-8": b'{"\xff\xfe": 1', "text": b"<html>", **DEEP}
    return {kind: piece[:start] + garbled[kind] + piece[end + 1 :] for kind in garbled}


def _garbled_frame(piece: bytes) -> dict[str, bytes]:
    """Corrupt a frame: its payload under right checksums, and each of its checksums."""
    headers, payload, _ = opened(piece)
    payloads = {**garbage(Codec.JSON, payload), "cut-payload": payload[: len(payload) // 2]}
    garbled = {kind: sealed(headers, data) for kind, data in payloads.items()}
    wrong = {"prelude-checksum": _PRELUDE_SUM, "checksum": len(piece) - 1}
    flipped = {kind: piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :] for kind, at in wrong.items()}
    return {**garbled, **flipped}
