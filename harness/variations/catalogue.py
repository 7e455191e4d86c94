"""Variations keep the meaning of an answer: whatever it is written like, the outcome must stay equal. Pure.

Each is one named change of ``Style``, so any two combine unless they contradict each other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from providers.contract import Codec, Contract

from ..framing import codec_of
from ..scenario import Scenario
from ..verdict import Level
from .answers import answered_with, compact, events_of, expecting, lockstep
from .codings import ENCODERS
from .cuts import bytewise, cut, hot_cuts, spread
from .restyling import of_unknown_type
from .style import Cut, Layout, Style

__all__ = [
    "CATALOGUE",
    "ENCODERS",
    "Variation",
    "answered_with",
    "applicable",
    "bytewise",
    "compact",
    "compatible",
    "cut",
    "events_of",
    "expecting",
    "hot_cuts",
    "lockstep",
    "own",
    "pairs",
    "spread",
    "style_of",
]

_BLANK_LINES = ((), ())
_LINES = frozenset({Codec.SSE, Codec.NDJSON})
_SSE = frozenset({Codec.SSE})
_TREES = frozenset({Codec.JSON, Codec.JSON_ARRAY, Codec.FRAMES})
"""Those in which JSON may stand over several lines."""
_EVENTS = _LINES | _TREES
_ALL = frozenset(Codec)


def _always(_contract: Contract) -> bool:
    return True


@dataclass(frozen=True)
class Variation:
    """One way to say the same."""

    name: str
    requirement: str
    """The one that it belongs to."""
    codecs: frozenset[Codec]
    changes: Mapping[str, Any]
    """Fields of ``Style`` and their values."""
    fits: Callable[[Contract], bool] = _always
    debatable: frozenset[Codec] = frozenset()
    """Codecs in which to understand it is only recommended, unless the API itself writes so."""

    def level(self, codec: Codec, recorded: bytes) -> Level:
        """Tell whether a provider of an API that wrote these bytes must understand it."""
        written = self.changes.get("between") == _BLANK_LINES and b"\n\n" in recorded
        return Level.SHOULD if codec in self.debatable and not written else Level.MUST


def _has_types(contract: Contract) -> bool:
    return of_unknown_type(contract) is not None


def _has_names(contract: Contract) -> bool:
    return contract.event_name is not None


def _has_sentinel(contract: Contract) -> bool:
    return contract.sentinel is not None


CATALOGUE = (
    Variation("BOM", "STREAM-10", _LINES, {"bom": True}, debatable=frozenset({Codec.NDJSON})),
    Variation("CRLF", "STREAM-03", _LINES, {"line_end": "\r\n"}),
    Variation("CR", "STREAM-03", _SSE, {"line_end": "\r"}),
    Variation("no space after the colon", "STREAM-05", _SSE, {"space": ""}),
    Variation("two spaces before the JSON", "STREAM-05", _SSE, {"before_json": " "}),
    Variation("two spaces before the end sentinel", "STREAM-05", _SSE, {"before_sentinel": " "}, _has_sentinel),
    Variation("comments between events", "STREAM-06", _SSE, {"between": ((": keep-alive",), (":",))}),
    Variation("comments within events", "STREAM-06", _SSE, {"inside": (": x", ":data: x")}),
    Variation("pings without data", "STREAM-06", _SSE, {"between": (("event: ping",),)}),
    Variation("id and retry within events", "STREAM-06", _SSE, {"inside": ("id: 1", "retry: 3000")}),
    Variation("id and retry alone", "STREAM-06", _SSE, {"between": (("id: 7",), ("retry: 3000",))}),
    Variation(
        "events of an unknown type",
        "STREAM-06",
        _LINES | {Codec.JSON_ARRAY, Codec.FRAMES},
        {"unknown": True},
        _has_types,
    ),
    Variation("blank lines", "STREAM-06", _LINES, {"between": _BLANK_LINES}, debatable=frozenset({Codec.NDJSON})),
    Variation("blank data", "STREAM-06", _SSE, {"between": (("data:",),)}, debatable=_SSE),
    Variation("data over several lines", "STREAM-07", _SSE, {"layout": Layout.PRETTY}),
    Variation("name after the data", "STREAM-07", _SSE, {"name_last": True}, _has_names),
    Variation("no last line end", "STREAM-08", _LINES, {"last_line_end": False}),
    Variation("Unicode line ends in texts", "STREAM-04", _LINES, {"marks": "\u2028\u0085"}),
    Variation("gzip", "STREAM-12", _ALL, {"coding": "gzip"}),
    Variation("deflate", "STREAM-12", _ALL, {"coding": "deflate"}),
    Variation("br", "STREAM-12", _ALL, {"coding": "br"}),
    Variation("a charset", "STREAM-15", _ALL, {"media_type": "{type}; charset=utf-8"}),
    Variation("capitals and a parameter", "STREAM-15", _ALL, {"media_type": '{TYPE};Charset="UTF-8";x-new=1'}),
    Variation("unknown members", "STREAM-18", _EVENTS, {"members": True}),
    Variation("JSON without blanks", "STREAM-01", _EVENTS, {"layout": Layout.TIGHT}),
    Variation("JSON with more blanks", "STREAM-01", _EVENTS, {"layout": Layout.WIDE}),
    Variation("JSON over several lines", "STREAM-01", _TREES, {"layout": Layout.PRETTY}),
    Variation("JSON over several CRLF lines", "STREAM-01", _TREES, {"layout": Layout.PRETTY, "line_end": "\r\n"}),
    Variation("JSON escapes", "STREAM-01", _EVENTS, {"escaped": True}),
    Variation("one chunk", "STREAM-01", _LINES | {Codec.JSON_ARRAY, Codec.FRAMES}, {"cut": Cut.WHOLE}),
    Variation("single bytes", "STREAM-01", _ALL, {"cut": Cut.BYTES}),
)
"""All variations, in the order in which they pair: a pair is told by the requirement of its first."""


def applicable(contract: Contract, codec: Codec, codings: Iterable[str] = ()) -> tuple[Variation, ...]:
    """Give the variations of an answer in this codec to a provider that advertises these content codings."""
    possible = {"", *codings}
    return tuple(
        variation
        for variation in CATALOGUE
        if codec in variation.codecs and variation.fits(contract) and variation.changes.get("coding", "") in possible
    )


def own(contract: Contract, recorded: Scenario, requirement: str) -> list[Variation]:
    """Give the variations that belong to a requirement, for an answer in the codec of a recorded one."""
    known = applicable(contract, codec_of(contract, recorded.script.body), ENCODERS)
    return [variation for variation in known if variation.requirement == requirement]


def compatible(first: Variation, second: Variation) -> bool:
    """Tell whether two variations combine: they share no field but one that adds up."""
    return all(isinstance(first.changes[field], tuple) for field in first.changes.keys() & second.changes.keys())


def style_of(*variations: Variation) -> Style:
    """Give the style that has the changes of all."""
    changes: dict[str, Any] = {}
    for variation in variations:
        for field, value in variation.changes.items():
            changes[field] = (*changes.get(field, ()), *value) if isinstance(value, tuple) else value
    return Style(**changes)


def pairs(variations: Sequence[Variation], requirement: str) -> list[tuple[Variation, Variation]]:
    """Give the pairs that combine and whose first belongs to a requirement."""
    return [
        (first, second)
        for first, second in combinations(variations, 2)
        if first.requirement == requirement and compatible(first, second)
    ]
