"""Puts tool calls together from the pieces in which OpenAI's and compatible services send them. No I/O."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_KINDS = ("function", "custom")
"""Where a piece tells of the call; a custom tool takes free text as its ``input``."""


@dataclass
class _Call:
    """One call as far as it has come."""

    index: int | None
    id: str | None = None
    name: str | None = None
    arguments: str = ""


class Assembly:
    """Merges fragments by index, else by id, else by order; what the upstream says of neither is never invented."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def add(self, fragments: Any) -> None:
        """Take the ``tool_calls`` of one chunk; null and anything that is no list of objects adds nothing."""
        pieces = [piece for piece in fragments if isinstance(piece, Mapping)] if isinstance(fragments, list) else []
        for position, piece in enumerate(pieces):
            told = _told(piece)
            said = _Call(_index(piece.get("index")), _word(piece.get("id")), _word(told.get("name")))
            call = self._owner(said, pieces, position)
            if call is None:
                call = said
                self._calls.append(call)
            call.id, call.name = call.id or said.id, call.name or said.name
            call.arguments += _written(told.get("arguments", told.get("input")))

    def calls(self) -> tuple[dict[str, Any], ...]:
        """Give the calls in the order in which they began, in OpenAI's shape."""
        return tuple(
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in self._calls
        )

    def _owner(self, said: _Call, pieces: Sequence[Any], position: int) -> _Call | None:
        """Find the call that a fragment continues; None where it begins one."""
        if said.index is not None:
            found = next((call for call in reversed(self._calls) if call.index == said.index), None)
            if found is not None and not _is_another(found, said):
                return found
        if said.id is not None:
            known = next((call for call in self._calls if call.id == said.id), None)
            if known is not None and (said.index is None or said.name is None):
                return known
            if said.name is None and self._calls and self._calls[-1].id is None:
                return self._calls[-1]  # its id comes late
            return None
        if said.name is not None or not self._calls:
            return None
        alike = len(pieces)  # several fragments that tell nothing of themselves continue as many calls, in order
        return self._calls[position - alike if alike <= len(self._calls) else -1]


def _is_another(call: _Call, said: _Call) -> bool:
    """Tell whether a fragment at the index of a call begins another: some services number every call 0."""
    if said.id is not None and call.id is not None:
        return said.id != call.id
    if said.name is None or call.name is None:
        return False
    return said.name != call.name or _is_complete(call.arguments)


def _is_complete(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except ValueError:
        return False
    return True


def _told(piece: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((piece[kind] for kind in _KINDS if isinstance(piece.get(kind), Mapping)), {})


def _index(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _written(arguments: Any) -> str:
    """Give a piece of JSON text; some services send the arguments as an object."""
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else json.dumps(arguments, ensure_ascii=False)
