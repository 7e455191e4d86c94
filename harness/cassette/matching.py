"""Finds the recorded exchange that a request asks for, and tells how a request differs from all of them. Pure.

Requests are compared as they are meant: method, path and query, JSON whatever its spelling, and those headers of the
recording that are the provider's choice. More headers, another host and another HTTP library make no difference.
"""

import difflib
import itertools
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from ..errors import HarnessError
from ..recording import Interaction, Recording, Wire
from ..transcript import Request
from .scrub import PLACEHOLDER, Scrub

_CLIENTS = frozenset({"accept-encoding", "accept-language", "connection", "content-length", "host", "user-agent"})
"""Headers that an HTTP library sets by itself."""
_ANYTHING = "*/*"
_MOST_LINES = 60
"""Of a difference."""


class Mismatch(HarnessError):
    """A request that is in no recording."""


@dataclass(frozen=True)
class Asked:
    """A request as it is meant."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @cached_property
    def key(self) -> tuple[str, str, str]:
        """What requests are found by; the headers are compared after."""
        return self.method, self.target, self._text(indent=None)

    def lines(self) -> list[str]:
        """Give it to be read, one member a line."""
        headers = [f"{name}: {value}" for name, value in sorted(self.headers.items())]
        return [f"{self.method} {self.target}", *headers, "", *self._text(indent=2).splitlines()]

    def admits(self, other: "Asked") -> bool:
        """Tell whether a request has the headers that matter here; of a secret it is enough that it is there."""
        return all(value in (other.headers.get(name), PLACEHOLDER) for name, value in self.headers.items()) and (
            self.headers.keys() <= other.headers.keys()
        )

    def _text(self, indent: int | None) -> str:
        try:
            value = json.loads(self.body, parse_float=_number)
            return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent)
        except (ValueError, RecursionError):
            return self.body.decode(errors="backslashreplace")


def _number(text: str) -> Any:
    """Read 1.0 as 1, which JSON does not tell apart (RFC 8785, 3.2.2.3)."""
    value = float(text)
    return int(value) if value.is_integer() else value


def asked(interaction: Interaction) -> Asked:
    """Read a recorded request: only its headers that matter."""
    headers = {name.lower(): value for name, value in interaction.request_headers}
    telling = {name: _told(name, value) for name, value in headers.items() if name not in _CLIENTS}
    if telling.get("accept") == _ANYTHING:
        del telling["accept"]
    return Asked(interaction.method.upper(), _target(interaction.uri), telling, interaction.request_body)


def _told(name: str, value: str) -> str:
    """Give a header without what is free: parameters of a media type."""
    return value.partition(";")[0].strip().lower() if name == "content-type" else value.strip()


def _target(uri: str) -> str:
    """Give path and query in one spelling (RFC 3986, 6.2.2); what is no URI stays as it is."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    path = quote(unquote(parts.path or "/"), safe="/:@!$&'()*+,;=~")
    return f"{path}?{query}" if query else path


class Matcher:
    """The exchanges of some recordings by what they ask; safe in threads."""

    def __init__(self, recordings: Iterable[Recording], scrub: Scrub | None = None) -> None:
        """``scrub`` is what removed the secrets from the recordings, and removes them from requests."""
        self._scrub = scrub or Scrub()
        self._known = [
            (f"{recording.provider}/{recording.scenario}", asked(interaction), interaction)
            for recording in recordings
            for interaction in recording.interactions
        ]
        self._places: dict[tuple[str, str, str], list[int]] = {}
        for place, (_, known, _) in enumerate(self._known):
            self._places.setdefault(known.key, []).append(place)
        self._waiting = {key: list(places) for key, places in self._places.items()}
        """Those that nothing has asked for yet."""
        self._lock = threading.Lock()

    def find(self, request: Request) -> Interaction:
        """Give the exchange; equal requests get theirs in the order of the recordings, then the last one again.

        Mismatch where there is none.
        """
        raw = _interaction(request)
        came = asked(raw)
        place = self._place(came)
        if place is None:
            headers = {name: self._scrub.text(value) for name, value in came.headers.items()}
            came = replace(asked(self._scrub.interaction(raw)), headers=headers)
            place = self._place(came)
        if place is None:
            raise self._mismatch(came)
        return self._known[place][2]

    def unplayed(self) -> tuple[str, ...]:
        """Name the recordings with exchanges that nothing has asked for, each once."""
        with self._lock:
            left = sorted(itertools.chain.from_iterable(self._waiting.values()))
        return tuple(dict.fromkeys(self._known[place][0] for place in left))

    def _place(self, came: Asked) -> int | None:
        """Give the first fitting place that waits, which is then asked for, else the last fitting one."""
        with self._lock:
            waiting = self._waiting.get(came.key, [])
            first = next(self._fitting(waiting, came), None)
            if first is not None:
                waiting.remove(first)
                return first
        return next(self._fitting(reversed(self._places.get(came.key, [])), came), None)

    def _fitting(self, places: Iterable[int], came: Asked) -> Iterator[int]:
        return (place for place in places if self._known[place][1].admits(came))

    def _mismatch(self, came: Asked) -> Mismatch:
        expected = f"expected a request that is recorded, got {came.method} {came.target}"
        if not self._known:
            return Mismatch("no-recording", f"{expected}; there is no recording", "harness record --help")
        name, known = self._nearest(came)
        shown = replace(came, headers=dict(_shown(known, came)))
        lines = [*difflib.unified_diff(known.lines(), shown.lines(), f"recorded: {name}", "asked", lineterm="")]
        told = "\n".join([*lines[:_MOST_LINES], *(["..."] if lines[_MOST_LINES:] else [])])
        provider, _, scenario = name.partition("/")
        hint = f"harness record {provider} --scenario {scenario}"
        return Mismatch("no-recording", f"{expected}; the nearest is {name}:\n{told}", hint)

    def _nearest(self, came: Asked) -> tuple[str, Asked]:
        """Choose the recorded request that has most lines in common."""
        own = set(came.lines())

        def alike(entry: tuple[str, Asked, Interaction]) -> tuple[bool, int]:
            return entry[1].target == came.target, len(own.intersection(entry[1].lines()))

        name, known, _ = max(self._known, key=alike)
        return name, known


def _shown(known: Asked, came: Asked) -> Iterator[tuple[str, str]]:
    """Give the headers of a request that matter to a recorded one, and nothing of a secret."""
    for name, value in known.headers.items():
        if name in came.headers:
            yield name, PLACEHOLDER if value == PLACEHOLDER else came.headers[name]


def _interaction(request: Request) -> Interaction:
    """Give a request as one that is yet unanswered."""
    return Interaction(request.method, request.path, request.headers, request.body, 0, "", (), b"", Wire((), ()))
