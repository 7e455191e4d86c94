"""Bytes whose chunk borders move along when parts are replaced. Pure; knows no secret."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

Replace = Callable[[re.Match[bytes]], bytes]
Edit = tuple[int, int, bytes]
"""From where to where other bytes come, and which."""


@dataclass(frozen=True)
class Body:
    """Bytes with the borders of their chunks."""

    data: bytes
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> "Body":
        """Join chunks and remember their borders."""
        chunks = tuple(chunks)
        return cls(b"".join(chunks), tuple(map(len, chunks)))

    @property
    def chunks(self) -> list[bytes]:
        """The bytes of each chunk."""
        return [self.data[start:end] for start, end in pairwise([0, *accumulate(self.sizes)])]

    def replaced(self, pattern: re.Pattern[bytes], replacement: bytes | Replace) -> "Body":
        """Replace every match; a border within one moves to the end of its replacement, unless it stays as it is."""
        edits = []
        for match in pattern.finditer(self.data):
            new = replacement if isinstance(replacement, bytes) else replacement(match)
            if new != match.group():
                edits.append((match.start(), match.end(), new))
        return self.edited(edits) if edits else self

    def edited(self, edits: Sequence[Edit]) -> "Body":
        """Put other bytes in the place of these; edits are in order and apart from each other."""
        parts: list[bytes] = []
        last = 0
        for start, end, new in edits:
            parts += [self.data[last:start], new]
            last = end
        data = b"".join([*parts, self.data[last:]])
        return Body(data, tuple(end - start for start, end in pairwise([0, *self._moved(edits)])))

    def _moved(self, edits: Sequence[Edit]) -> Iterator[int]:
        """Give where the borders are after the edits."""
        shift = index = 0
        for border in accumulate(self.sizes):
            while index < len(edits) and edits[index][1] <= border:
                start, end, new = edits[index]
                shift += len(new) - (end - start)
                index += 1
            inside = index < len(edits) and edits[index][0] < border
            yield shift + (edits[index][0] + len(edits[index][2]) if inside else border)
