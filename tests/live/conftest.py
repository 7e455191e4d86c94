"""A small model host on loopback that says what a test tells it to; nothing here needs ``.live/``."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.live.service import Asked, CutOff, Reply, Service, json_reply


def chunk(content: str | None) -> bytes:
    return f"data: {json.dumps({'choices': [{'delta': {'content': content}}]}, separators=(',', ':'))}\n\n".encode()


@dataclass
class ModelHost:
    """Speaks the OpenAI interface: one chunk per token."""

    tokens: tuple[str, ...] = ("Hel", "lo", "!")
    breaks: bool = False
    status: int = 200
    api: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.requests.append(json.loads(asked.body))
        if self.status != 200:
            return json_reply({"error": {"message": "no", "code": self.status}}, self.status)
        return Reply(self._events(), "text/event-stream", chunked=True)

    def _events(self) -> Iterator[bytes]:
        yield chunk(None)
        yield from map(chunk, self.tokens)
        if self.breaks:
            raise CutOff
        yield b'data: {"choices":[],"usage":{}}\n\ndata: [DONE]\n\n'


@pytest.fixture
def model() -> Iterator[ModelHost]:
    host = ModelHost()
    with Service(host) as service:
        host.api = f"{service.url}/v1"
        yield host
