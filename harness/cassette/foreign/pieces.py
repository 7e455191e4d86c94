"""Cuts a body whose chunks nobody recorded at the borders of its events. Pure."""

import re
from itertools import islice, pairwise

_MOST = 100_000
"""Events; a body with more stays whole."""
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_LINE = re.compile(rb"\n")
_FIELD = re.compile(rb"\s*(data|event|id|retry)?:")
_SHORTEST_FRAME = 16
"""Bytes of an empty frame of amazon.eventstream: lengths, their checksum, its own checksum."""


def sizes(body: bytes, content_type: str) -> tuple[int, ...]:
    """Give the bytes of each event of SSE, NDJSON or amazon.eventstream; of anything else the whole, of nothing none.

    What follows the last event is a piece of its own.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/vnd.amazon.eventstream":
        borders = _frames(body)
    elif kind == "text/event-stream" or (not kind and _FIELD.match(body)):
        borders = _ends(_BLANK_LINE, body)
    elif "ndjson" in kind or "jsonl" in kind or "json-seq" in kind:
        borders = _ends(_LINE, body)
    else:
        borders = []
    if len(borders) > _MOST:
        borders = []
    return tuple(end - start for start, end in pairwise([0, *borders, len(body)]) if end > start)


def _ends(pattern: re.Pattern[bytes], body: bytes) -> list[int]:
    return [match.end() for match in islice(pattern.finditer(body), _MOST + 1)]


def _frames(body: bytes) -> list[int]:
    """Follow the lengths that open the frames, as far as they make sense."""
    borders: list[int] = []
    at = 0
    while len(borders) <= _MOST:
        length = int.from_bytes(body[at : at + 4], "big")
        at += length
        if length < _SHORTEST_FRAME or at > len(body):
            break
        borders.append(at)
    return borders
