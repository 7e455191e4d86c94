"""Binary frames with checksums (``application/vnd.amazon.eventstream``), written and read. Pure.

Source: AWS, Amazon Transcribe developer guide, event stream encoding. A frame is told as one object: its headers are
the members whose names begin with a colon, the others are its JSON payload. Headers that all ordinary frames have
are left out. Written apart from the library that providers read frames with.
"""

import json
import struct
from binascii import crc32
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_PRELUDE = struct.Struct(">II")
_SUM = struct.Struct(">I")
_SIZE = struct.Struct(">H")
_STRING = 7
"""The type of a header whose value is text."""
_USUAL = {":content-type": "application/json", ":message-type": "event"}
_MARK = ":"

Dump = Callable[[Any], str]


def frame(value: Mapping[str, Any], dump: Dump | None = None) -> bytes:
    """Write one frame; a header that is no text is left out. ``dump`` writes the JSON of its payload."""
    headers = {**value, **{name: value.get(name, usual) for name, usual in _USUAL.items()}}
    payload = {name: member for name, member in value.items() if not name.startswith(_MARK)}
    text = (dump or _dump)(payload)
    return sealed(
        {name: told for name, told in headers.items() if name.startswith(_MARK) and isinstance(told, str)},
        text.encode(errors="surrogatepass"),
    )


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def sealed(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Give a frame with these headers and this payload, whatever it is, with right lengths and checksums."""
    head = b"".join(_header(name.encode(), value.encode()) for name, value in sorted(headers.items()))
    prelude = _PRELUDE.pack(_PRELUDE.size + 2 * _SUM.size + len(head) + len(payload), len(head))
    prelude += _SUM.pack(crc32(prelude))
    whole = prelude + head + payload
    return whole + _SUM.pack(crc32(whole))


def _header(name: bytes, value: bytes) -> bytes:
    return bytes([len(name)]) + name + bytes([_STRING]) + _SIZE.pack(len(value)) + value


def frames(body: bytes) -> Iterator[dict[str, Any]]:
    """Read recorded frames, which are whole; ValueError where they are not."""
    while body:
        headers, payload, body = opened(body)
        told = json.loads(payload) if payload.strip() else {}
        if not isinstance(told, dict):
            raise ValueError(f"expected an object as payload, got {type(told).__name__}")  # noqa: TRY004  not ours
        yield {**{name: value for name, value in headers.items() if _USUAL.get(name) != value}, **told}


def opened(body: bytes) -> tuple[dict[str, str], bytes, bytes]:
    """Take the first frame off: its headers, its payload, and what follows it."""
    start = _PRELUDE.size + _SUM.size
    if len(body) < start:
        raise ValueError("the frames end within a prelude")
    size, head_size = _PRELUDE.unpack_from(body)
    sums = (_SUM.unpack_from(body, _PRELUDE.size)[0], crc32(body[: _PRELUDE.size]))
    if sums[0] != sums[1] or not start + _SUM.size <= size <= len(body):
        raise ValueError("a frame is cut, or its prelude is wrong")
    end = size - _SUM.size
    if _SUM.unpack_from(body, end)[0] != crc32(body[:end]):
        raise ValueError("the checksum of a frame is wrong")
    return dict(_headers(body[start : start + head_size])), body[start + head_size : end], body[size:]


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    while head:
        name_end = 1 + head[0]
        if head[name_end] != _STRING:
            raise ValueError("expected a header of text, got another type")
        start = name_end + 1 + _SIZE.size
        (size,) = _SIZE.unpack_from(head, name_end + 1)
        yield head[1:name_end].decode(), head[start : start + size].decode()
        head = head[start + size :]


def is_framed(body: bytes) -> bool:
    """Tell whether a body begins as frames do: no text has NUL there, and no frame of less than 16 MiB another byte."""
    return body.startswith(b"\0")


def repaid(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Give frames with other payloads under the same headers."""
    whole = b""
    while body:
        headers, payload, body = opened(body)
        whole += sealed(headers, change(payload))
    return whole
