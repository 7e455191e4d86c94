"""The form that a supplier fills in: what an upstream promises and a provider claims.

Only data. It names no harness module and performs no I/O; the harness reads it, providers never do.
Paths name places in a JSON document: members joined by dots, ``[0]`` for an element of an array, ``[*]`` for
every one (``messages[*].content``). Every rule carries the source it was taken from.
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
    JSON_ARRAY = "json-array"
    """One JSON array whose elements are the events, each sent as it comes."""


class Capability(StrEnum):
    """A feature that decides which requirements apply."""

    STREAM = "stream"
    """The answer comes in pieces, each yielded as it comes."""
    EVENTS = "events"
    """The answer comes as JSON events, so there is structure to disturb."""
    LINES = "lines"
    """Line ends separate the events."""
    FIELDS = "fields"
    """Events are made of ``field: value`` lines (SSE)."""
    MODEL = "model"
    """The request carries the caller's model."""
    OPTIONS = "options"
    API_KEY = "api_key"
    PROXY = "proxy"
    TIMEOUT = "timeout"
    MEDIA = "media"
    TERMINAL_MARKER = "terminal marker"
    """An event says that the answer is complete."""
    JOINT_FINISH = "stop value beside text"
    SENTINEL = "end sentinel"
    """A last datum that is no event says that the stream is over."""
    BOTH_MODES = "both modes"
    """The caller chooses between a stream and one document."""
    CHOICES = "choices"
    """Events carry a list of choices, of which the first is the answer."""
    REPEATS = "repeats"
    """Some events repeat text that other events have brought."""
    PARTS = "typed parts"
    REASONING = "reasoning"
    TOOL_CALLS = "tool calls"
    USAGE = "usage"
    REFUSALS = "refusals"
    """The model can refuse in a member of its own."""
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


class Place(StrEnum):
    """Where in an answer something stands or strikes."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"
    """After the last text, before the terminal marker."""
    AFTER = "after"
    """After the terminal marker, before the end of the body."""


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
    failures: tuple[str, ...] = ()
    """Documented stop values that mean failure: RuntimeError."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Documented events that may stand in an answer, and what they add to it: often nothing.

    The str ``{text}`` in them stands for the whole text of the answer.
    """

    name: str
    shows: Capability
    """What they are an instance of: CHOICES, REPEATS, PARTS, REASONING, TOOL_CALLS, USAGE or REFUSALS."""
    events: tuple[Any, ...]
    source: str
    places: tuple[Place, ...] = (Place.FIRST, Place.MIDDLE, Place.LAST)
    text: str = ""
    """The answer text that they add at their place."""
    calls: tuple[Mapping[str, Any], ...] = ()
    """The merged tool calls: ``id``, ``name``, ``arguments`` (JSON text)."""
    usage: Mapping[str, int] | None = None
    """``prompt_tokens``, ``completion_tokens``, ``total_tokens``."""
    finish: str | None = None
    """The finish of the answer, where they change it."""


@dataclass(frozen=True, kw_only=True)
class MediaRule:
    """How media reach the body: ``media=[(bytes, name), ...]`` of the call, at ``path``."""

    path: str
    source: str
    data_uri: bool = True
    """``data:TYPE;base64,...``; False: bare base64, the media type at ``type_path``."""
    type_path: str | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentRule:
    """The answer as one document, for a call that asks not to stream."""

    options: Mapping[str, Any]
    """What the caller gives: ``{"stream": False}``."""
    stream_paths: tuple[str, ...]
    """Members of the body that a stream may have otherwise than a document (``stream_options``)."""
    document: Mapping[str, Any]
    """A whole answer; text, finish and usage are put at these paths."""
    text_path: str
    finish_path: str
    usage_path: str
    source: str
    usage_option_path: str | None = None
    """The member that asks for usage: sent if and only if streaming."""
    samples: tuple[Sample, ...] = ()
    """Documented documents, one in ``events`` of each: text, calls, usage and finish are all that it gives."""


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
    """The endpoint path, which follows base_url."""
    payload: Mapping[str, Any]
    """JSON Schema (2020-12) of the request body."""
    headers: tuple[HeaderRule, ...]
    content_paths: Mapping[str, str]
    """Role to the path at which the content of such a message arrives."""
    last_path: str | None = None
    """The path of the last message, where it differs from its role's."""
    root: str = ""
    """What stands between origin and endpoint path where base_url is not given: ``/v1``."""
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
    sentinel: str | None = None
    """The last datum of a stream that is no event: ``[DONE]``."""
    choices: str | None = None
    """The path of the list of choices in an event."""
    document: DocumentRule | None = None
    """None: the API has one mode."""
    media: MediaRule | None = None
    samples: tuple[Sample, ...] = ()
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
    """What only the provider can tell: STREAM, PROXY, TIMEOUT."""
    doors: tuple[Door, ...] = tuple(Door)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The claims and what follows from the rest of the contract."""
        follows = {
            Capability.EVENTS: Codec.TEXT not in self.codecs,
            Capability.LINES: not {Codec.NDJSON, Codec.SSE}.isdisjoint(self.codecs),
            Capability.FIELDS: Codec.SSE in self.codecs,
            Capability.MODEL: self.model is not None,
            Capability.OPTIONS: bool(self.options),
            Capability.API_KEY: self.api_key_path is not None or self.api_key_header is not None,
            Capability.TERMINAL_MARKER: self.finish is not None,
            Capability.JOINT_FINISH: self.finish is not None
            and self.text.match.items() <= {**self.text.match, **self.finish.match}.items(),
            Capability.IN_BAND_ERRORS: any(case.status == OK for case in self.errors),
            Capability.LIVE_ORIGIN: self.origin is not None,
            Capability.SENTINEL: self.sentinel is not None,
            Capability.BOTH_MODES: self.document is not None,
            Capability.CHOICES: self.choices is not None,
            Capability.MEDIA: self.media is not None,
        }
        return self.claims | {case.shows for case in self.samples} | {name for name, holds in follows.items() if holds}
