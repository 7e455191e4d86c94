"""Misfits of FINISH: each breaks one step of a sound provider."""

from ground import Acytoo, Backend, Chat, FinishReason


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


class CallsTheUnknownStop(Backend):
    """Takes a stop value that it does not know for stop."""

    fails = "FINISH-03"

    @classmethod
    def reason(cls, event):
        reason = super().reason(event)
        return reason if reason in ("length", "tool_calls", "content_filter") else "stop"


class WantsAStr(Chat):
    """Looks a stop value up, whatever it is."""

    fails = "FINISH-03"

    @classmethod
    def reason(cls, raw):
        return {**cls.reasons, "content_filter": "content_filter"}.get(raw, "unknown")


class ForgetsTheStopValue(Chat):
    """Says that the stop value is unknown, and not what it was."""

    fails = "FINISH-03"

    @classmethod
    def finish(cls, raw, before):
        found = super().finish(raw, before)
        return found and FinishReason(found.reason)


class StopsAtTheStopValue(Chat):
    """Looks at the stop value of an event before its text."""

    fails = "FINISH-05"

    @classmethod
    def choice(cls, event):
        choice = super().choice(event)
        return {"finish_reason": choice["finish_reason"]} if choice.get("finish_reason") else choice


class TakesBlankForAnEnd(Chat):
    """Knows null as no stop value, but not an empty one."""

    fails = "FINISH-06"

    @classmethod
    def finish(cls, raw, before):
        return super().finish("stop" if raw == "" else raw, before)

    @classmethod
    def read(cls, event, member, state):
        if state["finish"] is None:
            yield from super().read(event, member, state)


class ShowsFailuresAsAnswers(Chat):
    """Knows no stop value that means failure."""

    fails = "FINISH-08"

    @classmethod
    def finish(cls, raw, before):
        return super().finish("unknown" if raw == "error" else raw, before)


class HidesTheFilter(Chat):
    """Shows a filtered answer as a complete one."""

    fails = "FINISH-09"

    @classmethod
    def reason(cls, raw):
        return "stop" if raw == "content_filter" else super().reason(raw)


class HidesRefusals(Chat):
    """Does not look at refusals."""

    fails = "FINISH-09"

    @classmethod
    def end(cls, state):
        yield from super().end({**state, "refusal": "", "some": True})


class LeavesAtTheFinish(Chat):
    """Is gone before the sentinel."""

    fails = "FINISH-10"

    @classmethod
    def check_event(cls, event):
        pass

    @classmethod
    def read(cls, event, member, state):
        if state["finish"] is None:
            Chat.check_event(event)
            yield from super().read(event, member, state)


class CallsBeforeLength(Chat):
    """Says tool_calls wherever there are calls, also where the answer was cut short."""

    fails = "FINISH-02"

    @classmethod
    def end(cls, state):
        for item in super().end(state):
            reason = "tool_calls" if state["calls"] and type(item).__name__ == "FinishReason" else None
            yield FinishReason(reason) if reason else item
