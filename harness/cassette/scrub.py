"""Removes what must not be in a file: credentials by value, shape and place, and what differs by day and machine. Pure.

Headers are kept by allow-list, in both directions. Replacements in a body move its chunk borders along.
"""

import base64
import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any
from urllib.parse import quote, quote_plus

from ..recording import Interaction, Recording

PLACEHOLDER = "REDACTED"
REQUEST_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "origin", "referer"})
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "cache-control", "vary"})
CREDENTIALS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-goog-api-key"}
)
_PUBLIC = frozenset({"Bearer null"})
"""Values of credential headers that are documented constants and no secret."""
_HOLDER = PLACEHOLDER.encode()
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rb"\b(?:sk|pk|rk|gsk|xai|hf|r8|nvapi|glpat)[-_][A-Za-z0-9_\-]{16,}",  # vendors' keys
        rb"\bAIza[A-Za-z0-9_\-]{30,}",
        rb"\bgh[pousr]_[A-Za-z0-9]{30,}",
        rb"\bAKIA[A-Z0-9]{16}\b",
        rb"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}",  # JSON web tokens
        rb"(?i)\bBearer +(?!null\b)[A-Za-z0-9._~+/\-]{8,}=*",
    )
)
_NAMES = rb"(?:x[-_])?api[-_]?key|(?:access|refresh|id|auth)[-_]?token|(?:client[-_]?)?secret|password"
_SECRET_NAME = re.compile(_NAMES.decode(), re.IGNORECASE)
_PLACES = (
    re.compile(rb'(?i)("(?:' + _NAMES + rb')"\s*:\s*")((?:[^"\\]|\\.)+)(")'),  # members; never max_tokens and the like
    re.compile(rb'(?i)(\\"(?:' + _NAMES + rb')\\"\s*:\s*\\")([^"\\]+)(\\")'),  # members of JSON within JSON
    re.compile(rb"(?i)([?&](?:" + _NAMES + rb"""|key|token|sig|signature)=)([^&#\s"'<>\\]+)()"""),
    re.compile(rb'(://)([^/?#@\s"\\]+)(@)'),
)
"""What comes before a secret, the secret, what comes after it."""
_TOKEN = re.compile(rb'(?i)("token"\s*:\s*")((?:[^"\\]|\\.)+)(")')
_LONG_TOKEN = re.compile(rb'(?i)("token"\s*:\s*")([^"\\\s]{16,})(")')
"""In replies ``token`` is often a piece of text (logprobs, reasoning); a credential is long and has no blanks."""
_LONG = re.compile(r"""[^"\\\s]{16,}""")
_MACHINE_PATH = re.compile(rb'/(?:[^"/\\\s:]+/)+(?=[^"/\\\s]+\.gguf)')
"""The folders of a model's file, which differ from machine to machine."""
_SHORTEST_BASE64 = 8
"""Characters; fewer occur by chance."""

Replace = Callable[[re.Match[bytes]], bytes]


@dataclass(frozen=True)
class Body:
    """Bytes with the borders of their chunks."""

    data: bytes
    sizes: tuple[int, ...]

    def replaced(self, pattern: re.Pattern[bytes], replacement: bytes | Replace) -> "Body":
        """Replace every match; a border within one moves to the end of its replacement."""
        borders = list(accumulate(self.sizes))
        moved = list(borders)
        parts: list[bytes] = []
        last = shift = 0
        for match in pattern.finditer(self.data):
            new = match.expand(replacement) if isinstance(replacement, bytes) else replacement(match)
            start, end = match.span()
            parts += [self.data[last:start], new]
            grown = len(new) - (end - start)
            for index in range(bisect_left(borders, start + 1), len(borders)):
                inside = borders[index] < end
                moved[index] = start + shift + len(new) if inside else borders[index] + shift + grown
            shift += grown
            last = end
        data = b"".join([*parts, self.data[last:]])
        return Body(data, tuple(end - start for start, end in pairwise([0, *moved])))


@dataclass(frozen=True, kw_only=True)
class Scrub:
    """What is removed beside what is known of all services; header names in lower case."""

    secrets: frozenset[str] = frozenset()
    """Values that are removed wherever they stand."""
    keep: frozenset[str] = frozenset()
    """Further request headers that a contract documents."""
    credentials: frozenset[str] = frozenset()
    """Further headers whose value is a secret."""

    def recording(self, raw: Recording) -> Recording:
        """Give a recording without secrets: exchanges, call, expectation, and who answered."""
        call, expected = raw.call, raw.expected
        return replace(
            raw,
            upstream=self.text(raw.upstream),
            call=replace(
                call,
                messages=tuple(self.value(message, asked=True) for message in call.messages),
                options=self.value(call.options, asked=True),
            ),
            expected=replace(expected, text=self.text(expected.text)),
            interactions=tuple(map(self.interaction, raw.interactions)),
        )

    def interaction(self, raw: Interaction) -> Interaction:
        """Give an interaction without secrets. Chunks that add nothing, of a coding's head or a secret, are joined."""
        asked = self.body(Body(raw.request_body, (len(raw.request_body),))).replaced(_TOKEN, _hidden)
        body = self.body(Body(raw.body, raw.wire.chunks)).replaced(_LONG_TOKEN, _hidden)
        told = [(size, at) for size, at in zip(body.sizes, raw.wire.at, strict=True) if size]
        return replace(
            raw,
            uri=self.text(raw.uri),
            request_headers=self._headers(raw.request_headers, REQUEST_HEADERS | self.keep),
            request_body=asked.data,
            headers=self._headers(raw.headers, RESPONSE_HEADERS),
            body=body.data,
            wire=replace(raw.wire, chunks=tuple(size for size, _ in told), at=tuple(at for _, at in told)),
        )

    def body(self, body: Body) -> Body:
        """Remove secrets and paths of a machine from bytes."""
        for secret in self._spellings():
            body = body.replaced(re.compile(re.escape(secret)), _HOLDER)
        for shape in _SHAPES:
            body = body.replaced(shape, _HOLDER)
        for place in _PLACES:
            body = body.replaced(place, _hidden)
        return body.replaced(_MACHINE_PATH, b"")

    def text(self, text: str) -> str:
        """Remove them from text."""
        data = text.encode(errors="surrogatepass")
        return self.body(Body(data, (len(data),))).data.decode(errors="surrogatepass")

    def value(self, value: Any, *, asked: bool = False) -> Any:
        """Remove them from a JSON value, also by the names of its members; ``asked``: by the caller."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(element, asked=asked) for element in value]
        if isinstance(value, Mapping):
            return {
                name: PLACEHOLDER if _secret(name, member, asked=asked) else self.value(member, asked=asked)
                for name, member in value.items()
            }
        return value

    def _headers(self, headers: Iterable[tuple[str, str]], names: frozenset[str]) -> tuple[tuple[str, str], ...]:
        kept = []
        for name, value in headers:
            if name.lower() in CREDENTIALS | self.credentials and value not in _PUBLIC:
                kept.append((name, PLACEHOLDER))
            elif name.lower() in names:
                kept.append((name, self.text(value)))
        return tuple(kept)

    def _spellings(self) -> list[bytes]:
        """Give every secret as it stands in text, JSON, URL and base64; the longest first, as one may hold another."""
        ways: tuple[Callable[[str], str], ...] = (str, quote, quote_plus, _in_json, _in_ascii_json)
        secrets = self.secrets - {""}
        found = {way(secret).encode() for secret in secrets for way in ways}
        found.update(core for secret in secrets for core in _in_base64(secret.encode()))
        return sorted(found, key=lambda spelling: (-len(spelling), spelling))


def _hidden(match: re.Match[bytes]) -> bytes:
    return match.group(1) + _HOLDER + match.group(3)


def _secret(name: Any, value: Any, *, asked: bool) -> bool:
    """Tell whether a member is a secret by its name."""
    if not isinstance(name, str) or not isinstance(value, str) or not value:
        return False
    if name.lower() == "token":
        return asked or _LONG.fullmatch(value) is not None
    return _SECRET_NAME.fullmatch(name) is not None


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_ascii_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _in_base64(secret: bytes) -> Iterable[bytes]:
    """Give the characters that a secret alone decides, wherever in the encoded bytes it begins."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret).rstrip(b"=")
        whole = (before + len(secret)) * 8 // 6  # the character after these depends on what follows
        core = encoded[-(-before * 8 // 6) : whole]
        if len(core) >= _SHORTEST_BASE64:
            yield core
            yield core.translate(bytes.maketrans(b"+/", b"-_"))
