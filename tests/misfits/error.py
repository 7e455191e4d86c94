"""Misfits of ERROR: each breaks one step of a sound provider."""

import asyncio
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from ground import Acytoo, Backend, Chat, FinishReason


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


class FallsIntoNesting(Backend):
    """Lets the parser give up on what nests too deep."""

    fails = "ERROR-02"

    @classmethod
    def parse(cls, line):
        if line.startswith(b'{"content": [[['):
            return json.loads(line)
        return super().parse(line)


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


class WantsACode(Chat):
    """Takes an error without a code for none."""

    fails = "ERROR-04"

    @classmethod
    def check_event(cls, event):
        error = event.get("error")
        if error and (not isinstance(error, dict) or error.get("code") or error.get("type")):
            super().check_event(event)


class BlamesTheUpstream(Backend):
    """Takes every error event for a failure of the upstream."""

    fails = "ERROR-05"

    @classmethod
    def check_event(cls, event):
        try:
            super().check_event(event)
        except ValueError as error:
            raise RuntimeError(str(error)) from error


class BlamesTheCallerInBand(Chat):
    """Takes overload for bad input."""

    fails = "ERROR-05"

    @classmethod
    def check_event(cls, event):
        if event.get("error"):
            raise ValueError(str(event["error"])[:300])


class Patient(Acytoo):
    """Sound: keeps Retry-After in seconds."""

    @classmethod
    async def check_status(cls, response, options):
        try:
            await super().check_status(response, options)
        except (ValueError, RuntimeError) as error:
            error.retry_after = cls.wait(response.headers.get("retry-after", ""))
            raise

    @classmethod
    def wait(cls, value):
        if not value or value.isdigit():
            return float(value or 0)
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()


class LosesRetryAfter(Patient):
    """Does not tell how long to wait."""

    fails = "ERROR-06"

    @classmethod
    def wait(cls, value):
        del value


class ReadsSecondsOnly(Patient):
    """Knows one of the two forms of Retry-After."""

    fails = "ERROR-06"

    @classmethod
    def wait(cls, value):
        return float(value) if value.isdigit() else None


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


class BeginsAgain(Acytoo):
    """Asks again when the connection is lost, whatever has been yielded."""

    fails = "ERROR-09"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        try:
            async for item in super().create_async_generator(model, messages, proxy, **options):
                yield item
        except RuntimeError as error:
            if "transport" not in str(error):
                raise
            async for item in super().create_async_generator(model, messages, proxy, **options):
                yield item


class Insists(Acytoo):
    """Asks again what was refused."""

    fails = "ERROR-09"

    @classmethod
    async def send(cls, client, request):
        response = await super().send(client, request)
        if response.status_code == 400:
            await response.aclose()
            response = await super().send(client, request)
        return response


class InsistsOnLength(Acytoo):
    """Asks again what was too large."""

    fails = "ERROR-09"

    @classmethod
    async def send(cls, client, request):
        response = await super().send(client, request)
        if response.status_code == 413:
            await response.aclose()
            response = await super().send(client, request)
        return response


class HardlyGivesUp(Acytoo):
    """Asks an overloaded upstream forty times."""

    fails = "ERROR-09"

    @classmethod
    async def send(cls, client, request):
        for _ in range(40):
            response = await super().send(client, request)
            if response.status_code != 503:
                return response
            await response.aclose()
        return await super().send(client, request)


class WaitsAsLongAsItIsTold(Acytoo):
    """Sleeps for an hour if the upstream says so."""

    fails = "ERROR-09"

    @classmethod
    async def send(cls, client, request):
        response = await super().send(client, request)
        if response.status_code == 429 and response.headers.get("retry-after", "").isdigit():
            await response.aclose()
            await asyncio.sleep(int(response.headers["retry-after"]))
            response = await super().send(client, request)
        return response


class SendsAnyKey(Chat):
    """Leaves it to the HTTP library to complain of a key."""

    fails = "ERROR-10"

    @classmethod
    def check(cls, messages, options):
        super().check(messages, {name: value for name, value in options.items() if name != "api_key"})


class ShowsTheKey(Chat):
    """Says which key it does not like."""

    fails = "ERROR-10"

    @classmethod
    def check(cls, messages, options):
        try:
            super().check(messages, options)
        except ValueError as error:
            error.add_note(f"api_key={options.get('api_key')}")
            raise
