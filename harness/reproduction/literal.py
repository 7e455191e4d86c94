"""Plain values as Python source: ASCII, one item a line where one line is too long, repetitions told as such. Pure."""

import math
from collections.abc import Mapping
from typing import Any

WIDTH = 100
_SHORT = 32
"""Characters below which a repetition is written out."""


def literal(value: Any, indent: int = 0) -> str:
    """Give the source of a value made of JSON types, bytes and tuples; TypeError for any other."""
    if isinstance(value, Verbatim):
        return value.replace("\n", f"\n{' ' * indent}")
    if isinstance(value, str | bytes):
        return _repeated(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, Mapping):
        items = [f"{literal(key)}: {literal(member, indent + 4)}" for key, member in value.items()]
        return _enclosed("{", items, "}", indent)
    if isinstance(value, list | tuple):
        items = [literal(member, indent + 4) for member in value]
        return _enclosed("[", items, "]", indent) if isinstance(value, list) else _tuple(items, indent)
    raise TypeError(f"expected plain data, got {value!r:.80}")


class Verbatim(str):
    """Source that stands for itself."""

    __slots__ = ()


def call(function: str, *arguments: Any, **keywords: Any) -> Verbatim:
    """Give the source of a call; keywords that are None are left out."""
    named = [f"{name}={literal(value, 4)}" for name, value in keywords.items() if value is not None]
    return Verbatim(_enclosed(f"{function}(", [*(literal(one, 4) for one in arguments), *named], ")", 0))


def _tuple(items: list[str], indent: int) -> str:
    return f"({items[0]},)" if len(items) == 1 else _enclosed("(", items, ")", indent)


def _enclosed(start: str, items: list[str], end: str, indent: int) -> str:
    line = f"{start}{', '.join(items)}{end}"
    if len(line) + indent <= WIDTH and "\n" not in line:
        return line
    margin = " " * (indent + 4)
    return "\n".join([start, *(f"{margin}{item}," for item in items), f"{' ' * indent}{end}"])


def _repeated(text: Any) -> str:
    """Write a text that is one part again and again as that."""
    period = (text + text).find(text, 1) if len(text) > _SHORT else len(text)
    if 0 < period <= len(text) // 2:
        return f"{_quoted(text[:period])} * {len(text) // period}"
    return _quoted(text)


def _quoted(text: str | bytes) -> str:
    """Write a text in double quotes, unless it contains some."""
    source = ascii(text)
    prefix, _, inner = source.partition("'")
    return source if prefix not in {"", "b"} or '"' in inner else f'{prefix}"{inner[:-1]}"'
