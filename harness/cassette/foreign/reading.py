"""Reads a file of another tool: recognises its shape and gives its exchanges, or says why not.

Files are untrusted: see ``source`` for what is opened, ``plain`` and ``amendments`` for what is built of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import UsageError
from ...recording import Interaction
from .. import source
from ..shape import Shape
from . import har, nock, pair
from .plain import parse

_HINT = "harness import --help"


@dataclass(frozen=True)
class Family:
    """A family of shapes: its name, how it is told, and its reader."""

    name: str
    where: Callable[[Shape], Shape | None]
    """Gives what the reader reads; None for another shape."""
    read: Callable[[Shape], Iterator[Interaction]]


@dataclass(frozen=True)
class Found:
    """What a file is and holds."""

    family: str
    interactions: tuple[Interaction, ...]


def read(path: Path) -> tuple[Interaction, ...]:
    """Give the exchanges of a file, in its order, unscrubbed; UsageError says why there are none.

    Bodies are decoded, and headers that belong to the coding or the connection are left out. No tool recorded the
    chunks: each event of SSE, NDJSON or amazon.eventstream is one, any other body is one, all at 0 s.
    """
    return find(path).interactions


def find(path: Path) -> Found:
    """Recognise the shape of a file and read it."""
    data = source.content(path)
    try:
        shape = Shape(path, parse(data))
    except ValueError as error:
        message = f"{path}: expected safe YAML or JSON in UTF-8: {error}"
        raise UsageError("bad-cassette", message[:500], _HINT) from error
    try:
        return _found(shape)
    except UsageError as error:
        error.hint = _HINT
        raise


def _found(shape: Shape) -> Found:
    for family in _FAMILIES:
        if (told := family.where(shape)) is not None:
            return Found(family.name, _bounded(shape, family.read(told)))
    raise shape.wrong("one of the shapes " + ", ".join(family.name for family in _FAMILIES), _gist(shape))


def _bounded(shape: Shape, interactions: Iterator[Interaction]) -> tuple[Interaction, ...]:
    """Read all, as long as the decoded bodies are not too many bytes together."""
    room = source.LARGEST
    read_ = []
    for interaction in interactions:
        room -= len(interaction.request_body) + len(interaction.body)
        if room < 0:
            raise shape.wrong(f"bodies of at most {source.LARGEST} bytes in all", "more")
        read_.append(interaction)
    if not read_:
        raise shape.wrong("at least one exchange with a reply", "none")
    return tuple(read_)


def _member(*names: str) -> Callable[[Shape], Shape | None]:
    def where(shape: Shape) -> Shape | None:
        found = names if isinstance(shape.value, dict) else ()
        return next((shape.member(name) for name in found if name in shape.value), None)

    return where


def _list_of(name: str) -> Callable[[Shape], Shape | None]:
    def where(shape: Shape) -> Shape | None:
        items = shape.value if isinstance(shape.value, list) else []
        return shape if items and isinstance(items[0], dict) and name in items[0] else None

    return where


def _single(shape: Shape) -> Shape | None:
    """Tell a file of one exchange, and give it as a list of one."""
    one = isinstance(shape.value, dict) and {"request", "response"} <= shape.value.keys()
    return shape.instead([shape.value]) if one else None


def _gist(shape: Shape) -> str:
    members = f" of members {sorted(shape.value)}" if isinstance(shape.value, dict) else ""
    return f"a {type(shape.value).__name__}{members}"[:120]


_FAMILIES = (
    Family("vcrpy", _member("interactions", "http_interactions"), pair.interactions),
    Family("single exchange", _single, pair.interactions),
    Family("list of exchanges", _list_of("request"), pair.interactions),
    Family("nock", _list_of("scope"), nock.interactions),
    Family("HAR", _member("log"), har.interactions),
)
