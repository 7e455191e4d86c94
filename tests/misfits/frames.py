"""A provider that reads binary frames by hand, and misfits of it: what goes wrong with frames alone."""

import json
import struct
from binascii import crc32
from urllib.parse import quote

from ground import Acytoo, FinishReason, Usage

_REFUSED = ("validation", "accessDenied", "resourceNotFound")


class Converse(Acytoo):
    """Sound as far as frames go: Bedrock's ConverseStream; it asks for no document."""

    contract = "bedrock_converse"
    url = "https://bedrock-runtime.us-east-1.amazonaws.com"
    reasons = {  # noqa: RUF012
        "end_turn": "stop",
        "stop_sequence": "stop",
        "max_tokens": "length",
        "model_context_window_exceeded": "length",
        "tool_use": "tool_calls",
        "guardrail_intervened": "content_filter",
        "content_filtered": "content_filter",
    }

    @classmethod
    def check(cls, messages, options):
        if options.get("stream") is False:
            raise ValueError("documents are not read")
        super().check(messages, {})

    @classmethod
    def body(cls, model, messages, options):
        del options
        turns = [{"role": turn["role"], "content": [{"text": turn["content"]}]} for turn in messages]
        return {"messages": turns, "x_model": model}

    @classmethod
    def encode(cls, body):
        cls.path = f"/model/{quote(body.pop('x_model'), safe='')}/converse-stream"
        return json.dumps(body).encode()

    @classmethod
    def check_type(cls, response):
        """Frames tell by themselves."""

    @classmethod
    async def items(cls, response):
        finish, usage, some = None, None, False
        async for headers, payload in cls.frames(response):
            event = cls.parse(payload)
            cls.check_event(headers, event)
            kind = headers.get(":event-type")
            text = cls.text(event) if kind == "contentBlockDelta" else ""
            if isinstance(text, str) and text:
                some = True
                yield text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            if kind == "messageStop" and event.get("stopReason"):
                finish = finish or cls.finish(event["stopReason"])
            usage = event.get("usage") or usage
        if usage:
            yield Usage({"prompt_tokens": usage.get("inputTokens"), "completion_tokens": usage.get("outputTokens")})
        yield cls.end(finish, some)

    @classmethod
    async def frames(cls, response):
        rest = b""
        async for chunk in response.aiter_bytes():
            rest = cls.joined(rest, chunk)
            while len(rest) >= 12 and len(rest) >= cls.size(rest):
                size = cls.size(rest)
                yield cls.opened(rest[:size])
                rest = rest[size:]
        if rest:
            raise RuntimeError("the stream ends within a frame")

    @classmethod
    def joined(cls, rest, chunk):
        return rest + chunk

    @classmethod
    def size(cls, data):
        size, _, told = struct.unpack(">III", data[:12])
        cls.verify(data[:8], told)
        return size

    @classmethod
    def verify(cls, data, told):
        if crc32(data) != told:
            raise RuntimeError("a checksum is wrong")

    @classmethod
    def opened(cls, frame):
        cls.verify(frame[:-4], struct.unpack(">I", frame[-4:])[0])
        head_end = 12 + struct.unpack(">I", frame[4:8])[0]
        head, headers = frame[12:head_end], {}
        while head:
            name_end = 1 + head[0]
            start = name_end + 3
            size = struct.unpack(">H", head[name_end + 1 : start])[0]
            headers[head[1:name_end].decode()] = head[start : start + size].decode()
            head = head[start + size :]
        return headers, frame[head_end:-4]

    @classmethod
    def parse(cls, payload):
        try:
            event = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise RuntimeError("garbage in a frame") from error
        if not isinstance(event, dict):
            raise RuntimeError("garbage in a frame")  # noqa: TRY004
        return event

    @classmethod
    def check_event(cls, headers, event):
        if headers.get(":message-type") in {"exception", "error"}:
            kind = str(headers.get(":exception-type"))
            family = ValueError if kind.startswith(_REFUSED) else RuntimeError
            raise family(f"{kind} {event.get('message') or headers.get(':error-message')}")

    @classmethod
    def text(cls, event):
        return (event.get("delta") or {}).get("text")

    @classmethod
    def finish(cls, raw):
        if str(raw).startswith("malformed"):
            raise RuntimeError(f"the answer ended by {raw}")
        found = FinishReason(cls.reasons.get(raw, "unknown") if isinstance(raw, str) else "unknown")
        found.raw = raw
        return found

    @classmethod
    def end(cls, finish, some):
        if finish is None or (finish.reason in {"stop", "length"} and not some):
            raise RuntimeError("the answer ended before its finish, or without text")
        return finish


class ReadsEachChunkByItself(Converse):
    """Takes a chunk for whole frames."""

    fails = "STREAM-01"

    @classmethod
    def joined(cls, rest, chunk):
        del rest
        return chunk


class TrustsChecksums(Converse):
    """Verifies no checksum."""

    fails = "STREAM-14"

    @classmethod
    def verify(cls, data, told):
        """Trust them."""


class ForgivesGarbage(Converse):
    """Takes a payload that is no JSON for text."""

    fails = "STREAM-14"

    @classmethod
    def parse(cls, payload):
        try:
            return super().parse(payload)
        except RuntimeError:
            return {"delta": {"text": payload.decode(errors="replace")}}


class KnowsNoExceptions(Converse):
    """Looks at the types of events alone."""

    fails = "ERROR-04"

    @classmethod
    def check_event(cls, headers, event):
        """Pass over it."""


class CallsAllExceptionsTheUpstreams(Converse):
    """Raises RuntimeError for an exception that the caller must mend."""

    fails = "ERROR-05"

    @classmethod
    def check_event(cls, headers, event):
        try:
            super().check_event(headers, event)
        except ValueError as error:
            raise RuntimeError(str(error)) from error


class EndsWithTheBody(Converse):
    """Takes the end of the frames for the end of the answer."""

    fails = "FINISH-04"

    @classmethod
    def end(cls, finish, some):
        return finish or FinishReason("stop")


class TrustsTheDelta(Converse):
    """Takes for granted that a block has a delta."""

    fails = "STREAM-17"

    @classmethod
    def text(cls, event):
        return event["delta"].get("text")
