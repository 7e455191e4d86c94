"""The incremental decoder of a JSON array whose elements are the events, each sent as it comes. No I/O."""

import codecs
import re
from collections.abc import Iterator
from typing import Any

from .codecs import Malformed, parse_object

_BOM = codecs.BOM_UTF8
_EXCERPT = 80
_NO_BLANK = re.compile(rb"[^ \t\r\n]")
_BRACKET_OR_QUOTE = re.compile(rb'["\[\]{}]')
_QUOTE_OR_ESCAPE = re.compile(rb'["\\]')
_NEXT = {b"[": b"{]", b"{": b",]", b",": b"{", b"]": b""}
"""Which marks may follow one between the elements."""


class JsonArray:
    """One JSON array of objects, each given as its last brace comes, in linear time."""

    def __init__(self) -> None:
        self._head: bytes | None = b""
        self._wanted = b"["
        """The marks that may come next between elements; none after the end."""
        self._element = bytearray()
        self._depth = 0
        self._quoted = False
        self._escaped = False

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Give the elements that these bytes complete; garbage between elements is ``Malformed``."""
        if self._head is not None:
            data = self._head + data
            if len(data) < len(_BOM) and _BOM.startswith(data):  # nothing yet, or a BOM that is still coming
                self._head = data
                return
            data, self._head = data.removeprefix(_BOM), None
        end = 0
        while end < len(data):
            start = end if self._depth else self._between(data, end)
            end = self._within(data, start)
            self._element += data[start:end]
            if self._element and not self._depth:
                yield parse_object(bytes(self._element))
                self._element.clear()

    def close(self) -> Iterator[dict[str, Any]]:
        """Give nothing; an array without its last bracket is ``Malformed``, the answer is cut."""
        if self._wanted:
            raise Malformed("the JSON array is cut")
        yield from ()

    def _between(self, data: bytes, at: int) -> int:
        """Read what separates elements; give the position of the brace that opens the next one."""
        while (mark := _NO_BLANK.search(data, at)) is not None:
            at = mark.end()
            if mark[0] not in self._wanted:
                excerpt = data[mark.start() :][:_EXCERPT].decode(errors="replace")
                raise Malformed(f"expected {self._wanted.decode() or 'nothing'} in a JSON array, got {excerpt!r}")
            self._wanted = _NEXT[mark[0]]
            if mark[0] == b"{":
                return mark.start()
        return len(data)

    def _within(self, data: bytes, at: int) -> int:
        """Read on in an element; give the position behind its last brace, or behind the data."""
        while at < len(data):
            if self._escaped:
                at, self._escaped = at + 1, False
            elif mark := (_QUOTE_OR_ESCAPE if self._quoted else _BRACKET_OR_QUOTE).search(data, at):
                at = mark.end()
                self._note(mark[0])
                if not self._depth:
                    return at
            else:
                return len(data)
        return at

    def _note(self, mark: bytes) -> None:
        if mark == b'"':
            self._quoted = not self._quoted
        elif mark == b"\\":
            self._escaped = True
        else:
            self._depth += 1 if mark in b"{[" else -1
