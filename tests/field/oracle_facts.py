"""What the oracles tell of a reply, and the finish table that they all read. Knows no provider and no harness.

The oracles are slow and plain on purpose: whole bodies, one function per API, nothing shared with what they judge.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("HARNESS_SHARED", Path(__file__).parents[3] / "shared"))


@dataclass
class Told:
    """What a reply says, to whoever reads all of it at leisure."""

    text: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str | None, str | None, Any], ...] = ()
    """Id (None where the wire has none), name, arguments as a value."""
    usage: tuple[Any, Any, Any] | None = None
    """Tokens of the prompt, of the completion, in all, as they stand on the wire; a set where it leaves a choice."""
    finish: str | None = None
    error: str | None = None
    """The words of a failure that came instead of an end, or after it; empty where it has none."""

    def __post_init__(self):
        """An answer that does not end, or that holds nothing, is a failure whatever its status."""
        if self.error is None and self.finish is None:
            self.error = ""
        hollow = not self.text and not self.calls and self.finish in {"stop", "unknown"}
        if self.error is None and hollow:
            self.error = ""
        if self.error is not None:
            self.finish = None


def meaning(names, raw):
    """Give what a stop value means by tables of these names, ``unknown`` outside them, ``error`` for a failure."""
    tables = json.loads((SHARED / "wire" / "finish_map.json").read_text())
    if raw is None or raw == "":
        return None
    return next((tables[name][raw] for name in names.split() if raw in tables[name]), None) or "unknown"


def ended(names, raw, calls=()):
    """Give finish and error of an end by its stop value."""
    reason = meaning(names, raw)
    if reason == "error":
        return {"error": ""}
    return {"finish": "tool_calls" if reason == "stop" and calls else reason}


def arguments(text):
    """Read the arguments of a call; none at all are an empty object."""
    if not isinstance(text, str):
        return {} if text is None else text
    try:
        return json.loads(text) if text.strip() else {}
    except ValueError:
        return text


def counted(told, got):
    """Tell whether reported tokens are those of the wire; what it does not tell is left out, or follows from it."""
    if told is None or got is None:
        return told is got
    prompt, said, total = got
    follows = (
        {None, 0, (total or 0) - (said or 0)},
        {None, 0, (total or 0) - (prompt or 0)},
        {None, (prompt or 0) + (said or 0)},
    )
    sets = [value if isinstance(value, set) else {value} for value in told]
    return all(value in (free if one == {None} else one) for value, one, free in zip(got, sets, follows, strict=True))
