"""Providers of OpenAI chat completions that each misread what an event means. On purpose."""

from contextlib import aclosing

from ground import Chat, Reasoning


class IndexesChoices(Chat):
    """Takes choices[0] unless usage stands beside none: the only chunk without choices that its author had seen."""

    fails = "STREAM-16"

    @classmethod
    def choice(cls, event):
        return {} if event.get("usage") and not event["choices"] else event["choices"][0]


class TakesWhatComesFirst(Chat):
    """Takes the first choice of the list for the first choice."""

    fails = "STREAM-24"

    @classmethod
    def choice(cls, event):
        return next(iter(event.get("choices") or []), None) or {}


class ReadsTheMessageToo(Chat):
    """Where a delta is empty, falls back to the message beside it, which repeats the answer."""

    fails = "STREAM-20"

    @classmethod
    def said(cls, choice, member):
        said = super().said(choice, member)
        return said if said.get("content") else {**said, **(choice.get("message") or {})}


class SkipsEqualTexts(Chat):
    """Takes a piece that equals the one before for a repetition of the service."""

    fails = "STREAM-20"

    @classmethod
    def read(cls, event, member, state):
        for item in super().read(event, member, state):
            if not isinstance(item, str) or item != state.get("last"):
                yield item
            state["last"] = item


class CutsGrowingTexts(Chat):
    """Takes a piece that begins with the answer so far for a snapshot of it."""

    fails = "STREAM-20"

    @classmethod
    def read(cls, event, member, state):
        for item in super().read(event, member, state):
            if isinstance(item, str):
                come = state.setdefault("come", "")
                new = item.removeprefix(come) if come else item
                state["come"] += new
                yield new
            else:
                yield item


class WritesPartsAsTheyAre(Chat):
    """Yields the list of parts as Python would print it."""

    fails = "STREAM-21"

    @classmethod
    def text(cls, content):
        return str(content or "")


class JoinsAllParts(Chat):
    """Takes every part of a list for text, the thinking too."""

    fails = "STREAM-21"

    @classmethod
    def text(cls, content):
        if isinstance(content, list):
            parts = [part.get("text") or part["thinking"][0]["text"] for part in content]
            return "".join(parts)
        return super().text(content)


class ThinksAloud(Chat):
    """Yields the reasoning as answer text."""

    fails = "STREAM-22"

    @classmethod
    def contents(cls, said):
        for item in super().contents(said):
            yield item.token if isinstance(item, Reasoning) else item


class EitherThinksOrSpeaks(Chat):
    """Takes a chunk with reasoning for one without text."""

    fails = "STREAM-22"

    @classmethod
    def contents(cls, said):
        yield from list(super().contents(said))[:1]


class MergesByIndexAlone(Chat):
    """Takes calls with the same index for one."""

    fails = "STREAM-23"

    @classmethod
    def owner(cls, calls, fragment, function, place):
        return next((call for call in calls if call["index"] == fragment.get("index")), None)


class MergesWholeCalls(Chat):
    """Takes calls of one name at one index, without ids, for one, though each came complete."""

    fails = "STREAM-23"

    @classmethod
    def owner(cls, calls, fragment, function, place):
        alike = [call for call in calls if call["index"] == fragment.get("index")]
        same = function.get("name") in (None, "", *(call["name"] for call in alike[-1:]))
        anonymous = not fragment.get("id") and same
        return alike[-1] if alike and anonymous else super().owner(calls, fragment, function, place)


class MergesByOrderAlone(Chat):
    """Appends every fragment without a name to the last call."""

    fails = "STREAM-23"

    @classmethod
    def owner(cls, calls, fragment, function, place):
        return None if function.get("name") else calls[-1]


class TearsAtEveryId(Chat):
    """Takes every fragment that has an id, even an empty one, for a new call."""

    fails = "STREAM-23"

    @classmethod
    def owner(cls, calls, fragment, function, place):
        return None if fragment.get("id") is not None else super().owner(calls, fragment, function, place)


class NeedsAnId(Chat):
    """Forgets calls that come without an id."""

    fails = "STREAM-23"

    @classmethod
    def end(cls, state):
        state["calls"] = [call for call in state["calls"] if call["id"]]
        yield from super().end(state)


class KeepsToolCallsToItself(Chat):
    """Never yields tool calls: level SHOULD."""

    fails = "STREAM-23"

    @classmethod
    def fragments(cls, said):
        return []


class AddsUsageUp(Chat):
    """Adds up the usage of all chunks, each of which counts from the beginning."""

    fails = "STREAM-26"

    @classmethod
    def usage(cls, event, before):
        told = event.get("usage")
        if not told or not before:
            return told or before
        return {name: before[name] + told[name] for name in cls.counts}


class SumsTheTotal(Chat):
    """Reckons the total, which counts more than the other two."""

    fails = "STREAM-26"

    @classmethod
    def usage(cls, event, before):
        told = super().usage(event, before)
        return told and {**told, "total_tokens": told["prompt_tokens"] + told["completion_tokens"]}


class StopsAtUsage(Chat):
    """Takes the chunk with usage for the last one."""

    fails = "STREAM-26"

    @classmethod
    async def events(cls, response):
        async for event in super().events(response):
            yield event
            if event.get("usage"):
                return


class ReadsDocumentsByTheBook(Chat):
    """Takes the content of a document for a str: only its streams know typed parts."""

    fails = "STREAM-21"

    @classmethod
    def read(cls, event, member, state):
        for item in super().read(event, member, state):
            yield str(cls.said(cls.choice(event), member)["content"]) if member == "message" else item


class LosesCallsOfDocuments(Chat):
    """Knows tool calls in streams alone."""

    fails = "STREAM-23"

    @classmethod
    def read(cls, event, member, state):
        yield from super().read(event, member, state)
        if member == "message":
            state["calls"] = []


class LeavesAtTheFinish(Chat):
    """Reads no further than the stop value, behind which the usage stands."""

    fails = "STREAM-26"

    @classmethod
    async def events(cls, response):
        async with aclosing(super().events(response)) as events:
            async for event in events:
                yield event
                if cls.choice(event).get("finish_reason"):
                    return
