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
    unless: Mapping[str, Any] = field(default_factory=dict)
    """Path to value: where this stands, the text is none of the answer (a part that is a thought)."""


@dataclass(frozen=True, kw_only=True)
class FinishRule:
    """The event that ends an answer, where its stop value stands, and what each value means.

    Where no value means ``tool_calls``, an answer that asks for tools ends in the one that means ``stop``.
    """

    match: Mapping[str, Any]
    """As ``TextRule.match``; a tuple stands for any of its values."""
    path: str
    reasons: Mapping[str, str]
    source: str
    failures: tuple[str, ...] = ()
    """Documented stop values that mean failure: RuntimeError."""
    written: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Stop value to what else the event then holds, values by path, put after it; ``*`` is any that is not named.

    A value that does not stand at ``path`` is known by these members.
    """


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
    whole: bool = False
    """They are an answer of their own and never stand in another."""


@dataclass(frozen=True, kw_only=True)
class MediaRule:
    """How media reach the body: ``media=[(bytes, name), ...]`` of the call, at ``path``."""

    path: str
    source: str
    data_uri: bool = True
    """``data:TYPE;base64,...``; False: bare base64, the media type at ``type_path``."""
    type_path: str | None = None
    """None, where ``data_uri`` is false: the API tells the type by the bytes."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Media type to its name at ``type_path``, where that is another: ``{"image/png": "png"}``."""


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
    finish_written: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """As ``FinishRule.written``, in a document."""
    path: str | None = None
    """The endpoint path, where it is another than the stream's; as ``Contract.path``."""
    usage_paths: tuple[str, ...] = ()
    """Where the events of a stream tell what a document tells at ``usage_path``, if elsewhere: several add up to one.

    The empty path is the event, or the document, itself: then only the counts belong to it.
    """
    usage_option_path: str | None = None
    """The member that asks for usage: sent if and only if streaming."""
    samples: tuple[Sample, ...] = ()
    """Documented documents, one in ``events`` of each: text, calls, usage and finish are all that it gives."""


@dataclass(frozen=True, kw_only=True)
class ModelRule:
    """Where the model id goes: path to template (``model-{model}``); which ids are known.

    ``{model}`` in the endpoint path is a further place, or the only one.
    """

    source: str
    paths: Mapping[str, str] = field(default_factory=dict)
    encodes: str = ""
    """Characters of an id that have to be percent-encoded in the endpoint path beside those that end a path.

    A client may encode any other character, or leave it.
    """
    known: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    closed: bool = False
    """Only ``known`` and ``aliases`` are served; any other id is a ValueError before network I/O."""


@dataclass(frozen=True, kw_only=True)
class OptionRule:
    """One option of a call: where its value goes, and values worth trying (falsy ones first).

    A path that begins with ``?`` names a parameter of the endpoint path's query (``?api-version``).
    """

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
    document: Mapping[str, Any] | None = None
    """How an answer that is one document tells what ``event`` tells in a stream, if not in the same form."""
    sentence: str | None = None
    message: str = ""
    """A part of the upstream's wording that the exception should show."""
    retry_after: float | None = None
    """The seconds to wait that the body or event itself tells, which the exception should make reachable."""
