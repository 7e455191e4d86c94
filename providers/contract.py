"""The form that a supplier fills in: what an upstream promises and a provider claims.

Only data. It names no harness module and performs no I/O; the harness reads it, providers never do.
Paths name places in a JSON document: members joined by dots, ``[*]`` for every element of an array
(``messages[*].content``). Every rule carries the source it was taken from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

OK = 200


class Codec(StrEnum):
    """How the bytes of an answer are cut into events."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"
    SSE = "sse"


class Capability(StrEnum):
    """A feature that decides which requirements apply."""

    STREAM = "stream"
    """The answer comes in pieces, each yielded as it comes."""
    EVENTS = "events"
    """The answer comes as JSON events, so there is structure to disturb."""
    LINES = "lines"
    """Line ends separate the events."""
    MODEL = "model"
    """The request carries the caller's model."""
    OPTIONS = "options"
    API_KEY = "api_key"
    PROXY = "proxy"
    TIMEOUT = "timeout"
    MEDIA = "media"
    TERMINAL_MARKER = "terminal marker"
    """An event says that the answer is complete."""
    IN_BAND_ERRORS = "in-band errors"
    """A reply of status 200 can be a failure."""
    LIVE_ORIGIN = "live origin"
    """The provider knows the address of its service."""


class Door(StrEnum):
    """How a provider is led to an upstream other than its own, in the order of trial."""

    BASE_URL = "base_url"
    URL = "url"
    PROXY = "proxy"
    ENVIRONMENT = "environment"


class Family(StrEnum):
    """The two exceptions: could this very call succeed later, unchanged? No or yes."""

    VALUE_ERROR = "ValueError"
    RUNTIME_ERROR = "RuntimeError"


@dataclass(frozen=True, kw_only=True)
class HeaderRule:
    """One request header: a regular expression that its whole value matches, and how it may vary."""

    name: str
    value: str
    source: str
    required: bool = True
    """False: other clients may legally differ, so a miss is reported at level SHOULD."""
    fresh: bool = False
    """The value differs from call to call (a nonce, a device id)."""
    recent: float | None = None
    """The value is a Unix time within so many seconds of now."""
    digest: str | None = None
    """The value is the MD5 (hex) of this template over the other headers: ``{x-nonce}-{x-time}``."""


@dataclass(frozen=True, kw_only=True)
class TextRule:
    """Where an event carries answer text: its members equal ``match`` and the text stands at one of ``paths``."""

    paths: tuple[str, ...]
    match: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FinishRule:
    """The event that ends an answer, where its stop value stands, and what each value means."""

    match: Mapping[str, Any]
    path: str
    reasons: Mapping[str, str]
    source: str


@dataclass(frozen=True, kw_only=True)
class ModelRule:
    """Where the model id goes: path to template (``model-{model}``); which ids are known."""

    paths: Mapping[str, str]
    source: str
    known: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    closed: bool = False
    """Only ``known`` and ``aliases`` are served; any other id is a ValueError before network I/O."""


@dataclass(frozen=True, kw_only=True)
class OptionRule:
    """One option of a call: where its value goes, and values worth trying (falsy ones first)."""

    name: str
    path: str
    values: tuple[Any, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class ErrorCase:
    """One documented failure and the exception it becomes.

    Exactly one of ``body`` (the whole reply under ``status``), ``event`` (an event among others in a
    reply of status 200) and ``sentence`` (the whole text of an answer of status 200) is given.
    """

    name: str
    raises: Family
    source: str
    status: int = 200
    content_type: str | None = None
    body: Any = None
    event: Mapping[str, Any] | None = None
    sentence: str | None = None
    message: str = ""
    """A part of the upstream's wording that the exception should show."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """All that the harness knows of one API and of the providers that speak it."""

    name: str
    source: str
    origin: str | None
    """Scheme and host of the live service; None for a template that each deployment fills in."""
    path: str
    payload: Mapping[str, Any]
    """JSON Schema (2020-12) of the request body."""
    headers: tuple[HeaderRule, ...]
    content_paths: Mapping[str, str]
    """Role to the path at which the content of such a message arrives."""
    last_path: str | None = None
    """The path of the last message, where it differs from its role's."""
    base_paths: tuple[str, ...] = ("", "/", "/gateway", "/gateway/")
    """What may follow the origin in ``base_url``: with, without slash, with the documented suffixes."""
    accept: tuple[str, ...]
    """Media types of the answer, first the usual one."""
    codecs: tuple[Codec, ...]
    """First the usual one; a provider reads all of them."""
    text: TextRule
    event_name: str | None = None
    """The member whose value is also the name of an SSE event."""
    finish: FinishRule | None = None
    """None: the API has no finish on the wire; a complete HTTP body is ``stop``."""
    model: ModelRule | None = None
    options: tuple[OptionRule, ...] = ()
    open_options: bool = False
    """Any further option is passed on as a member of the body."""
    api_key_path: str | None = None
    api_key_header: str | None = None
    errors: tuple[ErrorCase, ...] = ()
    lookalikes: tuple[str, ...] = ()
    """Answers that resemble an in-band error and are none."""
    claims: frozenset[Capability]
    """What only the provider can tell: STREAM, PROXY, TIMEOUT, MEDIA."""
    doors: tuple[Door, ...] = tuple(Door)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The claims and what follows from the rest of the contract."""
        follows = {
            Capability.EVENTS: Codec.TEXT not in self.codecs,
            Capability.LINES: not {Codec.NDJSON, Codec.SSE}.isdisjoint(self.codecs),
            Capability.MODEL: self.model is not None,
            Capability.OPTIONS: bool(self.options),
            Capability.API_KEY: self.api_key_path is not None or self.api_key_header is not None,
            Capability.TERMINAL_MARKER: self.finish is not None,
            Capability.IN_BAND_ERRORS: any(case.status == OK for case in self.errors),
            Capability.LIVE_ORIGIN: self.origin is not None,
        }
        return self.claims | {capability for capability, holds in follows.items() if holds}
