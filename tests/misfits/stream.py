"""Misfits of STREAM: each breaks one step of a sound provider."""

import json
import unicodedata

from ground import Acytoo, Backend, Chat


class ParsesEachChunk(Backend):
    """Takes a network chunk for a number of whole lines."""

    fails = "STREAM-01"

    @classmethod
    async def lines(cls, response):
        async for chunk in response.aiter_bytes():
            for line in chunk.split(b"\n"):
                yield line


class DecodesEachChunk(Acytoo):
    """Drops the characters that are cut."""

    fails = "STREAM-02"

    @classmethod
    async def texts(cls, response):
        async for chunk in response.aiter_bytes():
            yield chunk.decode(errors="ignore")


class SplitsLikeStr(Backend):
    """Ends lines where str.splitlines() does."""

    fails = "STREAM-04"

    @classmethod
    async def lines(cls, response):
        async for line in response.aiter_lines():
            yield line.encode()


class DropsTheLastLine(Backend):
    """Waits for a line end that never comes."""

    fails = "STREAM-08"

    @classmethod
    async def lines(cls, response):
        rest = b""
        async for chunk in response.aiter_bytes():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line


class ReadsRawBytes(Acytoo):
    """Advertises gzip and does not unpack it."""

    fails = "STREAM-12"

    @classmethod
    async def texts(cls, response):
        async for chunk in response.aiter_raw():
            yield chunk.decode("latin-1") if chunk[:1] == b"\x1f" else chunk.decode(errors="replace")


class ReadsTheWholeBody(Acytoo):
    """Streams nothing."""

    fails = "STREAM-13"

    @classmethod
    async def texts(cls, response):
        yield (await response.aread()).decode(errors="replace")


class LivesOnChunks(Acytoo):
    """Streams a chunked body alone."""

    fails = "STREAM-13"

    @classmethod
    async def texts(cls, response):
        if "transfer-encoding" in response.headers:
            async for text in super().texts(response):
                yield text
        else:
            yield (await response.aread()).decode(errors="replace")


class LetsTheParserEscape(Backend):
    """Shows callers the parser's own exception."""

    fails = "STREAM-14"

    @classmethod
    def parse(cls, line):
        return json.loads(line)


class StripsPieces(Acytoo):
    """Takes blanks for noise."""

    fails = "STREAM-19"

    @classmethod
    async def texts(cls, response):
        async for text in super().texts(response):
            yield text.strip()


class CutsSpecialTokens(Acytoo):
    """Takes the words of a chat template for noise of the model."""

    fails = "STREAM-19"

    @classmethod
    async def texts(cls, response):
        async for text in super().texts(response):
            yield text.replace("<|im_end|>", "")


class Composes(Acytoo):
    """Writes characters in their composed form."""

    fails = "STREAM-19"

    @classmethod
    async def texts(cls, response):
        async for text in super().texts(response):
            yield unicodedata.normalize("NFC", text)


class SweepsUpMarks(Acytoo):
    """Removes marks of no width, which glue emoji and words."""

    fails = "STREAM-19"

    @classmethod
    async def texts(cls, response):
        async for text in super().texts(response):
            yield text.replace("\u200b", "").replace("\u200d", "")


class TidiesDocuments(Chat):
    """Strips an answer that comes as one document."""

    fails = "STREAM-19"

    @classmethod
    def read(cls, event, member, state):
        for item in super().read(event, member, state):
            yield item.strip() if isinstance(item, str) and member == "message" else item


class StripsWhatItHeld(Acytoo):
    """Holds back what may become an advert, and gives it without its edges at the end."""

    fails = "STREAM-19"
    advert = "You can try our new always-free website: https://chat.acytoo.com"

    @classmethod
    async def texts(cls, response):
        held = ""
        async for text in super().texts(response):
            held += text
            if not cls.advert.startswith(held.strip()):
                yield held
                held = ""
        yield held.strip()


class YieldsNone(Acytoo):
    """Yields an item that is nothing."""

    fails = "STREAM-25"

    @classmethod
    async def items(cls, response):
        yield None
        async for item in super().items(response):
            yield item


class YieldsHalfCharacters(Backend):
    """Takes surrogate escapes for characters of their own."""

    fails = "STREAM-25"

    @classmethod
    def parse(cls, line):
        event = super().parse(line)
        if event.get("type") == "content" and b"\\ud" in line:
            event["content"] = event["content"].encode("utf-16", "surrogatepass")[2:4].decode("utf-16", "surrogatepass")
        return event


class YieldsLoneHalves(Chat):
    """Cares for surrogates that are alone in streams, and forgets its documents."""

    fails = "STREAM-25"

    @classmethod
    def read(cls, event, member, state):
        for item in super().read(event, member, state):
            whole = member == "message" and isinstance(item, str)
            yield cls.text(cls.said(cls.choice(event), member)["content"]) if whole else item


class EndsLinesAtLfOnly(Backend):
    """Takes a CR for a part of its line."""

    fails = "STREAM-03"

    @classmethod
    def split(cls, data):
        return data.split(b"\n")


class TakesACutLineEndForTwo(Chat):
    """Ends an event between CR and LF, where they come apart and it has several data lines: a triple."""

    fails = "STREAM-03"

    @classmethod
    async def lines(cls, response):
        rest = b""
        async for chunk in response.aiter_bytes():
            *lines, rest = (rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            for line in lines:
                yield line.removeprefix(b"\xef\xbb\xbf")
        yield rest
        yield b""


class NeedsTheSpace(Backend):
    """Knows ``data: `` with its space only."""

    fails = "STREAM-05"

    @classmethod
    def value(cls, line):
        return line.removeprefix(b"data:")[1:]


class NeedsTheSpaceOfErrors(Backend):
    """Reads text without the space, and loses errors: a pair."""

    fails = "STREAM-05"

    @classmethod
    def value(cls, line):
        return b"" if line.startswith(b"data:{") and b"Error" in line else super().value(line)


class TakesCommentsForGarbage(Backend):
    """Gives up at a keep-alive."""

    fails = "STREAM-06"

    @classmethod
    async def lines(cls, response):
        async for line in super().lines(response):
            if line.startswith(b":"):
                raise RuntimeError("no field")
            yield line


class RefusesNewEvents(Backend):
    """Knows today's types only."""

    fails = "STREAM-06"

    @classmethod
    def check_event(cls, event):
        super().check_event(event)
        if str(event["type"]).startswith("x_"):
            raise RuntimeError("an unknown event")


class ForgetsDataAtAnId(Chat):
    """Starts its event anew at an id field."""

    fails = "STREAM-06"

    @classmethod
    async def lines(cls, response):
        lines = []
        async for line in super().lines(response):
            lines = [] if line.startswith(b"id:") else [*lines, line]
            if not line:
                for held in lines:
                    yield held
                lines = []


class ParsesEachDataLine(Chat):
    """Takes a data line for an event."""

    fails = "STREAM-07"

    @classmethod
    async def lines(cls, response):
        async for line in super().lines(response):
            yield line
            yield b""


class WaitsForTheEnd(Chat):
    """Reads on after the end sentinel, until the connection closes."""

    fails = "STREAM-09"

    @classmethod
    async def lines(cls, response):
        ended = False
        async for line in super().lines(response):
            ended = ended or line.endswith(b"[DONE]")
            if not ended:
                yield line


class ComparesTheSentinelExactly(Chat):
    """Does not know the sentinel between blanks."""

    fails = "STREAM-09"

    @classmethod
    def is_sentinel(cls, data):
        return data == b"[DONE]"


class KeepsTheMark(Backend):
    """Takes a BOM for a part of the first field's name."""

    fails = "STREAM-10"

    @classmethod
    def without_mark(cls, line):
        return line


class SkipsAWholeMarkOnly(Backend):
    """Knows a BOM only where it comes in one chunk: a variation and a cut."""

    fails = "STREAM-10"

    @classmethod
    async def lines(cls, response):
        rest, first = b"", True
        async for chunk in response.aiter_bytes():
            piece = chunk.removeprefix(b"\xef\xbb\xbf") if first else chunk
            *lines, rest = cls.split(rest + piece)
            first = False
            for line in lines:
                yield line
        yield rest


class RefusesLongLines(Chat):
    """Limits an event as asyncio's and aiohttp's readline() do."""

    fails = "STREAM-11"

    @classmethod
    async def lines(cls, response):
        async for line in super().lines(response):
            if len(line) > 524_288:
                raise RuntimeError("line too long")
            yield line


class ComparesTypesByCase(Acytoo):
    """Takes a media type for its usual spelling."""

    fails = "STREAM-15"

    @classmethod
    def check_type(cls, response):
        if not response.headers.get("content-type", "").startswith("text/plain"):
            raise RuntimeError("expected text/plain")


class BlamesTheCallerForTheType(Acytoo):
    """Raises ValueError for what the upstream did."""

    fails = "STREAM-15"

    @classmethod
    def check_type(cls, response):
        if response.headers.get("content-type", "").partition("/")[0].lower() != "text":
            raise ValueError("expected text/plain")


class ReadsErrorsAsTheyCome(Acytoo):
    """Decodes the content coding of answers alone."""

    fails = "STREAM-12"

    @classmethod
    async def check_status(cls, response, options):
        if response.status_code != 200:
            raw = b"".join([chunk async for chunk in response.aiter_raw()])
            cls.refuse(response.status_code, raw.decode(errors="replace")[:300])
        await super().check_status(response, options)
