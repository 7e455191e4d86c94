"""Three sound providers in plain httpx, cut into steps, so that each misfit breaks one step and nothing else."""

import base64
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
        except (ValueError, RuntimeError) as error:
            error.args = cls.redacted(error.args, options.get("api_key") or "\0")
            raise

    @classmethod
    def redacted(cls, words, key):
        return tuple(str(word).replace(key, "***")[:400] for word in words)

    @classmethod
    def check(cls, messages, options):
        unknown = set(options) - _OPTIONS - cls.known
        if unknown:
            raise ValueError(f"unknown options: {sorted(unknown)}")
        for message in messages:
            cls.check_content(message["content"])
            if not str(message["content"]).isprintable() and any(0xD800 <= ord(c) < 0xE000 for c in message["content"]):
                raise ValueError("a lone surrogate in a message")

    @classmethod
    def check_content(cls, content):
        if content is None:
            raise ValueError("a message without content")

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
        message = (await response.aread()).decode(errors="replace")
        cls.refuse(response.status_code, message.replace(options.get("api_key") or "\0", "***")[:300])

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
        further = {name: value for name, value in options.items() if name not in {*_OPTIONS, "media"}}
        media = [[cls.media(data, name), name] for data, name in options.get("media") or ()] or None
        return {"model": model, "messages": messages, "media": media, "api_key": None, **further}

    @classmethod
    def media(cls, data, name):
        del name
        kinds = {b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp"}
        return f"data:image/{kinds.get(data[:4], 'jpeg')};base64,{base64.b64encode(data).decode()}"

    @classmethod
    def headers(cls, options):
        del options
        return {"content-type": "application/json", "accept": "text/event-stream"}

    @classmethod
    def check_type(cls, response):
        """Events tell by themselves."""

    @classmethod
    async def lines(cls, response):
        rest, first, after_cr = b"", True, False
        async for chunk in response.aiter_bytes():
            data = chunk.removeprefix(b"\n") if after_cr else chunk
            after_cr = chunk.endswith(b"\r")
            *lines, rest = cls.split(rest + data)
            for line in lines:
                yield cls.without_mark(line) if first else line
                first = False
        yield cls.without_mark(rest) if first else rest

    @classmethod
    def split(cls, data):
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")

    @classmethod
    def without_mark(cls, line):
        return line.removeprefix(codecs.BOM_UTF8)

    @classmethod
    async def payloads(cls, response):
        data = []
        async with aclosing(cls.lines(response)) as lines:
            async for line in lines:
                if line.lstrip().startswith((b"{", b"[", b"<", b"null")):
                    yield line
                elif line.startswith(b"data:"):
                    data.append(cls.value(line))
                elif not line.strip() and data:
                    yield b"\n".join(data)
                    data = []
        yield b"\n".join(data)

    @classmethod
    def value(cls, line):
        return line.removeprefix(b"data:").removeprefix(b" ")

    @classmethod
    async def items(cls, response):
        reason = None
        async with aclosing(cls.payloads(response)) as payloads:
            async for payload in payloads:
                line = payload.strip()
                if line.startswith(b"{"):
                    event = cls.parse(line)
                    cls.check_event(event)
                    reason = cls.reason(event) if event.get("type") == "finish" else reason
                    yield RawResponse(event)
                elif line:
                    raise RuntimeError("not an event")
        if reason is None:
            raise RuntimeError("the answer ended before its finish event")
        yield FinishReason(reason)

    @classmethod
    def parse(cls, line):
        try:
            event = json.loads(line.decode(errors="replace"))
        except (json.JSONDecodeError, RecursionError) as error:
            raise RuntimeError("garbage in the stream") from error
        if "type" not in event:
            raise RuntimeError(f"no event: {str(event)[:200]}")
        if isinstance(event.get("content"), str):
            event["content"] = event["content"].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return event

    @classmethod
    def check_event(cls, event):
        message = str(event.get("message"))
        if event["type"] == "auth":
            raise ValueError(message)
        if event["type"] == "error":
            if str(event.get("error")).startswith(("BadRequest", "ModelNotFound", "ProviderNotFound")):
                raise ValueError(message)
            raise RuntimeError(message)

    @classmethod
    def reason(cls, event):
        return event["finish"]["reason"]


class Reasoning:
    def __init__(self, token):
        self.token = token


class ToolCalls:
    def __init__(self, calls):
        self.calls = calls


class Usage:
    def __init__(self, counts):
        self.__dict__.update(counts)


class Chat(Acytoo):
    """Sound: OpenAI chat completions in both modes, with all that its contract documents."""

    contract = "openai_chat"
    url = "https://api.openai.com/v1"
    path = "/chat/completions"
    reasons = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "function_call": "tool_calls"}  # noqa: RUF012
    refusals = frozenset({"invalid_request_error", "authentication_error", "invalid_api_key", "model_not_found"})
    counts = ("prompt_tokens", "completion_tokens", "total_tokens")

    @classmethod
    def check(cls, messages, options):
        key = options.get("api_key")
        if key is not None and not (isinstance(key, str) and key.isascii() and key.isprintable() and key.strip()):
            raise ValueError("an unusable api_key")
        super().check(messages, {})

    @classmethod
    def check_content(cls, content):
        typed = isinstance(content, list) and content and all("type" in part for part in content)
        if not isinstance(content, str) and not typed:
            raise ValueError("a message without content")

    @classmethod
    def body(cls, model, messages, options):
        further = {name: value for name, value in options.items() if name not in {*_OPTIONS, "media", "api_key"}}
        messages = cls.illustrated(messages, options.get("media") or ())
        return {"model": model, "messages": messages, "stream": True, **cls.usage_option(options), **further}

    @classmethod
    def usage_option(cls, options):
        return {"stream_options": {"include_usage": True}} if options.get("stream", True) else {}

    @classmethod
    def illustrated(cls, messages, media):
        if not media:
            return messages
        *before, last = messages
        parts = [{"type": "image_url", "image_url": {"url": Backend.media(data, name)}} for data, name in media]
        return [*before, {**last, "content": [{"type": "text", "text": last["content"]}, *parts]}]

    @classmethod
    def headers(cls, options):
        key = options.get("api_key")
        accept = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
        return accept if key is None else {**accept, "authorization": f"Bearer {key}"}

    @classmethod
    async def check_status(cls, response, options):
        try:
            await super().check_status(response, options)
        except (ValueError, RuntimeError) as error:
            error.retry_after = response.headers.get("retry-after")
            raise

    @classmethod
    def check_type(cls, response):
        """Events and documents tell by themselves."""

    @classmethod
    async def items(cls, response):
        whole = cls.is_document(response)
        state = {"calls": [], "usage": None, "finish": None, "refusal": "", "some": False}
        async with aclosing(cls.document(response) if whole else cls.events(response)) as events:
            async for event in events:
                for item in cls.read(event, "message" if whole else "delta", state):
                    state["some"] = state["some"] or isinstance(item, str)
                    yield item
        for item in cls.end(state):
            yield item

    @classmethod
    def is_document(cls, response):
        return json.loads(response.request.content).get("stream") is False

    @classmethod
    async def document(cls, response):
        yield cls.parse(await response.aread())

    @classmethod
    async def lines(cls, response):
        rest, first, after_cr = b"", True, False
        async for chunk in response.aiter_bytes():
            data = chunk.removeprefix(b"\n") if after_cr else chunk
            after_cr = chunk.endswith(b"\r")
            *lines, rest = (rest + data).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            for line in lines:
                yield line.removeprefix(codecs.BOM_UTF8) if first else line
                first = False
        yield rest
        yield b""

    @classmethod
    async def events(cls, response):
        data = []
        async with aclosing(cls.lines(response)) as lines:
            async for line in lines:
                field, _, value = line.partition(b":")
                if field == b"data":
                    data.append(value.removeprefix(b" "))
                elif not line and data:
                    whole, data = b"\n".join(data), []
                    if cls.is_sentinel(whole):
                        return
                    if whole.strip():
                        yield cls.parse(whole)

    @classmethod
    def is_sentinel(cls, data):
        return data.strip() == b"[DONE]"

    @classmethod
    def parse(cls, data):
        try:
            event = json.loads(data.decode())
        except (ValueError, RecursionError) as error:
            raise RuntimeError("garbage in the answer") from error
        if isinstance(event, dict):
            return event
        raise RuntimeError(f"no event: {str(event)[:200]}")

    @classmethod
    def read(cls, event, member, state):
        cls.check_event(event)
        state["usage"] = cls.usage(event, state["usage"])
        choice = cls.choice(event)
        said = cls.said(choice, member)
        yield from cls.contents(said)
        for position, fragment in enumerate(cls.fragments(said)):
            cls.merge(state["calls"], fragment, position - len(cls.fragments(said)))
        state["refusal"] += said.get("refusal") or ""
        state["finish"] = cls.finish(choice.get("finish_reason"), state["finish"])

    @classmethod
    def check_event(cls, event):
        error = event.get("error")
        if error:
            told = error if isinstance(error, dict) else {"message": error}
            message = f"{told.get('code')} {told.get('message')}"
            if cls.refusals & {str(told.get("type")), str(told.get("code"))} or told.get("code") in _REFUSED:
                raise ValueError(message)
            raise RuntimeError(message)

    @classmethod
    def usage(cls, event, before):
        return event.get("usage") or before

    @classmethod
    def choice(cls, event):
        choices = [choice for choice in event.get("choices") or [] if choice]
        return next((choice for choice in choices if not choice.get("index")), {})

    @classmethod
    def said(cls, choice, member):
        return choice.get(member) or {}

    @classmethod
    def contents(cls, said):
        thought = cls.thought(said)
        if thought:
            yield Reasoning(thought)
        text = cls.text(said.get("content"))
        if text:
            yield text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    @classmethod
    def thought(cls, said):
        return said.get("reasoning_content") or said.get("reasoning")

    @classmethod
    def text(cls, content):
        if isinstance(content, list):
            return "".join(part.get("text") or "" for part in content if part and part.get("type") == "text")
        return content or ""

    @classmethod
    def fragments(cls, said):
        return [fragment for fragment in said.get("tool_calls") or [] if fragment]

    @classmethod
    def merge(cls, calls, fragment, place):
        """Add a fragment to its call; ``place`` counts from the last fragment of the chunk."""
        function = fragment.get("function") or {}
        call = cls.owner(calls, fragment, function, place)
        if call is None:
            call = {"index": fragment.get("index"), "id": None, "name": None, "arguments": ""}
            calls.append(call)
        call["id"] = call["id"] or fragment.get("id")
        call["name"] = call["name"] or function.get("name")
        call["arguments"] += function.get("arguments") or ""

    @classmethod
    def owner(cls, calls, fragment, function, place):
        index, call_id = fragment.get("index"), fragment.get("id")
        here = [call for call in calls if index is not None and call["index"] == index]
        if here and (call_id == here[-1]["id"] if call_id else not (function.get("name") and cls.whole(here[-1]))):
            return here[-1]
        known = [call for call in calls if call_id and call["id"] == call_id]
        if known:
            return known[-1]
        if index is None and not call_id and not function.get("name") and calls:
            return calls[max(place, -len(calls))]
        return None

    @classmethod
    def whole(cls, call):
        try:
            json.loads(call["arguments"])
        except ValueError:
            return False
        return True

    @classmethod
    def finish(cls, raw, before):
        if raw in (None, "") or before:
            return before
        if str(raw).lower().startswith(("error", "fail", "timeout", "malformed")):
            raise RuntimeError(f"the answer ended by {raw}")
        found = FinishReason(cls.reason(raw))
        found.raw = raw
        return found

    @classmethod
    def reason(cls, raw):
        if raw == "content_filter":
            return raw
        return cls.reasons.get(raw, "unknown") if isinstance(raw, str) else "unknown"

    @classmethod
    def end(cls, state):
        if state["finish"] is None:
            raise RuntimeError("the answer ended before its finish")
        if state["calls"]:
            yield ToolCalls([{name: call[name] for name in ("id", "name", "arguments")} for call in state["calls"]])
        if state["usage"]:
            yield Usage({name: state["usage"].get(name) for name in cls.counts})
        finish = FinishReason("content_filter") if state["refusal"] else state["finish"]
        if finish.reason in {"stop", "length"} and not state["some"] and not state["calls"]:
            raise RuntimeError("an empty answer")
        yield finish
