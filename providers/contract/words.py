"""The words that a contract is written in. Only names."""

from enum import StrEnum


class Codec(StrEnum):
    """How the bytes of an answer are cut into events."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"
    SSE = "sse"
    JSON_ARRAY = "json-array"
    """One JSON array whose elements are the events, each sent as it comes."""
    FRAMES = "frames"
    """Binary frames of headers and a JSON payload, with checksums: ``application/vnd.amazon.eventstream``.

    A frame's event has its headers as members whose names begin with a colon (``:event-type``), as they stand.
    """


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
