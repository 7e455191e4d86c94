"""Five kinds of reply as state machines: bytes in, items out. No socket, no clock, nothing of the project.

Bytes go into ``feed``, their end is told by ``finish``; both give items, or raise where the reply is a failure.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_CALLERS_FAULT = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
_CALLERS_NAMES = re.compile(
    r"auth|badrequest|invalidrequest|permission|contentfilter|moderation|(model|provider|stream)not(found|supported)"
)
_FAILED = re.compile(r"error|failed|failure|timeout|malformed.*", re.IGNORECASE)
_FILTERED = re.compile(r"safety|refusal|blocked|blocklist|prohibited.*|guardrail.*", re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
_BOUND = 500


class FinishReason:
    def __init__(self, reason: Any) -> None:
        self.reason = reason


class RawResponse:
    """One event as it came; its members can be read as attributes."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = dict(members)

    def __getattr__(self, name: str) -> Any:
        if name != "_members" and name in self._members:
            return self._members[name]
        raise AttributeError(name)

    def get_dict(self) -> dict[str, Any]:
        return dict(self._members)


def repaired(text: str) -> str:
    """Join surrogate pairs; replace lone surrogates by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def parsed(data: bytes) -> Any:
    """Give the JSON document in UTF-8, raw controls kept, lone surrogates replaced; None where there is none."""
    try:
        text = data.removeprefix(_BOM).decode()
        value = json.loads(text, strict=False)
        if "\\ud" in text.lower():
            value = json.loads(repaired(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    return value


def shown(text: str, secret: str | None = None) -> str:
    """Make foreign words fit for an exception: no credential, one line, bounded."""
    for form in {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]} if secret else ():
        text = text.replace(form, "[key]")
    text = " ".join(text.split())
    return text if len(text) <= _BOUND else f"{text[:_BOUND]} ..."


def told(document: Mapping[str, Any]) -> str:
    """Give code and message of an error object, whatever its shape."""
    inner = document.get("error")
    source = inner if isinstance(inner, Mapping) else document
    names = ("code", "type", "error", "auth", "statusCode", "statusMessage", "message", "detail", "data")
    return ", ".join(str(source[name]) for name in names if source.get(name) not in (None, ""))


def failure_of_status(
    status: int, body: bytes, secret: str | None = None, retry_after: str | None = None
) -> ValueError | RuntimeError:
    """Give the exception for an error status; the body only lends its words."""
    document = parsed(body)
    page = re.sub(r"<[^<>]*>", " ", body.decode("utf-8", "replace"))
    text = f"HTTP {status}: {shown(told(document) if isinstance(document, Mapping) else page, secret)}"
    if retry_after is not None:
        retry_after = shown(retry_after, secret)
        text += f" (retry after {retry_after})"
    failure = (ValueError if status in _CALLERS_FAULT else RuntimeError)(text)
    failure.retry_after = retry_after
    return failure


class Lines:
    """Cuts bytes at LF, CRLF and CR, and nowhere else; skips a leading byte order mark."""

    def __init__(self) -> None:
        self._buffer, self._searched = bytearray(), 0
        self._after_cr, self._first = False, True

    def feed(self, data: bytes) -> list[bytes]:
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        self._buffer += data
        lines, start = [], 0
        for end in list(_LINE_END.finditer(self._buffer, self._searched)):
            lines.append(self._bare(self._buffer[start : end.start()]))
            start = end.end()
            self._after_cr = start == len(self._buffer) and end.group() == b"\r"
        del self._buffer[:start]
        self._searched = len(self._buffer)
        return lines

    def rest(self) -> bytes:
        return self._bare(self._buffer)

    def _bare(self, line: bytearray) -> bytes:
        first, self._first = self._first, False
        return bytes(line.removeprefix(_BOM) if first else line)


class Speech:
    """Passes text on, but holds it back as long as the whole may still turn out to be an error sentence."""

    def __init__(self, sentence: str = "") -> None:
        self._sentence, self._held, self._silent = sentence, "", True

    def say(self, text: str) -> Iterator[str]:
        self._held += text
        may_be = self._held.strip() == self._sentence or self._sentence.startswith(self._held.lstrip())
        if self._held and not (self._sentence and may_be):
            held, self._held, self._sentence, self._silent = self._held, "", "", False
            yield held

    def end(self) -> Iterator[str | FinishReason]:
        if self._sentence and self._held.strip() == self._sentence:
            raise RuntimeError(f"the upstream refuses for now: {self._sentence}")
        if self._silent and not self._held:
            raise RuntimeError("the answer has no text")
        if self._held:
            yield self._held
        yield FinishReason("stop")


class Reply:
    """Media types that are no answer; whether the answer is complete though more may follow; what is never shown."""

    refused: frozenset[str] = frozenset()
    settled = False
    secret: str | None = None


class TextReply(Reply):
    """The whole body is the answer, in UTF-8."""

    refused = frozenset({"text/html", "application/json"})

    def __init__(self, sentence: str = "") -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._speech = Speech(sentence)

    def feed(self, data: bytes) -> Iterator[str]:
        yield from self._speech.say(self._decoder.decode(data))

    def finish(self) -> Iterator[str | FinishReason]:
        if self._decoder.getstate()[0]:
            raise RuntimeError("the answer ends inside a character")
        yield from self._speech.end()


class PizzagptReply(Reply):
    """The body is one JSON object with the answer in it."""

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, data: bytes) -> Iterator[str]:
        self._body += data
        yield from ()

    def finish(self) -> Iterator[str | FinishReason]:
        document = parsed(bytes(self._body))
        document = document if isinstance(document, Mapping) else {}
        status = document.get("statusCode")
        if type(status) is int and status >= 400:
            raise failure_of_status(status, bytes(self._body))
        answer = document.get("answer")
        content = answer.get("content") if isinstance(answer, Mapping) else document.get("content")
        if not isinstance(content, str) or not content:
            raise RuntimeError(f"the reply has no answer: {shown(told(document))}")
        if content.lower().startswith("misuse detected. please get in touch"):
            raise ValueError(shown(content))
        yield content
        yield FinishReason("stop")


class FlowGptReply(Reply):
    """The body is JSON objects on lines of their own; those named text carry the answer."""

    def __init__(self) -> None:
        self._lines, self._speech = Lines(), Speech("Insufficient credit")

    def feed(self, data: bytes) -> Iterator[str]:
        for line in self._lines.feed(data):
            yield from self._read(parsed(line))

    def finish(self) -> Iterator[str | FinishReason]:
        rest = self._lines.rest()
        event = parsed(rest)
        if rest.strip() and event is None:
            raise RuntimeError("the answer ends inside an event")
        yield from self._read(event)
        yield from self._speech.end()

    def _read(self, event: Any) -> Iterator[str]:
        """Read one event; what is no object or has another name is none of ours."""
        if not isinstance(event, Mapping):
            return
        name, data = event.get("event"), event.get("data")
        if name == "error" or (name is None and event.get("error") is not None):
            raise RuntimeError(f"the upstream reports an error: {shown(told(event))}")
        if name in ("text", None) and isinstance(data, str):
            yield from self._speech.say(data)


class BackendApiReply(Reply):
    """Events as server-sent events or as JSON lines, told apart line by line; a finish event ends the answer."""

    def __init__(self, secret: str | None = None) -> None:
        self.secret, self._lines, self._silent = secret, Lines(), True
        self._name, self._data = "", []
        self._reason: Any = None

    @property
    def settled(self) -> bool:
        return self._reason is not None

    def feed(self, data: bytes) -> Iterator[RawResponse]:
        for line in self._lines.feed(data):
            yield from self._line(line)

    def finish(self) -> Iterator[RawResponse | FinishReason]:
        yield from self._line(self._lines.rest())
        yield from self._line(b"")
        if not self.settled:
            raise RuntimeError("the answer ends without its finish event")
        if self._silent and self._reason == "content_filter":
            raise ValueError("the upstream filtered the whole answer")
        if self._silent and self._reason != "tool_calls":
            raise RuntimeError("the answer has no text")
        yield FinishReason(self._reason)

    def _line(self, line: bytes) -> Iterator[RawResponse]:
        field, _, value = line.partition(b":")
        if line.lstrip().startswith(b"{"):
            yield from self._event(line, "")
        elif field == b"data":
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.decode("utf-8", "replace").strip()
        elif not line:
            name, data, self._name, self._data = self._name, b"\n".join(self._data), "", []
            yield from self._event(data, name)

    def _event(self, data: bytes, name: str) -> Iterator[RawResponse]:
        event = parsed(data)
        if not isinstance(event, Mapping) or not event:
            if name == "error":
                raise RuntimeError(f"the upstream reports: {shown(data.decode('utf-8', 'replace'), self.secret)}")
            return
        kind = event.get("type")
        if not isinstance(kind, str):
            members = ("error", "auth", "finish", "content")
            kind = name or next((member for member in members if event.get(member) is not None), "")
        if "error" in (kind, name) or kind == "auth":
            raise self._failure(event, kind)
        if kind == "finish":
            self._settle(event.get("finish"))
        if kind == "content" and event.get("content"):
            self._silent = False
        yield RawResponse({**event, "type": kind} if kind else event)

    def _settle(self, finish: Any) -> None:
        reason = finish.get("reason") if isinstance(finish, Mapping) else finish
        if isinstance(reason, str) and _FAILED.fullmatch(reason):
            raise RuntimeError(f"the answer failed: {shown(reason, self.secret)}")
        if isinstance(reason, str) and _FILTERED.fullmatch(reason):
            raise ValueError(f"the answer was refused: {shown(reason, self.secret)}")
        if reason is not None and reason != "":
            self._reason = reason

    def _failure(self, event: Mapping[str, Any], kind: str) -> ValueError | RuntimeError:
        error = event.get("error")
        if isinstance(error, Mapping):
            error = error.get("status") or error.get("code") or error.get("type")
        if type(error) is int:
            return failure_of_status(error, json.dumps(event).encode(), self.secret)
        plain = re.sub(r"[^a-z]", "", str(error).lower())
        family = ValueError if kind == "auth" or _CALLERS_NAMES.search(plain) else RuntimeError
        return family(f"the upstream reports an error: {shown(told(event), self.secret)}")
