"""Reads members of untrusted YAML by type; whatever else stands there is a clear error. Knows no cassette."""

import math
import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from ..errors import UsageError

_SHOWN = 80
"""Characters of a message that come from the file."""
_LONGEST = 200
"""Characters of the way to a place, whose names the file chose."""
T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class Shape:
    """A value within a file, and the way to it for error messages."""

    def __init__(self, file: Path, value: Any, way: str = "") -> None:
        """Look at a value; ``way`` is its path within the file."""
        self._file = file
        self.value = value
        self._way = way

    def member(self, name: str) -> "Shape":
        """Give a member that must be there."""
        mapping = self.mapping()
        if name not in mapping:
            raise self.wrong(f"a member {name!r}", f"members {sorted(mapping)}"[:_SHOWN])
        return Shape(self._file, mapping[name], f"{self._way}.{name}".lstrip("."))

    def optional(self, name: str) -> "Shape | None":
        """Give a member that may be missing or null."""
        return self.member(name) if self.mapping().get(name) is not None else None

    def instead(self, value: Any) -> "Shape":
        """Give another value at the same place."""
        return Shape(self._file, value, self._way)

    def items(self) -> list["Shape"]:
        """Give the elements of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return [Shape(self._file, value, f"{self._way}[{index}]") for index, value in enumerate(self.value)]

    def mapping(self) -> dict[str, Any]:
        """Give a mapping; its names are text."""
        return self._typed("a mapping", dict)

    def members(self) -> Iterable[tuple[str, "Shape"]]:
        """Give the members of a mapping."""
        return ((name, self.member(name)) for name in self.mapping())

    def text(self) -> str:
        """Give a str."""
        return self._typed("text", str)

    def matching(self, pattern: re.Pattern[str], what: str) -> str:
        """Give a str that matches as a whole."""
        if not pattern.fullmatch(self.text()):
            raise self.wrong(what)
        return self.text()

    def integer(self, least: int = 0, most: int | None = None) -> int:
        """Give an int that is no bool, within bounds."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int) or value < least or (most and value > most):
            raise self.wrong(f"a whole number, {least} to {most}" if most else f"a whole number, {least} or above")
        return value

    def number(self) -> float:
        """Give an int or float, 0 or above, and finite."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise self.wrong("a number, 0 or above")
        return float(value)

    def data(self) -> bytes:
        """Give bytes; text stands for its UTF-8, null for none."""
        if self.value is None:
            return b""
        if isinstance(self.value, str):
            return self.value.encode(errors="surrogatepass")
        return self._typed("text or binary", bytes)

    def choice(self, kind: type[Word]) -> Word:
        """Give a value of an enumeration."""
        if self.text() not in set(kind):
            raise self.wrong(" or ".join(kind))
        return kind(self.value)

    def wrong(self, expected: str, got: str | None = None) -> UsageError:
        """Make the error that says what was expected here."""
        place = "".join(char if char.isprintable() else "?" for char in self._way[-_LONGEST:]) or "the whole file"
        shown = ascii(self.value)[:_SHOWN] if got is None else got
        hint = f"harness record  # records {self._file.stem} anew"
        return UsageError("bad-cassette", f"{self._file}: expected {expected} at {place}, got {shown}", hint)

    def _typed(self, expected: str, kind: type[T]) -> T:
        if not isinstance(self.value, kind):
            raise self.wrong(expected)
        return self.value
