"""Misfits of SEC: each breaks one step of a sound provider."""

import asyncio
import json
import logging
from typing import ClassVar

import httpx
from ground import Acytoo, Backend, Chat, context


class PutsTheKeyIntoTheUrl(Backend):
    """Sends the key where access logs keep it."""

    fails = "SEC-01"

    @classmethod
    def request(cls, client, target, content, options):
        key = options.get("api_key")
        return super().request(client, f"{target}?key={key}" if key else target, content, options)


class SendsTheKeyTwice(Backend):
    """Adds the header that other services want."""

    fails = "SEC-01"

    @classmethod
    def headers(cls, options):
        return {**super().headers(options), "authorization": f"Bearer {options.get('api_key')}"}


class LogsTheKey(Backend):
    """Tells the log what it was given."""

    fails = "SEC-02"

    @classmethod
    def check(cls, messages, options):
        logging.getLogger(__name__).debug("options: %s", options)
        super().check(messages, options)


class RepeatsTheKey(Backend):
    """Shows what the upstream echoes."""

    fails = "SEC-02"

    @classmethod
    async def check_status(cls, response, options):
        await super().check_status(response, {name: options[name] for name in options if name != "api_key"})

    @classmethod
    def redacted(cls, words, key):
        return words


class RepeatsTheKeyInBand(Chat):
    """Shows what an error event echoes."""

    fails = "SEC-02"

    @classmethod
    def redacted(cls, words, key):
        return words


class RepeatsPages(Chat):
    """Replaces the key in JSON alone."""

    fails = "SEC-02"

    @classmethod
    async def check_status(cls, response, options):
        is_json = "json" in response.headers.get("content-type", "")
        await super().check_status(response, options if is_json else {})

    @classmethod
    def redacted(cls, words, key):
        return words if str(words[0]).startswith("status") else super().redacted(words, key)


class CutsBeforeItHides(Chat):
    """Looks for the key in what is left of a long text."""

    fails = "SEC-02"

    @classmethod
    async def check_status(cls, response, options):
        if response.status_code == 401:
            text = (await response.aread()).decode(errors="replace")[:400]
            raise ValueError(text.replace(options.get("api_key") or "\0", "***"))
        await super().check_status(response, options)


class FollowsRedirects(Backend):
    """Lets the library follow, which sends the body anywhere."""

    fails = "SEC-03"

    @classmethod
    def client(cls, proxy, timeout):
        return httpx.AsyncClient(proxy=proxy, timeout=timeout or 5, verify=context(), follow_redirects=True)


class TakesARedirectForAnAnswer(Acytoo):
    """Looks at failures above 400 alone."""

    fails = "SEC-03"

    @classmethod
    async def check_status(cls, response, options):
        if response.status_code >= 400:
            await super().check_status(response, options)

    @classmethod
    async def items(cls, response):
        yield "moved"


class KeepsOptionsOnTheClass(Acytoo):
    """Writes the temperature where the next call finds it."""

    fails = "SEC-04"
    temperature = 0.5

    @classmethod
    def check(cls, messages, options):
        super().check(messages, options)
        cls.temperature = options.get("temperature", 0.5)

    @classmethod
    async def send(cls, client, request):
        await asyncio.sleep(0.01)
        body = {**json.loads(request.content), "temperature": cls.temperature}
        again = client.build_request("POST", request.url, json=body)
        return await super().send(client, again)


class KeepsTheKeyOnTheClass(Backend):
    """Sends the key of whoever came last."""

    fails = "SEC-04"
    key = None

    @classmethod
    def check(cls, messages, options):
        super().check(messages, options)
        cls.key = options.get("api_key")

    @classmethod
    async def send(cls, client, request):
        await asyncio.sleep(0.01)
        again = client.build_request("POST", request.url, json={**json.loads(request.content), "api_key": cls.key})
        return await super().send(client, again)


class KeepsTheHeaders(Chat):
    """Adds to the headers of the call before."""

    fails = "SEC-04"
    kept: ClassVar[dict[str, str]] = {}

    @classmethod
    def headers(cls, options):
        cls.kept.update(super().headers(options))
        return dict(cls.kept)


class KeepsCookies(Chat):
    """Tells the upstream that all callers are one."""

    fails = "SEC-04"
    jar = httpx.Cookies()

    @classmethod
    def client(cls, proxy, timeout):
        client = super().client(proxy, timeout)
        client.cookies = cls.jar
        return client

    @classmethod
    async def send(cls, client, request):
        response = await super().send(client, request)
        cls.jar.update(response.cookies)
        return response


class WritesHeadersByHand(Backend):
    """Puts the model into a header of a request that it writes itself."""

    fails = "SEC-05"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        url = httpx.URL(cls.target(options.get("base_url")))
        content = cls.encode(cls.body(model, messages, options))
        head = f"POST {url.path} HTTP/1.1\r\nHost: {url.host}\r\nX-Model: {model}\r\nContent-Length: {len(content)}"
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"{head}\r\n\r\n".encode() + content)
        await reader.read(1)
        writer.close()
        yield "whatever"
