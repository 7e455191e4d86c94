"""Reads members of untrusted YAML by type; whatever else stands there is a clear error. Knows no cassette."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from ..errors import UsageError

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
        mapping = self._mapping()
        if name not in mapping:
            raise self.wrong(f"a member {name!r}", f"members {sorted(map(str, mapping))}")
        return Shape(self._file, mapping[name], f"{self._way}.{name}".lstrip("."))

    def optional(self, name: str) -> "Shape | None":
        """Give a member that may be missing or null."""
        return self.member(name) if self._mapping().get(name) is not None else None

    def items(self) -> list["Shape"]:
        """Give the elements of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return [Shape(self._file, value, f"{self._way}[{index}]") for index, value in enumerate(self.value)]

    def members(self) -> Iterable[tuple[str, "Shape"]]:
        """Give the members of a mapping with str names."""
        for name in self._mapping():
            if not isinstance(name, str):
                raise self.wrong("names that are text", repr(name))
            yield name, self.member(name)

    def text(self) -> str:
        """Give a str."""
        return self._typed("text", str)

    def integer(self) -> int:
        """Give an int that is no bool, 0 or above."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            raise self.wrong("a whole number, 0 or above")
        return self.value

    def number(self) -> float:
        """Give an int or float."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong("a number")
        return float(self.value)

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
        place = self._way or "the whole file"
        shown = ascii(self.value)[:80] if got is None else got
        hint = f"harness record  # records {self._file.stem} anew"
        return UsageError("bad-cassette", f"{self._file}: expected {expected} at {place}, got {shown}", hint)

    def _mapping(self) -> dict[Any, Any]:
        if not isinstance(self.value, dict):
            raise self.wrong("a mapping")
        return self.value

    def _typed(self, expected: str, kind: type[T]) -> T:
        if not isinstance(self.value, kind):
            raise self.wrong(expected)
        return self.value
