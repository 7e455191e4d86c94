"""Misfits of REQ and MODEL: each breaks one step of a sound provider."""

import json
import os
import unicodedata
from pathlib import Path
from urllib.parse import urljoin

import httpx
from ground import Acytoo, Backend, context


class JoinsWithUrljoin(Acytoo):
    """Loses the path of base_url."""

    fails = "REQ-01"

    @classmethod
    def target(cls, base_url):
        return urljoin(base_url or cls.url, cls.path)


class DoublesTheSlash(Acytoo):
    """Keeps the trailing slash of base_url before the slash of the path."""

    fails = "REQ-01"

    @classmethod
    def target(cls, base_url):
        return (base_url or cls.url) + cls.path


class AsksAnotherOrigin(Acytoo):
    """Knows an old address of the service."""

    fails = "REQ-01"
    url = "https://chat.acytoo.net"


class SendsPlainText(Acytoo):
    """Calls its JSON plain text."""

    fails = "REQ-02"

    @classmethod
    def headers(cls, options):
        return {**super().headers(options), "content-type": "text/plain"}


class AcceptsImagesOnly(Acytoo):
    """Does not admit the answer that it wants."""

    fails = "REQ-02"

    @classmethod
    def headers(cls, options):
        return {**super().headers(options), "accept": "image/*"}


class TellsItsNameTwice(Acytoo):
    """Sends its own User-Agent beside that of the library."""

    fails = "REQ-02"

    @classmethod
    def request(cls, client, target, content, options):
        request = super().request(client, target, content, options)
        request.headers = httpx.Headers([*request.headers.raw, (b"User-Agent", b"mine/1.0")])
        return request


class ForgetsMembers(Acytoo):
    """Leaves out a member that the API requires."""

    fails = "REQ-03"

    @classmethod
    def body(cls, model, messages, options):
        body = super().body(model, messages, options)
        del body["password"]
        return body


class KeepsOneSystemMessage(Acytoo):
    """Lets the last system message win."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        system = [message for message in messages if message["role"] == "system"]
        others = [message for message in messages if message["role"] != "system"]
        return super().body(model, system[-1:] + others, options)


class MovesSystemFirst(Acytoo):
    """Changes the order of the conversation."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model, sorted(messages, key=lambda message: message["role"] != "system"), options)


class TestsForTruth(Acytoo):
    """Takes temperature 0 for no temperature."""

    fails = "REQ-05"

    @classmethod
    def body(cls, model, messages, options):
        return {**super().body(model, messages, options), "temperature": options.get("temperature") or 0.5}


class DropsUnknownOptions(Acytoo):
    """Accepts any option and forgets it."""

    fails = "REQ-05"

    @classmethod
    def check(cls, messages, options):
        super().check(messages, {name: options[name] for name in options if name in cls.known})


class AppendsToMessages(Acytoo):
    """Writes into the caller's conversation."""

    fails = "REQ-06"

    @classmethod
    def body(cls, model, messages, options):
        messages[-1]["seen"] = True
        return super().body(model, messages, options)


class CountsItsCalls(Acytoo):
    """Sends another body each time."""

    fails = "REQ-06"
    calls = 0

    @classmethod
    def body(cls, model, messages, options):
        cls.calls += 1
        return {**super().body(model, messages, options), "temperature": cls.calls}


class SpendsTheMedia(Backend):
    """Takes each medium out of the caller's list as it encodes it."""

    fails = "REQ-06"

    @classmethod
    def body(cls, model, messages, options):
        body = super().body(model, messages, options)
        if options.get("media"):
            options["media"].clear()
        return body


class LeavesTheMessagesChanged(Acytoo):
    """Marks the caller's conversation where the answer is left early."""

    fails = "REQ-06"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        try:
            async for item in super().create_async_generator(model, messages, proxy, **options):
                yield item
        except GeneratorExit:
            messages.append({"role": "user", "content": "never mind"})
            raise


class StripsConversations(Acytoo):
    """Takes white space for noise where there are several messages."""

    fails = "REQ-04"

    @classmethod
    def body(cls, model, messages, options):
        if len(messages) > 1:
            messages = [{**message, "content": str(message["content"]).strip()} for message in messages]
        return super().body(model, messages, options)


class NormalisesPrompts(Acytoo):
    """Composes what the caller wrote decomposed."""

    fails = "REQ-08"

    @classmethod
    def body(cls, model, messages, options):
        composed = [{**message, "content": unicodedata.normalize("NFKC", message["content"])} for message in messages]
        return super().body(model, composed, options)


class LetsSurrogatesEscape(Acytoo):
    """Lets the encoder complain about a lone surrogate."""

    fails = "REQ-08"

    @classmethod
    def check(cls, messages, options):
        super().check([], options)
        "".join(message["content"] for message in messages).encode()


class IgnoresProxy(Acytoo):
    """Goes out as the environment says, whatever the caller says."""

    fails = "REQ-11"

    @classmethod
    def client(cls, proxy, timeout):
        del proxy
        return httpx.AsyncClient(timeout=timeout or 5, verify=context())


class LeadsHttpAlone(Backend):
    """Tells the library of the proxy for one kind of origin."""

    fails = "REQ-11"

    @classmethod
    def client(cls, proxy, timeout):
        ways = {"http://": httpx.AsyncHTTPTransport(proxy=proxy)} if proxy else None
        return httpx.AsyncClient(mounts=ways, timeout=timeout or 5, verify=context())


class WritesTheProxyDown(Backend):
    """Tells the library of the proxy by the environment, and with it everybody else."""

    fails = "REQ-11"

    @classmethod
    def client(cls, proxy, timeout):
        if proxy:
            os.environ["http_proxy"] = os.environ["https_proxy"] = proxy
        return super().client(None, timeout)


class KeepsTheProxy(Backend):
    """Leads all calls where one was told to go."""

    fails = "REQ-11"
    kept = None

    @classmethod
    def client(cls, proxy, timeout):
        cls.kept = proxy or cls.kept
        return super().client(cls.kept, timeout)


class TrustsTheHome(Acytoo):
    """Sends the credentials that it finds in ~/.netrc."""

    fails = "REQ-11"

    @classmethod
    def client(cls, proxy, timeout):
        client, found = super().client(proxy, timeout), Path("~/.netrc").expanduser()
        client.auth = httpx.NetRCAuth(str(found)) if found.exists() else None
        return client


class IgnoresNoProxy(Acytoo):
    """Asks the proxy for everything."""

    fails = "REQ-11"

    @classmethod
    def client(cls, proxy, timeout):
        return super().client(proxy or os.environ.get("http_proxy"), timeout)


class LowersTheModel(Backend):
    """Changes the case of the model id."""

    fails = "MODEL-01"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model.lower(), messages, options)


class CutsTheModel(Backend):
    """Takes a slash for the end of a vendor's name."""

    fails = "MODEL-01"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model.rpartition("/")[2], messages, options)


class ForgetsTheVendor(Backend):
    """Takes one vendor's name for an alias."""

    fails = "MODEL-01"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model.removeprefix("openai/"), messages, options)


class KnowsTheNewestAnyway(Backend):
    """Takes the tag that means the newest for none."""

    fails = "MODEL-01"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model.removesuffix(":latest"), messages, options)


class ForgetsItsOwnName(Backend):
    """Takes the service's own name before an id for a router's."""

    fails = "MODEL-01"

    @classmethod
    def body(cls, model, messages, options):
        return super().body(model.removeprefix(f"{cls.contract}/"), messages, options)


class RewritesParts(Backend):
    """Puts the text of a content list in its place, in the caller's message."""

    fails = "REQ-06"

    @classmethod
    def check_content(cls, content):
        super().check_content(content)
        if isinstance(content, list):
            content[:] = [part.get("text", "") for part in content]


class SendsWhateverItGets(Acytoo):
    """Writes as text what JSON cannot carry."""

    fails = "REQ-05"

    @classmethod
    def encode(cls, body):
        return json.dumps(body, default=str).encode()
