"""The five seed protocols in aiohttp, by a careful author who has never seen ours: sound, and to be accused of nothing.

A provider prepares a ``Post`` (what can be refused is refused there), opens the conversation, and feeds the body piece
by piece to a pull parser. One session per call: nothing is shared, nothing is bound to a loop.
"""

# The law knows two exceptions, and TypeError is none of them.
# ruff: noqa: TRY004

import hashlib
import re
import secrets
import string
import time

from aiohttp_backend_api import BackendApi
from aiohttp_parts import FinishReason, clean, conversation, document, number_or_none, only, plain, words
from aiohttp_reading import Events, Sentence, Text, Told, Whole
from aiohttp_wire import Conversation, Errors, post

__all__ = ["Acytoo", "AiAsk", "BackendApi", "FlowGpt", "Pizzagpt"]


def require_text(talk):
    """Refuse a page and a JSON document in the place of plain text."""
    if re.search(r"html|json", talk.media_type):
        raise RuntimeError(f"plain text was asked for, {talk.media_type[:60]} came")


class Acytoo:
    """Plain text; a complete body is a complete answer."""

    contract = "acytoo"
    url = "https://chat.acytoo.com"
    errors = Errors()

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **kwargs):
        request = cls.prepare(messages, proxy, kwargs)
        answer = Text(Whole())
        async with Conversation(request) as talk:
            require_text(talk)
            while not answer.done:
                if text := answer.feed(await talk.read()):
                    yield text
        yield FinishReason("stop")

    @classmethod
    def prepare(cls, messages, proxy, options):
        only(options, "temperature")
        body = {
            "key": "",
            "model": "gpt-3.5-turbo",
            "messages": conversation(messages),
            "temperature": number_or_none(options.get("temperature", 0.5), "temperature"),
            "password": "",
        }
        return post(cls, "/api/completions", options, proxy, {"Accept": "*/*"}, body)


class AiAsk:
    """Plain text in which the quota sentence, alone, is a failure."""

    contract = "aiask"
    url = "https://e.aiask.me"
    quota = "您的免费额度不够使用这个模型啦，请点击右上角登录继续使用！"  # noqa: RUF001  verbatim
    errors = Errors()

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **kwargs):
        request = cls.prepare(messages, proxy, kwargs)
        answer = Text(Sentence(cls.quota))
        async with Conversation(request) as talk:
            require_text(talk)
            while not answer.done:
                if text := answer.feed(await talk.read()):
                    yield text
        yield FinishReason("stop")

    @classmethod
    def prepare(cls, messages, proxy, options):
        only(options)
        body = {
            "continuous": True,
            "id": "fRMSQtuHl91A4De9cCvKD",
            "list": conversation(messages),
            "models": "0",
            "prompt": "",
            "temperature": 0.5,
            "title": "",
        }
        headers = {
            "Accept": "application/json, text/plain, */*",
            "Origin": "https://e.aiask.me",
            "Referer": "https://e.aiask.me/chat",
        }
        return post(cls, "/v1/chat/gpt/", options, proxy, headers, body)


class Pizzagpt:
    """One JSON document that holds the whole answer."""

    contract = "pizzagpt"
    url = "https://www.pizzagpt.it"
    misuse = "misuse detected. please get in touch"
    errors = Errors()
    largest = 64 * 1024 * 1024

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **kwargs):
        request = cls.prepare(messages, proxy, kwargs)
        body = bytearray()
        async with Conversation(request) as talk:
            while (piece := await talk.read()) is not None:
                body += piece
                if len(body) > cls.largest:
                    raise RuntimeError("the answer has no end")
        yield cls.content(request, bytes(body))
        yield FinishReason("stop")

    @classmethod
    def content(cls, request, body):
        told = clean(document(body))
        if not isinstance(told, dict):
            raise RuntimeError(f"a JSON object was asked for, got: {request.public(words(body)) or 'nothing'}")
        status = str(told.get("statusCode"))
        status = int(status) if re.fullmatch(r"[1-9][0-9]{2}", status) else None
        if told.get("error") or (status or 200) >= 400:
            raise cls.errors.of_status(status)(f"the service answered: {request.public(words(body))}")
        answer = told.get("answer")
        places = [answer, told] if isinstance(answer, dict) else [told]
        content = next((place["content"] for place in places if place.get("content")), None)
        if not isinstance(content, str):
            raise RuntimeError(f"the answer has no content: {request.public(words(body))}")
        if content.lower().startswith(cls.misuse):
            raise ValueError(request.public(content))
        return content

    @classmethod
    def prepare(cls, messages, proxy, options):
        only(options)
        question = cls.question(conversation(messages))
        if not question.strip():
            raise ValueError("the question is blank")
        headers = {
            "Accept": "application/json",
            "Accept-Language": "en-US,en;q=0.9",
            "Origin": "https://www.pizzagpt.it",
            "Referer": "https://www.pizzagpt.it/en",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 "
            "Safari/537.36",
            "X-Secret": "Marinara",
        }
        return post(cls, "/api/chatx-completion", options, proxy, headers, {"question": question})

    @staticmethod
    def question(messages):
        texts = [(message["role"].capitalize(), plain(message["content"])) for message in messages]
        if len(texts) == 1:
            return texts[0][1]
        lines = [f"{role}: {text}" for role, text in texts if text.strip()]
        return "\n".join([*lines, "Assistant:"]) if lines else ""


class FlowGptFailed(RuntimeError):
    """The service failed, or could not be reached."""


class FlowGpt:
    """JSON objects on lines of their own, with blank lines between."""

    contract = "flowgpt"
    url = "https://prod-backend-k8s.flowgpt.com"
    errors = Errors(failed=FlowGptFailed)
    models = (
        *("gpt-3.5-turbo", "gpt-3.5-long", "gpt-4-turbo", "google-gemini", "claude-instant", "claude-v1", "claude-v2"),
        *("llama2-13b", "mythalion-13b", "pygmalion-13b", "chronos-hermes-13b", "Mixtral-8x7B", "Dolphin-2.6-8x7B"),
    )
    hello = {"role": "assistant", "content": "Hello, how can I help you today?"}  # noqa: RUF012
    default_system = "You are helpful assistant. Follow the user's instructions carefully."

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **kwargs):
        request = cls.prepare(model, messages, proxy, kwargs)
        events, answer = Events(json_lines=True), Told("Insufficient credit", FlowGptFailed)
        async with Conversation(request) as talk:
            while not events.done:
                for _, data in events.feed(await talk.read()):
                    if text := answer.feed(cls.text(request, data)):
                        yield text
        if text := answer.end():
            yield text
        yield FinishReason("stop")

    @classmethod
    def text(cls, request, data):
        """Give the text that a line holds: none, unless it is an event named text."""
        event = document(data)
        if not isinstance(event, dict):
            raise FlowGptFailed(f"a line of the answer is no JSON object: {request.public(words(data))}")
        name, text = event.get("event"), event.get("data")
        if name == "error" or (name is None and (event.get("error") or text is not None)):
            raise FlowGptFailed(f"the service answered: {request.public(words(data))}")
        if name != "text" or text is None:
            return ""
        if not isinstance(text, str):
            raise FlowGptFailed(f"the data of a text event is a {type(text).__name__}")
        return text

    @classmethod
    def prepare(cls, model, messages, proxy, options):
        only(options, "temperature")
        model = cls.models[0] if model in (None, "") else model
        model = "google-gemini" if model in ("gemini", "gemini-pro") else model
        if model not in cls.models:
            raise ValueError(f"no model of FlowGPT; it has {', '.join(cls.models)}")
        *before, last = [{**message, "content": plain(message["content"])} for message in conversation(messages)]
        if not last["content"].strip():
            raise ValueError("the question is blank")
        system = [message["content"] for message in before if message["role"] == "system"]
        body = {
            "model": model,
            "nsfw": False,
            "question": last["content"],
            "history": [cls.hello, *(message for message in before if message["role"] != "system")],
            "system": "\n".join(system) or cls.default_system,
            "temperature": number_or_none(options.get("temperature", 0.7), "temperature"),
            "promptId": f"model-{model}",
            "documentIds": [],
            "chatFileDocumentIds": [],
            "generateImage": False,
            "generateAudio": False,
        }
        return post(cls, "/v3/chat-anonymous", options, proxy, cls.headers(), body)

    @staticmethod
    def headers():
        now, nonce = str(int(time.time())), secrets.token_hex(16)
        device = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(19))
        return {
            "User-Agent": "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0",
            "Accept": "*/*",
            "Accept-Language": "en-US;q=0.7,en;q=0.3",
            "Referer": "https://flowgpt.com/",
            "Authorization": "Bearer null",
            "Origin": "https://flowgpt.com",
            "Sec-Fetch-Dest": "empty",
            "Sec-Fetch-Mode": "cors",
            "Sec-Fetch-Site": "same-site",
            "TE": "trailers",
            "X-Flow-Device-Id": f"f-{device}",
            "X-Nonce": nonce,
            "X-Signature": hashlib.md5(f"{now}-{nonce}-Bearer null".encode(), usedforsecurity=False).hexdigest(),
            "X-Timestamp": now,
        }
