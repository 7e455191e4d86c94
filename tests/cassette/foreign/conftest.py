import json

import pytest

from harness.cassette.foreign.reading import read
from harness.recording import Interaction, Wire

URL = "https://chat.example/v1/chat/completions"


@pytest.fixture
def read_text(tmp_path):
    """Read a file of this text or these bytes."""

    def reader(content):
        path = tmp_path / "a.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(errors="surrogatepass"))
        return read(path)

    return reader


@pytest.fixture
def read_value(read_text):
    """Read a file that holds this value as JSON."""
    return lambda value: read_text(json.dumps(value))


@pytest.fixture
def pair():
    """Make a request and a reply as vcrpy tells them, with some members changed; None leaves one out."""

    def make(request=None, **response):
        told = {"method": "POST", "uri": URL, "headers": {}, "body": "{}", **(request or {})}
        replied = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "hi"}, **response}
        return {
            side: {name: value for name, value in members.items() if value is not None}
            for side, members in (("request", told), ("response", replied))
        }

    return make


@pytest.fixture
def exchange_of():
    """Make the exchange that is expected, with some members changed."""

    def make(**changes):
        body = changes.get("body", b"hi")
        told = {
            "method": "POST",
            "uri": URL,
            "request_headers": (),
            "request_body": b"{}",
            "status": 200,
            "reason": "OK",
            "headers": (),
            "body": body,
            "wire": Wire((len(body),), (0.0,)) if body else Wire((), ()),
            **changes,
        }
        return Interaction(**told)

    return make
