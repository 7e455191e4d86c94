"""The interfaces in front of the model: passes on, adds to the request, or fails as a busy model host does."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx

from .service import Asked, CutOff, Reply, json_reply
from .standins.strict import posted

PATH = "/v1/chat/completions"
_TOKEN = {
    PATH: '"content":"',
    "/v1/responses": '"type":"response.output_text.delta"',
    "/v1/messages": '"type":"text_delta"',
}
"""Endpoint to what an event has that brings a token."""
OVERLOADED = 529
"""The status of an overloaded model host, which has no name in any RFC."""


@dataclass(frozen=True)
class Behaviour:
    """What the relay does to the next requests."""

    adds: Mapping[str, Any] = field(default_factory=dict)
    """Members that every request to the model gets: max_tokens, grammar, ignore_eos."""
    status: int = 200
    """Answered instead of asking, unless 200."""
    message: str = ""
    """The error's wording."""
    tokens: int | None = None
    """After so many tokens the relay fails: in band if there is a message, else by breaking the connection."""


class Relay:
    """Answers for the model whose interfaces are at ``api``; ``behaviour`` may change between requests."""

    def __init__(self, api: str) -> None:
        self._api = api
        self.behaviour = Behaviour()

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, asked.path if asked.path in _TOKEN else PATH, _refusal)
        if self.behaviour.status != httpx.codes.OK:
            return _refusal(self.behaviour.status, self.behaviour.message)
        request = {**json.loads(asked.body), **self.behaviour.adds}
        client = httpx.Client(trust_env=False, timeout=60)
        url = self._api + asked.path.removeprefix("/v1")
        reply = client.send(client.build_request("POST", url, json=request), stream=True)
        if reply.is_error:
            with closing(client):
                return Reply((reply.read(),), reply.headers["content-type"], reply.status_code)
        return Reply(self._pass_on(client, reply, asked.path), reply.headers["content-type"], chunked=True)

    def _pass_on(self, client: httpx.Client, reply: httpx.Response, path: str) -> Iterator[bytes]:
        """Give the events of a stream, and fail after so many tokens."""
        left = self.behaviour.tokens
        with closing(client), closing(reply):
            for event in _events(reply.iter_lines()):
                if left == 0:
                    yield self._failure(path)
                    return
                yield event.encode()
                left = left if left is None or _TOKEN[path] not in event else left - 1

    def _failure(self, path: str) -> bytes:
        """Tell it as llama.cpp does, whose other interfaces name their events."""
        if not self.behaviour.message:
            raise CutOff
        name = "" if path == PATH else "event: error\n"
        return f"{name}data: {json.dumps(_error(OVERLOADED, self.behaviour.message))}\n\n".encode()


def _events(lines: Iterable[str]) -> Iterator[str]:
    """Put the lines of each event together."""
    event = ""
    for line in lines:
        if line:
            event += f"{line}\n"
        elif event:
            yield f"{event}\n"
            event = ""


def _error(status: int, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "code": status}}


def _refusal(status: int, message: str) -> Reply:
    return json_reply(_error(status, message), status)
