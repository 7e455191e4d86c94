"""The OpenAI interface in front of the model: passes on, adds to the request, or fails as a busy model host does."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx

from .service import Asked, CutOff, Reply, json_reply
from .standins.strict import posted

PATH = "/v1/chat/completions"
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
    """Answers for the model whose interface is at ``api``; ``behaviour`` may change between requests."""

    def __init__(self, api: str) -> None:
        self._api = api
        self.behaviour = Behaviour()

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        if self.behaviour.status != httpx.codes.OK:
            return _refusal(self.behaviour.status, self.behaviour.message)
        request = {**json.loads(asked.body), **self.behaviour.adds}
        client = httpx.Client(trust_env=False, timeout=60)
        reply = client.send(client.build_request("POST", f"{self._api}/chat/completions", json=request), stream=True)
        if reply.is_error:
            with closing(client):
                return Reply((reply.read(),), reply.headers["content-type"], reply.status_code)
        return Reply(self._pass_on(client, reply), reply.headers["content-type"], chunked=True)

    def _pass_on(self, client: httpx.Client, reply: httpx.Response) -> Iterator[bytes]:
        """Give the events of a stream, and fail after so many tokens."""
        left = self.behaviour.tokens
        with closing(client), closing(reply):
            for line in reply.iter_lines():
                if left == 0:
                    yield self._failure()
                    return
                if line:
                    yield f"{line}\n\n".encode()
                left = left if left is None or '"content":"' not in line else left - 1

    def _failure(self) -> bytes:
        if not self.behaviour.message:
            raise CutOff
        return f"data: {json.dumps(_error(OVERLOADED, self.behaviour.message))}\n\n".encode()


def _error(status: int, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "code": status}}


def _refusal(status: int, message: str) -> Reply:
    return json_reply(_error(status, message), status)
