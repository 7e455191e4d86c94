"""Misfits of FINISH: each breaks one step of a sound provider."""

from ground import Acytoo, Backend, FinishReason


class FinishesTwice(Acytoo):
    """Says twice that it is done."""

    fails = "FINISH-01"

    @classmethod
    async def items(cls, response):
        async for item in super().items(response):
            yield item
        yield FinishReason("stop")


class NeverFinishes(Acytoo):
    """Yields text and nothing else."""

    fails = "FINISH-01"

    @classmethod
    async def items(cls, response):
        async for item in super().items(response):
            if isinstance(item, str):
                yield item


class CallsEverythingStop(Backend):
    """Shows a cut answer as a complete one."""

    fails = "FINISH-02"

    @classmethod
    def reason(cls, event):
        del event
        return "stop"


class TakesTheEndForStop(Backend):
    """Needs no finish event."""

    fails = "FINISH-04"

    @classmethod
    async def items(cls, response):
        try:
            async for item in super().items(response):
                yield item
        except RuntimeError as error:
            if "ended before" not in str(error):
                raise
            yield FinishReason("stop")


class ForgivesBrokenConnections(Acytoo):
    """Takes a reset for the end of the answer."""

    fails = "FINISH-04"

    @classmethod
    async def create_async_generator(cls, model, messages, proxy=None, **options):
        some = False
        try:
            async for item in super().create_async_generator(model, messages, proxy, **options):
                some = True
                yield item
        except RuntimeError as error:
            if not some or "transport" not in str(error):
                raise
            yield FinishReason("stop")
