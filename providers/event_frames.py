"""Binary frames of Amazon's event streams, read by botocore. Bytes in, frames out, no I/O.

botocore is the extra ``bedrock``: without it a call is ValueError, before any I/O.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .codecs import Malformed, parse_object
from .errors import RequestRefused

NEEDED = "expected the package botocore, got none: pip install 'llm-provider-harness[bedrock]'"


@dataclass(frozen=True)
class Frame:
    """One frame: its headers, and its payload, which is an object; a blank one is empty."""

    headers: Mapping[str, Any]
    payload: Mapping[str, Any]


class EventFrames:
    """``application/vnd.amazon.eventstream``: lengths and both checksums are verified."""

    def __init__(self) -> None:
        try:
            from botocore import eventstream  # noqa: PLC0415  an extra, and slow to import
        except ImportError:
            missing = True
        else:
            missing = False
        if missing:
            raise RequestRefused(NEEDED)
        self._buffer = eventstream.EventStreamBuffer()
        self._wrong = (eventstream.ParserError, struct.error, KeyError, ValueError)
        self._left = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Give the frames that these bytes complete."""
        self._buffer.add_data(data)
        self._left += len(data)
        while (message := self._next()) is not None:
            self._left -= message.prelude.total_length
            yield Frame(message.headers, parse_object(message.payload) if message.payload.strip() else {})

    def close(self) -> Iterator[Frame]:
        """Give nothing; an end within a frame is ``Malformed``."""
        if self._left:
            raise Malformed("the stream ends within a frame")
        yield from ()

    def _next(self) -> Any:
        try:
            return next(self._buffer, None)
        except self._wrong as error:
            problem = type(error).__name__
        raise Malformed(f"expected frames of an event stream, got {problem}")
