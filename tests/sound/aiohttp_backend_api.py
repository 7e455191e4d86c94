"""BackendApi in aiohttp: the events of a g4f server, in JSON lines or as server-sent events. Imports none of ours."""

import re

from aiohttp_parts import FinishReason, Pairs, RawResponse, clean, conversation, data_uris, document, words
from aiohttp_reading import Events
from aiohttp_wire import Conversation, Errors, post

_AFTER_FINISH = 1.0
"""Seconds in which events may follow the finish event; a server that then holds the line open is not waited for."""
_CALLERS_FAULT = re.compile(
    r"bad_?request|invalid_?(request|api)|not_?found|not_?supported|auth|permission|unprocessable|content_?filter"
)
_FAILURE = re.compile(r"(.*_)?(error|fail(ed|ure)?|time_?(d_)?out)|malformed.*")
_REASONS = {
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "guardrail_intervened": "content_filter",
}


class BackendRefused(ValueError):
    """The caller has to change something."""


class BackendFailed(RuntimeError):
    """The same call may succeed later."""


class BackendApi:
    """A template: ``url`` or ``base_url`` names the deployment. Every further option is a member of the body."""

    contract = "backend_api"
    url = None
    errors = Errors(BackendRefused, BackendFailed)

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **kwargs):
        request = await cls.prepare(model, messages, proxy, kwargs)
        events, answer = Events(), Answer(request)
        async with Conversation(request) as talk:
            while not events.done:
                for name, data in events.feed(await answer.next_piece(talk)):
                    if (event := answer.take(name, data)) is not None:
                        yield RawResponse(event)
        yield answer.finish()

    @classmethod
    async def prepare(cls, model, messages, proxy, options):
        if not isinstance(model, str | None):
            raise BackendRefused("model is a str or None")
        own = ("base_url", "timeout", "media", "api_key")
        key = options.get("api_key")
        if key is not None and (not isinstance(key, str) or not re.fullmatch(r"[!-~]+", key)):
            raise BackendRefused("api_key is one word of printable ASCII")
        body = {
            "model": model,
            "messages": conversation(messages),
            "media": await data_uris(options.get("media")),
            "api_key": key,
            **{name: value for name, value in options.items() if name not in own},
        }
        return post(
            cls, "/backend-api/v2/conversation", options, proxy, {"Accept": "text/event-stream"}, body, key or ""
        )


class Answer:
    """What the events say so far: the reason of the finish, whether any text has come."""

    def __init__(self, request):
        self._request = request
        self._pairs = Pairs()
        self._told = False
        self._reason = None
        self._kinds = {"content": self._content, "finish": self._finish, "error": self._error, "auth": self._auth}

    async def next_piece(self, talk):
        """Read on. Once the answer is complete a connection that breaks or falls silent takes nothing from it."""
        if self._reason is None:
            return await talk.read()
        try:
            return await talk.read(within=_AFTER_FINISH)
        except BackendFailed:
            return None

    def take(self, name, data):
        """Give the event as it is yielded, or None; raise if it tells a failure."""
        event = document(data)
        if not isinstance(event, dict):
            return self._garbage(name, data)
        kind = event.get("type") if isinstance(event.get("type"), str) else name
        if kind is None:
            return self._nameless(event, data)
        handle = self._kinds.get(kind)
        event = {**event, "type": kind}
        return handle(event, data) if handle else clean(event)

    def finish(self):
        if self._reason is None:
            raise BackendFailed("the answer broke off before its finish event")
        if not self._told and self._reason.reason not in {"tool_calls", "content_filter"}:
            raise BackendFailed("the answer is empty")
        return self._reason

    def _garbage(self, name, data):
        if name == "error":
            raise BackendFailed(f"the service answered: {self._request.public(words(data))}")
        if data.strip() and self._reason is None and (name is None or name in self._kinds):
            raise BackendFailed(f"an event is no JSON object: {self._request.public(words(data))}")

    def _nameless(self, event, data):
        if event.get("error") or event.get("content") is not None:
            raise BackendFailed(f"an event of no type: {self._request.public(words(data))}")

    def _content(self, event, _):
        text = event.get("content")
        if text is None:
            return clean(event)
        if not isinstance(text, str):
            raise BackendFailed(f"the content of an event is a {type(text).__name__}")
        text = self._pairs.feed(text)
        self._told = self._told or bool(text)
        return clean({**event, "content": text})

    def _finish(self, event, data):
        told = event.get("finish")
        value = told.get("reason") if isinstance(told, dict) else told
        if value not in (None, "", {}):
            self._reason = self._mapped(value, data)
        return clean(event)

    def _mapped(self, value, data):
        if not isinstance(value, str):
            return FinishReason("unknown", clean(value))
        if _FAILURE.fullmatch(value.lower()):
            raise BackendFailed(f"the answer ended in failure: {self._request.public(data.decode())}")
        reason = value if value == "stop" else _REASONS.get(value.lower(), "unknown")
        return FinishReason(reason, clean(value))

    def _error(self, event, data):
        said = self._request.public(words(data))
        told = event.get("error")
        name = (told.get("type") or told.get("code") if isinstance(told, dict) else told) or event.get("message") or ""
        if _CALLERS_FAULT.search(str(name).partition(":")[0].lower()):
            raise BackendRefused(f"the service answered: {said}")
        raise BackendFailed(f"the service answered: {said}")

    def _auth(self, _, data):
        raise BackendRefused(f"the service answered: {self._request.public(words(data))}")
