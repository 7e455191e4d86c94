"""Writes replies: server-sent events, and frames of amazon.eventstream."""

import json
import struct
import zlib


def sse(*values, named=False):
    lines = []
    for value in values:
        lines += [f"event: {value['type']}"] if named and isinstance(value, dict) else []
        lines += [f"data: {value if isinstance(value, str) else json.dumps(value)}", ""]
    return "\n".join(lines) + "\n"


def frames(*events, kind="event"):
    """Write frames of (type, payload); the last is of a kind, the others are events."""
    kinds = ["event"] * (len(events) - 1) + [kind]
    return b"".join(_frame(*event, kind) for event, kind in zip(events, kinds, strict=True))


def _frame(name, payload, kind):
    told = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    headers = b"".join(_text(key, ">B") + b"\x07" + _text(value, ">H") for key, value in told.items())
    body = json.dumps(payload).encode()
    head = struct.pack(">II", len(headers) + len(body) + 16, len(headers))
    data = head + struct.pack(">I", zlib.crc32(head)) + headers + body
    return data + struct.pack(">I", zlib.crc32(data))


def _text(text, size):
    return struct.pack(size, len(text)) + text.encode()
