"""Reads the bytes of a file, YAML or JSON, into plain values: text, bytes, numbers, lists, mappings. Knows no shape."""

import json
from typing import Any

from .. import document
from .amendments import amend

_MOST = 1_000_000
"""Commas and opening brackets of a JSON text, which bound its values."""
_DEEPEST = 64


def parse(data: bytes) -> Any:
    """Give the value of the only document: JSON where it opens as JSON; ValueError says what is wrong."""
    text = data.decode("utf-8-sig")
    if text.lstrip()[:1] in {"{", "["}:
        return json_value(text)
    return document.parse(text, amend)


def json_value(text: str, levels: int = _DEEPEST) -> Any:
    """Give the value of a JSON text; ValueError for too many values or levels, a name told twice, NaN."""
    if sum(map(text.count, ",[{")) > _MOST:
        raise ValueError(f"expected JSON of at most {_MOST} values, got more")
    try:
        value = json.loads(text, object_pairs_hook=_mapping, parse_constant=_refuse)
    except RecursionError:
        raise _too_deep(levels) from None
    _check_depth(value, levels)
    return value


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("expected each name of a JSON object once, got one twice")
    return mapping


def _refuse(word: str) -> None:
    raise ValueError(f"expected JSON, got {word}")


def _check_depth(value: Any, levels: int) -> None:
    level = [value]
    for _ in range(levels):
        lists = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [inner for part in lists for inner in part]
    if level:
        raise _too_deep(levels)


def _too_deep(levels: int) -> ValueError:
    return ValueError(f"expected JSON of at most {levels} levels, got more")
