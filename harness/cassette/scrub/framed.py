"""Binary frames, cleaned as the JSON lines that they tell and sealed anew: a replacement changes lengths and checksums.

Pure; knows no secret. A frame in which nothing is replaced stays as it is, to the byte.
"""

import json
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise

from ...frames import frame, frames, opened
from .body import Body

Clean = Callable[[Body], Body]


def cleaned(body: Body, clean: Clean) -> Body:
    """Give a body of frames without what ``clean`` removes from lines; what follows the last whole frame is bytes."""
    pieces = list(_pieces(body.data))
    told = [_line(piece) for piece in pieces]
    lines = clean(Body.of(told)).data.split(b"\n")
    changed = [
        piece if line == before.rstrip(b"\n") else frame(json.loads(line))
        for piece, before, line in zip(pieces, told, lines[:-1], strict=True)
    ]
    rest = body.data[sum(map(len, pieces)) :]
    tail = clean(Body.of([rest])).data
    return Body.of(_cut(body, [*pieces, rest], [*changed, tail]))


def _pieces(data: bytes) -> Iterator[bytes]:
    """Give each whole frame."""
    while data:
        try:
            _, _, rest = opened(data)
        except ValueError:
            return
        yield data[: len(data) - len(rest)]
        data = rest


def _line(piece: bytes) -> bytes:
    (value,) = frames(piece)
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass") + b"\n"


def _cut(body: Body, before: list[bytes], after: list[bytes]) -> Iterator[bytes]:
    """Give the chunks of the new bytes: a border stays where it was in its frame, as far as that reaches."""
    starts = [0, *accumulate(map(len, before))]
    news = [0, *accumulate(map(len, after))]
    borders = [0]
    for border in accumulate(body.sizes):
        index = next(at for at, end in enumerate(starts[1:]) if border <= end)
        whole = border == starts[index + 1]
        borders.append(news[index + 1] if whole else news[index] + min(border - starts[index], len(after[index])))
    data = b"".join(after)
    yield from (data[start:end] for start, end in pairwise(borders))
