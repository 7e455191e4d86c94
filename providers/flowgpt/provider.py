"""FlowGpt: a chat site of 2024 whose requests are signed and whose answers come as JSON lines."""

import hashlib
import secrets
import string
import time
from typing import Any, ClassVar

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..codecs import JsonLines
from ..errors import UpstreamFailed
from ..http import post
from ..messages import Messages, prompt_text
from ..request import Request, endpoint
from ..response import FinishReason
from ..sentence import Withheld
from ..wording import words_in

_SERVICE = "https://prod-backend-k8s.flowgpt.com"
_AUTHORIZATION = "Bearer null"
_AGENT = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0"
_GREETING = {"role": "assistant", "content": "Hello, how can I help you today?"}
_SYSTEM = "You are helpful assistant. Follow the user's instructions carefully."
_CREDIT = "Insufficient credit"
_ALPHABET = string.ascii_lowercase + string.digits


class FlowGpt(AsyncGeneratorProvider, ProviderModelMixin):
    """Text events from flowgpt.com. The list of models is closed; out of credit is told as an answer."""

    url = "https://flowgpt.com/chat"
    supports_message_history = True
    supports_system_message = True
    default_model = "gpt-3.5-turbo"
    models: ClassVar[list[str]] = [
        default_model,
        "gpt-3.5-long",
        "gpt-4-turbo",
        "google-gemini",
        "claude-instant",
        "claude-v1",
        "claude-v2",
        "llama2-13b",
        "mythalion-13b",
        "pygmalion-13b",
        "chronos-hermes-13b",
        "Mixtral-8x7B",
        "Dolphin-2.6-8x7B",
    ]
    model_aliases: ClassVar[dict[str, str]] = {"gemini": "google-gemini", "gemini-pro": "google-gemini"}

    @classmethod
    @answer
    async def create_async_generator(
        cls,
        model: str,
        messages: Messages,
        proxy: str | None = None,
        *,
        temperature: float | None = 0.7,
        base_url: str | None = None,
        timeout: float | None = None,
    ) -> AsyncResult:
        """Answer; ``temperature`` is the only option of the service."""
        body = _body(cls.get_model(model), messages, temperature)
        headers = _headers(str(int(time.time())), secrets.token_hex(16))
        request = Request(endpoint(base_url, _SERVICE, "/v3/chat-anonymous"), headers, body)
        credit = Withheld(_CREDIT)
        async with post(request, proxy=proxy, timeout=timeout) as reply:
            async for event in reply.events(JsonLines()):
                for released in credit.feed(_text(event)):
                    yield released
        for rest in credit.end():
            yield rest
        yield FinishReason("stop")


def _body(model: str | None, messages: Messages, temperature: float | None) -> dict[str, Any]:
    """Put the last message into ``question``, the system messages before it into ``system``, the rest between."""
    *before, last = messages
    system = "\n".join(prompt_text(message["content"]) for message in before if message["role"] == "system")
    return {
        "model": model,
        "nsfw": False,
        "question": prompt_text(last["content"]),
        "history": [_GREETING, *(message for message in before if message["role"] != "system")],
        "system": system or _SYSTEM,
        "temperature": temperature,
        "promptId": f"model-{model}",
        "documentIds": [],
        "chatFileDocumentIds": [],
        "generateImage": False,
        "generateAudio": False,
    }


def _headers(timestamp: str, nonce: str) -> dict[str, str]:
    device = "".join(secrets.choice(_ALPHABET) for _ in range(19))
    return {
        "User-Agent": _AGENT,
        "Accept": "*/*",
        "Accept-Language": "en-US;q=0.7,en;q=0.3",
        "Referer": "https://flowgpt.com/",
        "Content-Type": "application/json",
        "Authorization": _AUTHORIZATION,
        "Origin": "https://flowgpt.com",
        "Sec-Fetch-Dest": "empty",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-site",
        "TE": "trailers",
        "x-flow-device-id": f"f-{device}",
        "x-nonce": nonce,
        "x-signature": _signature(timestamp, nonce),
        "x-timestamp": timestamp,
    }


def _signature(timestamp: str, nonce: str) -> str:
    signed = f"{timestamp}-{nonce}-{_AUTHORIZATION}".encode()
    return hashlib.md5(signed, usedforsecurity=False).hexdigest()


def _text(event: dict[str, Any]) -> str:
    """Give the text of an event; other names than ``text`` and ``error`` are unknown and have none."""
    match event:
        case {"event": "text", "data": str(text)}:
            return text
        case {"event": "text"}:
            raise UpstreamFailed("expected text in a text event, got none")
        case {"event": "error"}:
            said, code = words_in(event.get("data") or event)
            raise UpstreamFailed(said or "an error event without explanation", code=code)
    return ""
