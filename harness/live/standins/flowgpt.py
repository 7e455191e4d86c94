"""The stand-in for prod-backend-k8s.flowgpt.com: POST /v3/chat-anonymous, JSON objects separated by blank lines.

Refuses with JSON: 404, 405, 415, 400 (a missing header, not JSON), 401 (authorization, signature, stale timestamp,
nonce used before), 403 (origin, referer), 422 (payload), 429 (calls from one address; gpt4free issue #1543).
No refusal by status: spent credit, which is status 200 and the text ``Insufficient credit``; and a model that stops
working, which is status 200 and an event named ``error``.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from ..service import Asked, Refused, Reply, json_reply
from ..voice import ModelFailed, Voice
from .strict import is_chat, is_temperature, is_text, payload, posted, with_headers

PATH = "/v3/chat-anonymous"
CREDIT = "Insufficient credit"
GREETING = {"role": "assistant", "content": "Hello, how can I help you today?"}
RECENT = 300
"""Seconds within which a timestamp is good."""
MODELS = (
    *("gpt-3.5-turbo", "gpt-3.5-long", "gpt-4-turbo", "google-gemini", "claude-instant", "claude-v1", "claude-v2"),
    *("llama2-13b", "mythalion-13b", "pygmalion-13b", "chronos-hermes-13b", "Mixtral-8x7B", "Dolphin-2.6-8x7B"),
)
_HEADERS = {"origin": "https://flowgpt.com", "referer": "https://flowgpt.com/"}
_SHAPES = {"x-flow-device-id": "f-[a-z0-9]{19}", "x-nonce": "[0-9a-f]{32}", "x-timestamp": "[0-9]{10}"}


class FlowGpt:
    """Answers as the service did; ``calls_left`` counts down to the limit of an address, ``credit`` to no credit."""

    def __init__(
        self, voice: Voice, *, calls_left: int = 100, credit: int = 100, clock: Callable[[], float] = time.time
    ) -> None:
        self._voice = voice
        self._calls_left = calls_left
        self._credit = credit
        self._clock = clock
        self._nonces: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        with_headers(asked, {"authorization": "Bearer null"}, 401, _refusal)
        with_headers(asked, _HEADERS, 403, _refusal)
        self._check_signature(asked)
        body = _payload(asked)
        if self._calls_left < 1:
            raise Refused(_refusal(429, "too many requests from your ip"))
        self._calls_left -= 1
        self._credit -= 1
        events = self._events(body) if self._credit >= 0 else iter(_event("text", word) for word in _words(CREDIT))
        return Reply(events, "text/event-stream; charset=utf-8", chunked=True)

    def _check_signature(self, asked: Asked) -> None:
        """Insist on well-formed headers, then on a signature that is right, recent and used once."""
        for name, shape in _SHAPES.items():
            if not re.fullmatch(shape, asked.headers.get(name, "")):
                raise Refused(_refusal(400, f"header {name} is missing or malformed"))
        nonce, timestamp = asked.headers["x-nonce"], asked.headers["x-timestamp"]
        signed = hashlib.md5(f"{timestamp}-{nonce}-Bearer null".encode(), usedforsecurity=False).hexdigest()
        with_headers(asked, {"x-signature": signed}, 401, _refusal)
        if abs(self._clock() - int(timestamp)) > RECENT:
            raise Refused(_refusal(401, "header x-timestamp is stale"))
        if nonce in self._nonces:
            raise Refused(_refusal(401, "header x-nonce was used before"))
        self._nonces.add(nonce)

    def _events(self, body: dict[str, Any]) -> Iterator[bytes]:
        """Give an event for every token, and one for a model that fails."""
        try:
            for token in self._voice.say(_conversation(body), body["temperature"]):
                if token:
                    yield _event("text", token)
        except ModelFailed:
            yield _event("error", "the model is overloaded")


def _payload(asked: Asked) -> dict[str, Any]:
    """Give the body; its prompt is the one of its model."""
    body = payload(
        asked,
        {
            "model": lambda value: value in MODELS,
            "nsfw": False,
            "question": is_text,
            "history": lambda value: is_chat(value) and value[0] == GREETING and not _has_system(value),
            "system": is_text,
            "temperature": is_temperature,
            "promptId": is_text,
            "documentIds": [],
            "chatFileDocumentIds": [],
            "generateImage": False,
            "generateAudio": False,
        },
        _refusal,
    )
    if body["promptId"] != f"model-{body['model']}":
        raise Refused(_refusal(422, "member promptId does not belong to the model"))
    return body


def _has_system(history: list[dict[str, str]]) -> bool:
    return any(message["role"] == "system" for message in history)


def _conversation(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the messages that the model is asked with: the greeting is decoration."""
    system, question = {"role": "system", "content": body["system"]}, {"role": "user", "content": body["question"]}
    return [system, *body["history"][1:], question]


def _words(sentence: str) -> list[str]:
    first, _, second = sentence.partition(" ")
    return [first, f" {second}"]


def _event(name: str, data: str) -> bytes:
    return json.dumps({"event": name, "data": data}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def _refusal(status: int, message: str) -> Reply:
    return json_reply({"message": message}, status)
