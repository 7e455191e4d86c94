"""Removes what must not be in a file: credentials by value, shape and place, and what differs by day and machine. Pure.

Headers are kept by allow-list, in both directions. Replacements in a body move its chunk borders along. What is
encoded (JSON in JSON, percent, base64, gzip) is cleaned within; text that is split over events is joined first.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from providers.contract import Contract, TextRule

from ...errors import HarnessError
from ...frames import is_framed
from ...recording import Interaction, Recording
from . import deltas, framed, learning, volatile
from .body import Body
from .codings import CODINGS, inflated
from .shapes import (
    CREDENTIALS,
    IDENTITIES,
    LONG,
    LONG_TOKEN,
    MACHINE_PATH,
    PLACEHOLDER,
    PUBLIC,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    SHAPES,
    TOKEN,
    names,
    places,
)
from .spelling import anywhere

__all__ = ["PLACEHOLDER", "Body", "Scrub"]
_HOLDER = PLACEHOLDER.encode()
_DEEPEST = 5
"""Encodings within each other that are taken off."""


@dataclass(frozen=True, kw_only=True)
class Scrub:
    """What is removed beside what is known of all services; header names in lower case."""

    secrets: frozenset[str] = frozenset()
    """Values that are removed wherever they stand."""
    keep: frozenset[str] = frozenset()
    """Further headers that are kept, in both directions: those that a contract documents."""
    credentials: frozenset[str] = frozenset()
    """Further headers whose value is a secret."""
    fresh: frozenset[str] = frozenset()
    """Headers whose value differs from call to call; they are hidden as secrets are."""
    shapes: tuple[re.Pattern[bytes], ...] = ()
    """Further secrets by shape."""
    members: frozenset[str] = frozenset()
    """Further names of members and parameters whose value is a secret."""
    answer: TextRule | None = None
    """Where events carry answer text, which may be split over them."""
    documented: str = ""
    """Text of a contract; an id that stands in it is a constant."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Ids that are replaced wherever they stand, and by what."""

    def judged_by(self, contract: Contract) -> "Scrub":
        """Give a scrub that also knows what a contract documents."""
        passing = (rule.name.lower() for rule in contract.headers if rule.fresh or rule.recent or rule.digest)
        keys = {contract.api_key_header.lower()} if contract.api_key_header else set()
        return replace(
            self,
            keep=self.keep | {rule.name.lower() for rule in contract.headers},
            credentials=self.credentials | keys,
            fresh=self.fresh | frozenset(passing),
            answer=contract.text,
            documented=repr(contract.payload),
        )

    def taught(self, raw: Recording) -> "Scrub":
        """Give a scrub that also knows the secrets and ids of this recording, for it and for what came of it."""
        headers = CREDENTIALS | self.credentials
        secrets = self.secrets | learning.secrets(raw, headers, self.members)
        call = json.dumps([raw.call.messages, raw.call.options], ensure_ascii=False, default=repr)
        known = (call + self.documented).encode(errors="surrogatepass")
        ids = volatile.ids(learning.texts(raw.interactions), known)
        return replace(self, secrets=secrets, ids={one: name for one, name in ids.items() if one not in secrets})

    def recording(self, raw: Recording) -> Recording:
        """Give a recording without secrets: exchanges, call, expectation, and who answered."""
        call, expected = raw.call, raw.expected
        return replace(
            raw,
            upstream=self.text(raw.upstream),
            call=replace(
                call,
                model=self.text(call.model),
                messages=tuple(self.value(message, asked=True) for message in call.messages),
                options=self.value(call.options, asked=True),
            ),
            expected=replace(expected, text=self.text(expected.text)),
            interactions=tuple(map(self.interaction, raw.interactions)),
        )

    def interaction(self, raw: Interaction) -> Interaction:
        """Give an interaction without secrets. Chunks that add nothing, of a coding's head or a secret, are joined."""
        asked = self.body(Body.of([raw.request_body])).replaced(TOKEN, _hidden)
        reply = Body(raw.body, raw.wire.chunks)
        body = framed.cleaned(reply, self._reply) if is_framed(raw.body) else self._reply(reply)
        told = [(size, at) for size, at in zip(body.sizes, raw.wire.at, strict=True) if size]
        return replace(
            raw,
            uri=self.text(raw.uri),
            request_headers=self._headers(raw.request_headers, REQUEST_HEADERS | self.keep),
            request_body=asked.data,
            reason=self.text(raw.reason),
            headers=self._headers(raw.headers, RESPONSE_HEADERS | self.keep),
            body=body.data,
            wire=replace(raw.wire, chunks=tuple(size for size, _ in told), at=tuple(at for _, at in told)),
        )

    def _reply(self, body: Body) -> Body:
        return self.body(deltas.cleaned(body, self.answer, self.body)).replaced(LONG_TOKEN, _hidden)

    def body(self, body: Body, depth: int = _DEEPEST) -> Body:
        """Remove secrets, ids, times and paths of a machine from bytes, also where they are encoded."""
        if depth:
            body = self._decoded(body, depth)
        body = body.replaced(self._values, _HOLDER)
        for shape in (*SHAPES, *self.shapes):
            body = body.replaced(shape, _HOLDER)
        for place in self._places:
            body = body.replaced(place, _hidden)
        for identity, holder in IDENTITIES:
            body = body.replaced(identity, holder)
        body = body.replaced(self._ids, lambda match: self.ids[match.group().decode()].encode())
        for differing, constant in volatile.IN_PLACE:
            body = body.replaced(differing, constant)
        return body.replaced(MACHINE_PATH, b"")

    def text(self, text: str) -> str:
        """Remove them from text."""
        return self._clean(text.encode(errors="surrogatepass"), _DEEPEST).decode(errors="surrogatepass")

    def value(self, value: Any, *, asked: bool = False) -> Any:
        """Remove them from a JSON value, also by the names of its members; ``asked``: by the caller."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self._clean(value, _DEEPEST)
        if isinstance(value, list | tuple):
            return [self.value(element, asked=asked) for element in value]
        if isinstance(value, Mapping):
            return {self._name(name): self._member(name, member, asked=asked) for name, member in value.items()}
        return value

    def outcome(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """Remove them from what a provider gave (``Transcript.whole``); its raw events are a stream like a body."""
        events = deltas.joined(whole["raw"], self.answer, self.body)
        cleaned: dict[str, Any] = self.value({**whole, "raw": events})
        return cleaned

    def error(self, error: HarnessError) -> HarnessError:
        """Give an error of the same kind that tells no secret."""
        return type(error)(error.code, self.text(error.message), self.text(error.hint))

    def _member(self, name: Any, member: Any, *, asked: bool) -> Any:
        if self._secret(name, member, asked=asked):
            return PLACEHOLDER
        member = self.value(member, asked=asked)
        return volatile.member(name, member) if isinstance(name, str) else member

    def _name(self, name: Any) -> Any:
        """Clean the name of a member; a key can be one."""
        return self.text(name) if isinstance(name, str) else name

    def _secret(self, name: Any, value: Any, *, asked: bool) -> bool:
        """Tell whether a member is a secret by its name."""
        if not isinstance(name, str) or not isinstance(value, str) or not value:
            return False
        if name.lower() == "token":
            return asked or LONG.fullmatch(value) is not None
        return self._named.fullmatch(name) is not None

    def _decoded(self, body: Body, depth: int) -> Body:
        """Clean what is encoded, one encoding deep; each calls for the next."""

        def clean(data: bytes) -> bytes:
            return self._clean(data, depth - 1)

        packed = inflated(body.data, clean, _HOLDER)
        if packed is not None:
            return body if packed == body.data else body.edited([(0, len(body.data), packed)])
        for pattern, decode in CODINGS:
            body = body.replaced(pattern, lambda match, decode=decode: decode(match.group(), clean))  # type: ignore[misc]
        return body

    def _clean(self, data: bytes, depth: int) -> bytes:
        return self.body(Body(data, (len(data),)), depth).data

    def _headers(self, headers: Iterable[tuple[str, str]], kept: frozenset[str]) -> tuple[tuple[str, str], ...]:
        found = []
        for name, value in headers:
            if name.lower() in CREDENTIALS | self.credentials and value not in PUBLIC:
                found.append((name, PLACEHOLDER))
            elif name.lower() in kept:
                found.append((name, PLACEHOLDER if name.lower() in self.fresh else self.text(value)))
        return tuple(found)

    @cached_property
    def _values(self) -> re.Pattern[bytes]:
        return anywhere(self.secrets)

    @cached_property
    def _ids(self) -> re.Pattern[bytes]:
        ordered = sorted(self.ids, key=lambda one: (-len(one), one))
        return re.compile("|".join(map(re.escape, ordered)).encode() or b"(?!)")

    @cached_property
    def _places(self) -> tuple[re.Pattern[bytes], ...]:
        return places(self.members)

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return names(self.members)


def _hidden(match: re.Match[bytes]) -> bytes:
    return match.group(1) + _HOLDER + match.group(3)
