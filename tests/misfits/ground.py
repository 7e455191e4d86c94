"""Two sound providers in plain httpx, cut into steps, so that each misfit breaks one step and nothing else."""

import codecs
import json
import ssl
from contextlib import aclosing
from functools import cache

import httpx

_REFUSED = {400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451}
_OPTIONS = {"base_url", "timeout"}


class FinishReason:
    def __init__(self, reason):
        self.reason = reason


class RawResponse:
    def __init__(self, event):
        self.event = event

    def get_dict(self):
        return dict(self.event)


@cache
def context():
    return ssl.create_default_context()


class Acytoo:
    """Sound: plain text."""

    contract = "acytoo"
    fails = ""
    url = "https://chat.acytoo.com"
    path = "/api/completions"
    known = frozenset({"temperature"})

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        cls.check(messages, options)
        content = cls.encode(cls.body(model, messages, options))
        target = cls.target(options.get("base_url"))
        try:
            async with cls.client(proxy, options.get("timeout")) as client:
                request = cls.request(client, target, content, options)
                response = await cls.send(client, request)
                try:
                    await cls.check_status(response, options)
                    async with aclosing(cls.items(response)) as items:
                        async for item in items:
                            yield item
                finally:
                    await cls.release(response)
        except httpx.HTTPError as error:
            cls.translate(error)

    @classmethod
    def check(cls, messages, options):
        unknown = set(options) - _OPTIONS - cls.known
        if unknown:
            raise ValueError(f"unknown options: {sorted(unknown)}")
        for message in messages:
            if not str(message["content"]).isprintable() and any(0xD800 <= ord(c) < 0xE000 for c in message["content"]):
                raise ValueError("a lone surrogate in a message")

    @classmethod
    def body(cls, model, messages, options):
        del model
        temperature = options.get("temperature", 0.5)
        return {
            "key": "",
            "model": "gpt-3.5-turbo",
            "messages": messages,
            "temperature": temperature,
            "password": "",
        }

    @classmethod
    def encode(cls, body):
        return json.dumps(body).encode()

    @classmethod
    def target(cls, base_url):
        return (base_url or cls.url).rstrip("/") + cls.path

    @classmethod
    def client(cls, proxy, timeout):
        return httpx.AsyncClient(proxy=proxy, timeout=timeout or 5, verify=context())

    @classmethod
    def headers(cls, options):
        del options
        return {"content-type": "application/json", "accept": "*/*"}

    @classmethod
    def request(cls, client, target, content, options):
        return client.build_request("POST", target, content=content, headers=cls.headers(options))

    @classmethod
    async def send(cls, client, request):
        return await client.send(request, stream=True)

    @classmethod
    async def release(cls, response):
        await response.aclose()

    @classmethod
    async def check_status(cls, response, options):
        if response.status_code == 200:
            cls.check_type(response)
            return
        message = (await response.aread()).decode(errors="replace")[:300]
        cls.refuse(response.status_code, message.replace(options.get("api_key") or "\0", "***"))

    @classmethod
    def check_type(cls, response):
        kind = response.headers.get("content-type", "")
        if kind.startswith(("text/html", "application/json")):
            raise RuntimeError(f"expected plain text, got {kind}")

    @classmethod
    def refuse(cls, status, message):
        if status in _REFUSED:
            raise ValueError(f"status {status}: {message}")
        raise RuntimeError(f"status {status}: {message}")

    @classmethod
    def translate(cls, error):
        raise RuntimeError(f"transport: {type(error).__name__}") from error

    @classmethod
    async def items(cls, response):
        some = False
        async with aclosing(cls.texts(response)) as texts:
            async for text in texts:
                some = some or bool(text)
                yield text
        if not some:
            raise RuntimeError("an empty answer")
        yield FinishReason("stop")

    @classmethod
    async def texts(cls, response):
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        async for chunk in response.aiter_bytes():
            text = decoder.decode(chunk)
            if text:
                yield text


class Backend(Acytoo):
    """Sound: JSON lines and SSE of a g4f server, enough of both for its recordings and their variations."""

    contract = "backend_api"
    url = None
    path = "/backend-api/v2/conversation"
    known = frozenset()
    text_event = "content"

    @classmethod
    def check(cls, messages, options):
        super().check(messages, {})
        if not (options.get("base_url") or cls.url):
            raise ValueError("base_url is needed")

    @classmethod
    def body(cls, model, messages, options):
        further = {name: value for name, value in options.items() if name not in _OPTIONS}
        return {"model": model, "messages": messages, "media": None, "api_key": None, **further}

    @classmethod
    def headers(cls, options):
        del options
        return {"content-type": "application/json", "accept": "text/event-stream"}

    @classmethod
    def check_type(cls, response):
        """Events tell by themselves."""

    @classmethod
    async def lines(cls, response):
        rest = b""
        async for chunk in response.aiter_bytes():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line
        yield rest

    @classmethod
    async def items(cls, response):
        reason = None
        async with aclosing(cls.lines(response)) as lines:
            async for line in lines:
                line = line.strip(b" \r").removeprefix(b"data:").strip(b" ")  # noqa: PLW2901
                if line.startswith(b"{"):
                    event = cls.parse(line)
                    cls.check_event(event)
                    reason = cls.reason(event) if event.get("type") == "finish" else reason
                    yield RawResponse(event)
                elif line.startswith((b"<", b"[", b"null")):
                    raise RuntimeError("not an event")
        if reason is None:
            raise RuntimeError("the answer ended before its finish event")
        yield FinishReason(reason)

    @classmethod
    def parse(cls, line):
        try:
            event = json.loads(line.decode(errors="replace"))
        except json.JSONDecodeError as error:
            raise RuntimeError("garbage in the stream") from error
        if "type" not in event:
            raise RuntimeError(f"no event: {str(event)[:200]}")
        return event

    @classmethod
    def check_event(cls, event):
        message = str(event.get("message"))[:300]
        if event["type"] == "auth":
            raise ValueError(message)
        if event["type"] == "error":
            if str(event.get("error")).startswith(("BadRequest", "ModelNotFound", "ProviderNotFound")):
                raise ValueError(message)
            raise RuntimeError(message)

    @classmethod
    def reason(cls, event):
        return event["finish"]["reason"]
