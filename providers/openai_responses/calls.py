"""Puts function calls together from output items and from the pieces of their arguments. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_INPUTS = {"function_call": "arguments", "custom_tool_call": "input"}
"""Kinds of items that are calls, and the member that holds what the tool is called with."""


@dataclass
class _Call:
    """One call as far as it has come."""

    index: Any
    item_id: Any
    id: Any = None
    name: Any = None
    arguments: str = ""


class Calls:
    """The calls of one answer; a piece belongs to the item of its output index, else of its id, else to the last."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def item(self, item: Mapping[str, Any], index: Any = None) -> None:
        """Take an output item, as it begins and as it is done; one that is no call adds nothing."""
        member = _INPUTS.get(str(item.get("type")))
        if member is None:
            return
        call = self._find(index, item.get("id") or item.get("call_id"))
        if call is None:
            call = _Call(index, item.get("id"))
            self._calls.append(call)
        call.id, call.name = item.get("call_id") or call.id, item.get("name") or call.name
        call.arguments = _str(item.get(member)) or call.arguments

    def piece(self, event: Mapping[str, Any]) -> None:
        """Take a piece of the arguments."""
        if (call := self._owner(event)) is not None:
            call.arguments += _str(event.get("delta"))

    def whole(self, event: Mapping[str, Any]) -> None:
        """Take the arguments as a whole, which repeats their pieces."""
        if (call := self._owner(event)) is not None:
            call.arguments = _str(event.get("arguments")) or _str(event.get("input")) or call.arguments

    def calls(self) -> tuple[dict[str, Any], ...]:
        """Give the calls in the order in which they began, in the shape of Chat Completions."""
        return tuple(
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in self._calls
        )

    def _owner(self, event: Mapping[str, Any]) -> _Call | None:
        last = self._calls[-1] if self._calls else None
        return self._find(event.get("output_index"), event.get("item_id")) or last

    def _find(self, index: Any, item_id: Any) -> _Call | None:
        """Find by index where both have one: some gateways give an item another id in each event."""
        for call in self._calls:
            if index is not None and call.index is not None:
                if index == call.index:
                    return call
            elif item_id is not None and item_id in {call.item_id, call.id}:
                return call
        return None


def _str(value: Any) -> str:
    return value if isinstance(value, str) else ""
