"""Where services offer several answers at once: which of them is the answer. No I/O."""

from collections.abc import Mapping
from typing import Any


def first(choices: Any) -> Mapping[str, Any]:
    """Give the choice of index 0, which is the answer; an empty one where an event has none."""
    for position, choice in enumerate(choices if isinstance(choices, list) else []):
        if isinstance(choice, Mapping):
            index = choice.get("index")
            if (position if index is None else index) == 0:
                return choice
    return {}
