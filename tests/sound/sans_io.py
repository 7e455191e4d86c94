"""The five seed protocols a second time, in sans-I/O style: the providers, and what they say.

A guard against false alarms: written from the law and the documented facts alone, it knows nothing of the project.
``sans_io_protocol`` reads the replies, ``sans_io_wire`` carries both.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import string
import time
import urllib.parse
from collections.abc import Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from sans_io_protocol import BackendApiReply, FlowGptReply, PizzagptReply, TextReply, repaired
from sans_io_wire import Request, converse

_IMAGES = {
    "png": rb"\x89PNG\r\n\x1a\n",
    "jpeg": rb"\xff\xd8\xff",
    "gif": rb"GIF8[79]a",
    "webp": rb"RIFF....WEBP",
}
_QUOTA = "您的免费额度不够使用这个模型啦，请点击右上角登录继续使用！"  # noqa: RUF001  full-width marks, verbatim
_FLOW_MODELS = (
    *("gpt-3.5-turbo", "gpt-3.5-long", "gpt-4-turbo", "google-gemini", "claude-instant", "claude-v1", "claude-v2"),
    *("llama2-13b", "mythalion-13b", "pygmalion-13b", "chronos-hermes-13b", "Mixtral-8x7B", "Dolphin-2.6-8x7B"),
)
_FLOW_ALIASES = {"gemini": "google-gemini", "gemini-pro": "google-gemini", "": _FLOW_MODELS[0], None: _FLOW_MODELS[0]}
_FLOW_GREETING = {"role": "assistant", "content": "Hello, how can I help you today?"}
_FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0"
_CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36"


def talk(messages: Any) -> list[dict[str, Any]]:
    """Copy the messages, each with a role and a content that says something."""
    if not isinstance(messages, list | tuple) or not messages:
        raise ValueError("expected a list of messages, got none")
    for index, message in enumerate(messages):
        if not isinstance(message, Mapping) or not isinstance(message.get("role"), str) or not message["role"]:
            raise ValueError(f"expected message {index} to have a role")
        if not _says_something(message.get("content")):
            raise ValueError(f"expected message {index} to have a content that is not blank")
    return [dict(message) for message in messages]


def _says_something(content: Any) -> bool:
    if isinstance(content, str):
        return bool(content.strip())
    if not isinstance(content, list | tuple) or not all(isinstance(part, Mapping) for part in content):
        return False
    return any(part.get("type", "text") != "text" or _says_something(part.get("text")) for part in content)


def plain(content: Any) -> str:
    """Give a content as text; parts that are no text have no place there."""
    if isinstance(content, str):
        return content
    if not all(part.get("type", "text") == "text" and isinstance(part.get("text"), str) for part in content):
        raise ValueError("expected parts of type text, for this API takes nothing else")
    return "".join(part["text"] for part in content)


def prompt(messages: list[dict[str, Any]]) -> str:
    """Write a conversation as one text."""
    if len(messages) == 1:
        return plain(messages[0]["content"])
    lines = [f"{message['role'].capitalize()}: {plain(message['content'])}" for message in messages]
    return "\n".join([*lines, "Assistant:"])


def written(payload: Mapping[str, Any]) -> bytes:
    """Write compact JSON in ASCII, lone surrogates replaced."""
    with suppress(TypeError, ValueError, RecursionError):
        whole = json.loads(repaired(json.dumps(payload, ensure_ascii=False, allow_nan=False)))
        return json.dumps(whole, separators=(",", ":")).encode()
    raise ValueError("expected messages and options that can be written as JSON")


def nothing_else(options: Mapping[str, Any]) -> None:
    """Refuse options that the API has no place for."""
    if options:
        raise ValueError(f"expected options that this API takes, got {', '.join(sorted(options))}")


def number(temperature: Any) -> float | None:
    """Require a number or None."""
    if temperature is not None and type(temperature) not in {int, float}:
        raise ValueError("expected temperature to be a number")
    return temperature


def key(value: Any) -> str | None:
    """Require visible ASCII characters; the key is never shown."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[!-~]+", value)):
        raise ValueError("expected api_key to be visible ASCII characters")
    return value


def pictures(media: Any) -> list[list[str | None]] | None:
    """Write pairs of image and file name as pairs of data URI and file name."""
    if media is None:
        return None
    if not isinstance(media, list | tuple) or any(not isinstance(pair, list | tuple) for pair in media):
        raise ValueError("expected media to be a list of pairs of image and file name")
    if any(len(pair) != 2 or not isinstance(pair[1], str | None) for pair in media):
        raise ValueError("expected each of media to be an image and a file name")
    return [[_picture(image), name] for image, name in media]


def _picture(image: Any) -> str:
    """Give the data URI of an image by what its bytes are; the address of one passes as it is."""
    if isinstance(image, str) and not image.startswith("data:"):
        return image
    data = _content_of(image)
    for kind, magic in _IMAGES.items():
        if re.match(magic, data, re.DOTALL):
            return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    raise ValueError("expected an image: PNG, JPEG, GIF or WEBP")


def _content_of(image: Any) -> bytes:
    """Give the bytes behind a value, a data URI, or a path; none where there are none."""
    if isinstance(image, bytes | bytearray | memoryview):
        return bytes(image)
    with suppress(OSError, ValueError):
        if isinstance(image, os.PathLike):
            return Path(image).read_bytes()
        if isinstance(image, str):
            label, _, data = image.partition(",")
            encoded = label.endswith(";base64")
            return base64.b64decode(data, validate=True) if encoded else urllib.parse.unquote_to_bytes(data)
    return b""


class _Seed:
    """What the five have in common: they say something, and give what is answered."""

    url: str | None = None
    endpoint = ""

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, *, base_url=None, timeout=60, **kwargs):
        headers, payload, reply = cls._say(model, messages, **kwargs)
        base = cls.url if base_url is None else base_url
        request = Request(base, cls.endpoint, headers, written(payload), proxy, timeout, reply.secret)
        async with aclosing(converse(request, reply)) as items:
            async for item in items:
                yield item


class BackendApi(_Seed):
    """A g4f server; ``url`` of a subclass or ``base_url=`` says which."""

    contract = "backend_api"
    endpoint = "/backend-api/v2/conversation"

    @classmethod
    def _say(cls, model, messages, *, media=None, api_key=None, **others):
        named = model is None or isinstance(model, str)
        if not named:
            raise ValueError("expected model to be a name")
        secret = key(api_key)
        payload = {"model": model, "messages": talk(messages), "media": pictures(media), "api_key": secret, **others}
        return {"Accept": "text/event-stream"}, payload, BackendApiReply(secret)


class Pizzagpt(_Seed):
    contract = "pizzagpt"
    url = "https://www.pizzagpt.it"
    endpoint = "/api/chatx-completion"

    @classmethod
    def _say(cls, model, messages, **others):
        nothing_else(others)
        headers = {
            "Accept": "application/json",
            "Accept-Language": "en-US,en;q=0.9",
            "Origin": "https://www.pizzagpt.it",
            "Referer": "https://www.pizzagpt.it/en",
            "User-Agent": _CHROME,
            "X-Secret": "Marinara",
        }
        return headers, {"question": prompt(talk(messages))}, PizzagptReply()


class Acytoo(_Seed):
    contract = "acytoo"
    url = "https://chat.acytoo.com"
    endpoint = "/api/completions"

    @classmethod
    def _say(cls, model, messages, *, temperature=0.5, **others):
        nothing_else(others)
        payload = {"key": "", "model": "gpt-3.5-turbo", "messages": talk(messages), "temperature": number(temperature)}
        return {"Accept": "*/*"}, {**payload, "password": ""}, TextReply()


class AiAsk(_Seed):
    contract = "aiask"
    url = "https://e.aiask.me"
    endpoint = "/v1/chat/gpt/"

    @classmethod
    def _say(cls, model, messages, **others):
        nothing_else(others)
        accept = "application/json, text/plain, */*"
        headers = {"Accept": accept, "Origin": "https://e.aiask.me", "Referer": "https://e.aiask.me/chat"}
        payload = {
            "continuous": True,
            "id": "fRMSQtuHl91A4De9cCvKD",
            "list": talk(messages),
            "models": "0",
            "prompt": "",
            "temperature": 0.5,
            "title": "",
        }
        return headers, payload, TextReply(_QUOTA)


class FlowGpt(_Seed):
    contract = "flowgpt"
    url = "https://prod-backend-k8s.flowgpt.com"
    endpoint = "/v3/chat-anonymous"

    @classmethod
    def _say(cls, model, messages, *, temperature=0.7, **others):
        nothing_else(others)
        model = _FLOW_ALIASES.get(model, model) if isinstance(model, str | None) else ""
        if model not in _FLOW_MODELS:
            raise ValueError(f"expected one of the models {', '.join(_FLOW_MODELS)}")
        *before, last = talk(messages)
        system = [plain(message["content"]) for message in before if message["role"] == "system"]
        payload = {
            "model": model,
            "nsfw": False,
            "question": plain(last["content"]),
            "history": [_FLOW_GREETING, *(message for message in before if message["role"] != "system")],
            "system": "\n".join(system) or "You are helpful assistant. Follow the user's instructions carefully.",
            "temperature": number(temperature),
            "promptId": f"model-{model}",
            "documentIds": [],
            "chatFileDocumentIds": [],
            "generateImage": False,
            "generateAudio": False,
        }
        device = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(19))
        return _flow_headers(str(int(time.time())), secrets.token_hex(16), device), payload, FlowGptReply()


def _flow_headers(now: str, nonce: str, device: str) -> dict[str, str]:
    """Sign the time and the nonce as the page of the service does."""
    signature = hashlib.md5(f"{now}-{nonce}-Bearer null".encode(), usedforsecurity=False).hexdigest()
    return {
        "User-Agent": _FIREFOX,
        "Accept": "*/*",
        "Accept-Language": "en-US;q=0.7,en;q=0.3",
        "Referer": "https://flowgpt.com/",
        "Origin": "https://flowgpt.com",
        "Authorization": "Bearer null",
        "Connection": "close, TE",
        "Sec-Fetch-Dest": "empty",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-site",
        "TE": "trailers",
        "X-Flow-Device-Id": f"f-{device}",
        "X-Nonce": nonce,
        "X-Signature": signature,
        "X-Timestamp": now,
    }
