"""Where the bytes of a body are cut into chunks. Knows neither events nor contracts."""

from codecs import BOM_UTF8
from collections.abc import Sequence
from itertools import pairwise

_HOT_MARKS = (b"data:", b"event:", b"\r\n", b"\n\n", b"\\u", b'"}')


def cut(body: bytes, *positions: int) -> list[bytes]:
    """Cut a body at these positions."""
    borders = [0, *sorted(positions), len(body)]
    return [body[start:end] for start, end in pairwise(borders)]


def hot_cuts(body: bytes) -> list[int]:
    """Give the positions where parsers break: within characters, line ends, field names and escapes."""
    inside = {at for at in range(1, len(body)) if body[at] & 0xC0 == 0x80}  # noqa: PLR2004  UTF-8 continuation
    for mark in _HOT_MARKS:
        at = body.find(mark)
        while at >= 0:
            inside |= {at, at + 1, at + len(mark), at + len(mark) + 1}
            at = body.find(mark, at + 1)
    return sorted(at for at in inside if 0 < at < len(body))


def line_end_cuts(body: bytes) -> list[int]:
    """Give the positions within CRLF, and within a BOM at the start."""
    mark = [1, 2] if body.startswith(BOM_UTF8) else []
    return [*mark, *(at for at in range(1, len(body)) if body[at - 1 : at + 1] == b"\r\n")]


def character_cuts(body: bytes) -> list[int]:
    """Give the positions within multi-byte UTF-8 characters."""
    return [at for at in range(1, len(body)) if body[at] & 0xC0 == 0x80]  # noqa: PLR2004  UTF-8 continuation


def spread(positions: Sequence[int], count: int) -> list[int]:
    """Choose at most so many of the positions, evenly."""
    if len(positions) <= count:
        return list(positions)
    return [positions[index * len(positions) // count] for index in range(count)]


def bytewise(body: bytes) -> list[bytes]:
    """Cut a body into single bytes."""
    return [body[at : at + 1] for at in range(len(body))]
