"""FlowGpt: JSON objects on lines; every request is signed afresh. Never imports its contract."""

import hashlib
import json
import secrets
import string
import time
from typing import Any

from ..base import AsyncGeneratorProvider, ProviderModelMixin, answer
from ..codecs import NdjsonDecoder
from ..errors import Told, UpstreamFailed, words
from ..http import Request, join, post
from ..messages import AsyncResult, Messages, text_of
from ..response import FinishReason
from ..sentence import Withheld

_GREETING = {"role": "assistant", "content": "Hello, how can I help you today?"}
_SYSTEM = "You are helpful assistant. Follow the user's instructions carefully."
_AUTHORIZATION = "Bearer null"


class FlowGpt(AsyncGeneratorProvider, ProviderModelMixin):
    """prod-backend-k8s.flowgpt.com: a closed list of models, anonymous calls."""

    url = "https://flowgpt.com/chat"
    api_origin = "https://prod-backend-k8s.flowgpt.com"
    supports_message_history = True
    supports_system_message = True
    default_model = "gpt-3.5-turbo"
    models = [  # noqa: RUF012  the seed interface has plain lists
        "gpt-3.5-turbo",
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
    model_aliases = {"gemini": "google-gemini", "gemini-pro": "google-gemini"}  # noqa: RUF012

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
        """Yield the data of the text events, unless all of it says that the credit is gone; the end is ``stop``."""
        body = _body(cls.get_model(model), messages, temperature)
        request = Request(join(base_url or cls.api_origin, "/v3/chat-anonymous"), _headers(), body)
        withheld = Withheld("Insufficient credit")
        async with post(request, proxy=proxy, timeout=timeout, refuse=("text/html",)) as reply:
            async for event in reply.events(NdjsonDecoder()):
                for part in withheld.feed(_text(event)):
                    yield part
        for part in withheld.end():
            yield part
        yield FinishReason("stop")


def _text(event: Any) -> str:
    """Give the text of an event, nothing for an unknown one, and raise what an error says."""
    members = event if isinstance(event, dict) else {}
    data = members.get("data")
    if members.get("event") == "error":
        message, code = words(json.dumps(data, ensure_ascii=False).encode())
        raise UpstreamFailed(f"the upstream failed: {message}", Told(code=code, message=message))
    return data if members.get("event") == "text" and isinstance(data, str) else ""


def _body(model: str, messages: Messages, temperature: float | None) -> dict[str, Any]:
    system = [text_of(message["content"]) for message in messages if message["role"] == "system"]
    return {
        "model": model,
        "nsfw": False,
        "question": text_of(messages[-1]["content"]),
        "history": [_GREETING, *(message for message in messages[:-1] if message["role"] != "system")],
        "system": "\n".join(system) or _SYSTEM,
        "temperature": temperature,
        "promptId": f"model-{model}",
        "documentIds": [],
        "chatFileDocumentIds": [],
        "generateImage": False,
        "generateAudio": False,
    }


def _headers() -> dict[str, str]:
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    device = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(19))
    return {
        "User-Agent": "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0",
        "Accept": "*/*",
        "Accept-Language": "en-US;q=0.7,en;q=0.3",
        "Accept-Encoding": "gzip, deflate, br",
        "Referer": "https://flowgpt.com/",
        "Authorization": _AUTHORIZATION,
        "Origin": "https://flowgpt.com",
        "Connection": "keep-alive",
        "Sec-Fetch-Dest": "empty",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-site",
        "TE": "trailers",
        "x-flow-device-id": f"f-{device}",
        "x-nonce": nonce,
        "x-signature": signature(timestamp, nonce),
        "x-timestamp": timestamp,
    }


def signature(timestamp: str, nonce: str) -> str:
    """Sign a request as the service's own page does."""
    return hashlib.md5(f"{timestamp}-{nonce}-{_AUTHORIZATION}".encode(), usedforsecurity=False).hexdigest()
