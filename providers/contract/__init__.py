"""The form that a supplier fills in: what an upstream promises and a provider claims.

Only data. It names no harness module and performs no I/O; the harness reads it, providers never do.
Paths name places in a JSON document: members joined by dots, ``[0]`` for an element of an array, ``[*]`` for
every one (``messages[*].content``). Every rule carries the source it was taken from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .rules import DocumentRule, ErrorCase, FinishRule, HeaderRule, MediaRule, ModelRule, OptionRule, Sample, TextRule
from .words import Capability, Codec, Door, Family, Place

__all__ = [
    "OK",
    "Capability",
    "Codec",
    "Contract",
    "DocumentRule",
    "Door",
    "ErrorCase",
    "Family",
    "FinishRule",
    "HeaderRule",
    "MediaRule",
    "ModelRule",
    "OptionRule",
    "Place",
    "Sample",
    "TextRule",
]

OK = 200


@dataclass(frozen=True, kw_only=True)
class Contract:
    """All that the harness knows of one API and of the providers that speak it."""

    name: str
    source: str
    origin: str | None
    """Scheme and host of the live service; None for a template that each deployment fills in."""
    path: str
    """The endpoint path, which follows base_url, with its query; ``{model}`` is the percent-encoded model id."""
    payload: Mapping[str, Any]
    """JSON Schema (2020-12) of the request body."""
    headers: tuple[HeaderRule, ...]
    content_paths: Mapping[str, str]
    """Role to the path at which the content of such a message arrives."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Role to its name on the wire, where that is another."""
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
    counts: Mapping[str, str] = field(default_factory=dict)
    """``prompt_tokens``, ``completion_tokens`` and ``total_tokens`` to their names on the wire, where they differ."""
    sentinel: str | None = None
    """The last datum of a stream that is no event: ``[DONE]``."""
    model_json: frozenset[str] = frozenset()
    """Members whose objects the model writes, such as the arguments of a call: nothing within is the API's."""
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
    recordings: tuple[str, ...] = ()
    """Cassettes of others that serve where it has none of its own, ``provider/scenario``: the wire is the same."""
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
