"""What a contract is made of: one rule for each thing that an upstream promises. Only data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .words import Capability, Family, Place


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
