"""Misfits of an API whose path names model and mode: each breaks one step of the built-in provider."""

from unittest.mock import patch

from providers.errors import UpstreamFailed
from providers.gemini import Gemini, provider, reading
from providers.gemini.asking import body
from providers.response import FinishReason


class Patched(Gemini):
    """Sound, unless something is put in the place of a step or of an item."""

    contract = "gemini"
    fails = ""
    module = provider
    steps = ()

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        with patch.dict(vars(cls.module), dict(cls.steps)):
            async for item in super().create_async_generator(model, messages, proxy, **options):
                yield cls.instead(item)

    @classmethod
    def instead(cls, item):
        return item


class StreamsDocuments(Patched):
    """Asks for a document where streams are asked for."""

    fails = "REQ-01"
    steps = (("_method", lambda _stream, alt: (f"streamGenerateContent?alt={alt or 'sse'}", "*/*")),)


class DropsTheQuery(Patched):
    """Forgets what the query has to say."""

    fails = "REQ-01"
    steps = (("_method", lambda stream, _alt: ("streamGenerateContent" if stream else "generateContent", "*/*")),)


class KnowsOneFraming(Patched):
    """Drops an option that belongs into the query."""

    fails = "REQ-05"
    steps = (
        ("_method", lambda stream, _alt: ("streamGenerateContent?alt=sse" if stream else "generateContent", "*/*")),
    )


class ForgetsTheConfig(Patched):
    """Drops the options that belong into an object of the body."""

    fails = "REQ-05"
    steps = (("body", lambda messages, media, _options: body(messages, media, {})),)


class PutsTheIdIntoThePathAsItIs(Patched):
    """Lets an id end the path."""

    fails = "MODEL-01"
    steps = (("_id", lambda model: model),)


class CutsTheIdAtItsSlash(Patched):
    """Takes what stands before a slash for a vendor's name."""

    fails = "MODEL-01"
    steps = (("_id", lambda model: model.rpartition("/")[2]),)


class StopsAfterCalls(Patched):
    """Takes the stop value of an answer with calls by its word."""

    fails = "STREAM-23"

    @classmethod
    def instead(cls, item):
        return FinishReason("stop") if item == FinishReason("tool_calls") else item


class AnswersBlockedPrompts(Patched):
    """Takes a blocked prompt for a complete answer."""

    fails = "FINISH-09"

    @classmethod
    def instead(cls, item):
        return FinishReason("stop") if isinstance(item, FinishReason) and item.raw else item


class SaysItsThoughts(Patched):
    """Takes the part of a thought for one of the answer."""

    fails = "STREAM-22"
    module = reading
    steps = (("Reasoning", str),)


class LosesTheWait(Patched):
    """Keeps nothing of an error but its words."""

    fails = "ERROR-06"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        try:
            async for item in Gemini.create_async_generator(model, messages, proxy, **options):
                yield item
        except UpstreamFailed as error:
            error.retry_after = None
            raise
