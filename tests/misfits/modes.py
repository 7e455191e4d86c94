"""Providers whose two modes, stream and document, do not agree. On purpose."""

from ground import Chat


class AsksForUsageInEveryMode(Chat):
    """Sends stream_options without streaming, which OpenAI refuses."""

    fails = "REQ-10"

    @classmethod
    def usage_option(cls, options):
        return {"stream_options": {"include_usage": True}}


class AcceptsStreamsAlone(Chat):
    """Asks for a document, and admits none."""

    fails = "REQ-10"

    @classmethod
    def headers(cls, options):
        return {**super().headers(options), "accept": "text/event-stream"}


class NeverAsksForUsage(Chat):
    """Streams without asking for the usage."""

    fails = "REQ-10"

    @classmethod
    def usage_option(cls, options):
        return {}


class ForgetsOptionsOfDocuments(Chat):
    """Builds the body of a document apart, and leaves the temperature out."""

    fails = "REQ-10"

    @classmethod
    def body(cls, model, messages, options):
        body = super().body(model, messages, options)
        return body if body["stream"] else {name: value for name, value in body.items() if name != "temperature"}


class DocumentsAlwaysStop(Chat):
    """Does not read the stop value of a document."""

    fails = "FINISH-07"

    @classmethod
    def read(cls, event, member, state):
        yield from super().read(event, member, state)
        if member == "message":
            state["finish"].reason = "stop"


class DocumentsAreStripped(Chat):
    """Strips the text of a document."""

    fails = "FINISH-07"

    @classmethod
    def read(cls, event, member, state):
        for item in super().read(event, member, state):
            yield item.strip() if isinstance(item, str) and member == "message" else item


class DocumentsHaveOtherUsage(Chat):
    """Leaves the prompt out of the usage of a document."""

    fails = "FINISH-07"

    @classmethod
    def read(cls, event, member, state):
        yield from super().read(event, member, state)
        if member == "message" and state["usage"]:
            state["usage"] = {**state["usage"], "prompt_tokens": 0}
