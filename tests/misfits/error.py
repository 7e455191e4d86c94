"""Misfits of ERROR: each breaks one step of a sound provider."""

import httpx
from ground import Acytoo, Backend, FinishReason


class BlamesTheCaller(Acytoo):
    """Takes a rate limit for bad input."""

    fails = "ERROR-01"

    @classmethod
    def refuse(cls, status, message):
        if status < 500:
            raise ValueError(f"status {status}: {message}")
        super().refuse(status, message)


class RaisesTheLibrarysErrors(Acytoo):
    """Lets httpx tell."""

    fails = "ERROR-02"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        async with httpx.AsyncClient(proxy=proxy) as client:
            target = cls.target(options.get("base_url"))
            response = await client.post(target, json=cls.body(model, messages, options))
            response.raise_for_status()
            yield response.text
            yield FinishReason("stop")


class FailsByAccident(Acytoo):
    """Ends in the right class for the wrong reason."""

    fails = "ERROR-02"

    @classmethod
    def refuse(cls, status, message):
        if status < 500 and status not in {402, 408, 409, 423, 424, 425, 429}:
            int(f"{status} {message}")
        super().refuse(status, message)


class HidesTheReason(Acytoo):
    """Says that something went wrong."""

    fails = "ERROR-03"

    @classmethod
    def refuse(cls, status, message):
        del message
        super().refuse(status, "request failed")


class YieldsErrorsAsEvents(Backend):
    """Passes an error event on like any other."""

    fails = "ERROR-04"

    @classmethod
    def check_event(cls, event):
        del event


class LetsTransportErrorsEscape(Acytoo):
    """Lets callers know which HTTP library it uses."""

    fails = "ERROR-07"

    @classmethod
    def translate(cls, error):
        raise error


class TakesAnything(Acytoo):
    """Takes every 200 for an answer."""

    fails = "ERROR-08"

    @classmethod
    def check_type(cls, response):
        del response


class TakesNothing(Acytoo):
    """Takes an empty body for an answer."""

    fails = "ERROR-08"

    @classmethod
    async def items(cls, response):
        async for text in cls.texts(response):
            yield text
        yield FinishReason("stop")
