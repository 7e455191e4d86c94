"""Misfits of STREAM: each breaks one step of a sound provider."""

import json

from ground import Acytoo, Backend


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
