"""Bodies to values, whole: server-sent events, JSON lines, one JSON array, frames of amazon.eventstream."""

import json
import struct
import zlib


def events(body):
    """Read server-sent events as (name, value); data that is no JSON is left as text."""
    lines = body.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    read, name, data = [], None, []
    for line in [*lines, ""]:
        if line == "":
            if data:
                read.append((name, _value("\n".join(data))))
            name, data = None, []
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line.startswith("event:"):
            name = line[6:].removeprefix(" ")
    return read


def _value(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def objects(body):
    """Read the objects of server-sent events up to ``[DONE]``, each with the name of its event as its type."""
    found = []
    for name, value in events(body):
        if isinstance(value, str) and value.strip().startswith("[DONE]"):
            break
        if isinstance(value, dict):
            found.append({"type": name, **value})
    return found


def lines(body):
    """Read JSON lines."""
    return [json.loads(line) for line in body.decode().split("\n") if line.strip()]


def document(body):
    """Read one JSON value; None where it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def frames(body):
    """Read frames of amazon.eventstream as (headers, payload), and check both sums of each."""
    read = []
    while body:
        total, size, prelude = struct.unpack(">III", body[:12])
        assert zlib.crc32(body[:8]) == prelude
        assert zlib.crc32(body[: total - 4]) == struct.unpack(">I", body[total - 4 : total])[0]
        read.append((_headers(body[12 : 12 + size]), json.loads(body[12 + size : total - 4] or b"{}")))
        body = body[total:]
    return read


def _headers(data):
    headers = {}
    while data:
        after = 1 + data[0]
        name, kind = data[1:after].decode(), data[after]
        assert kind == 7, "only strings were ever seen"
        (size,) = struct.unpack(">H", data[after + 1 : after + 3])
        headers[name] = data[after + 3 : after + 3 + size].decode()
        data = data[after + 3 + size :]
    return headers


def words(value):
    """Give the message of an error, wherever the API put it."""
    while isinstance(value, list) and value:
        value = value[0]
    while isinstance(value, dict):
        value = next((value[name] for name in ("error", "message", "Message", "detail") if value.get(name)), "")
    return value if isinstance(value, str) else ""
