import pytest

from harness.recording import Call, Expected, Interaction, Provenance, Recording, Wire

BODY = 'data: {"text": "é🍕\u2028"}\r\n\r\n'.encode()


def interaction(**changes):
    told = {
        "method": "POST",
        "uri": "https://chat.example/api?x=1",
        "request_headers": (("Content-Type", "application/json"), ("Accept", "*/*")),
        "request_body": b'{"messages": ["hi"]}',
        "status": 200,
        "reason": "OK",
        "headers": (("content-type", "text/event-stream"), ("vary", "a"), ("vary", "b")),
        "body": BODY,
        "wire": Wire((10, len(BODY) - 10), (0.01, 0.25), "complete", 0.005, "gzip"),
        **changes,
    }
    return Interaction(**told)


def recording(*interactions, **changes):
    told = {
        "provider": "acytoo",
        "scenario": "one-turn",
        "provenance": Provenance.STAND_IN,
        "upstream": "stand-in for chat.example",
        "recorded_at": "2026-11-21T00:00:00+00:00",
        "versions": {"python": "3.11"},
        "call": Call("m", ({"role": "user", "content": ["é", 1, None]},), {"temperature": 0}),
        "expected": Expected("é🍕\n\n", "stop"),
        "interactions": interactions or (interaction(),),
        **changes,
    }
    return Recording(**told)


@pytest.fixture
def make_interaction():
    return interaction


@pytest.fixture
def make_recording():
    return recording
