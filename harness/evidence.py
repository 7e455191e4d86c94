"""How a failure is shown: bytes with cut marks, values side by side, all ASCII-safe and bounded. Judges nothing."""

import json
import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from .requirement import Claim, Failure
from .script import Chunk, Close, Gate, HalfClose, Reset, Script, Send, Sleep
from .transcript import Request, Transcript
from .verdict import Evidence, Level

CUT = " | "
LIMIT = 480
_TELLING = frozenset({"content-type", "location", "retry-after"})
"""Headers of a reply that a failure shows."""


def show(value: Any) -> str:
    """Give a value as ASCII text on one line, bounded."""
    text = value if isinstance(value, str) else json.dumps(value, default=repr)
    return bounded(text.encode("ascii", "backslashreplace").decode().replace("\r", "\\r").replace("\n", "\\n"))


def bounded(text: str, limit: int = LIMIT) -> str:
    """Shorten a text in its middle."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} ...({len(text) - 2 * half} more)... {text[-half:]}"


def draw_pieces(pieces: Sequence[bytes], limit: int = LIMIT) -> str:
    """Draw the pieces of a body with cut marks; of a long one, the part around the first cut."""
    drawn = [_draw_bytes(piece) for piece in pieces]
    if len(drawn) == 2 and sum(map(len, drawn)) > limit:  # noqa: PLR2004  one cut
        half = limit // 2
        before, after = drawn
        drawn = [
            before if len(before) <= half else f"...{before[-half:]}",
            after if len(after) <= half else f"{after[:half]}...",
        ]
    return bounded(CUT.join(drawn), 2 * limit + len(CUT) + 6)


def _draw_bytes(data: bytes) -> str:
    return repr(data)[2:-1]


def draw(script: Script) -> str:
    """Draw a whole script in its order: head, chunks with cut marks, ending."""
    lines: list[str] = []
    for is_body, steps in groupby(script.steps, lambda step: isinstance(step, Chunk)):
        if is_body:
            lines.append(draw_pieces([step.data for step in steps if isinstance(step, Chunk)]))
        else:
            lines += [f"< {script_line(step)}" for step in steps if not isinstance(step, Chunk)]
    return "\n".join(lines)


def script_line(step: Send | Sleep | Gate | Reset | HalfClose | Close) -> str:
    """Name a step that sends no body bytes."""
    match step:
        case Send(status, headers, framing):
            shown = [f", {name}: {value}" for name, value in headers if name.lower() in _TELLING]
            return f"{status}{''.join(shown)}, {framing}"
        case Sleep(seconds):
            return "silence" if math.isinf(seconds) else f"silence for {seconds} s"
        case Gate(name):
            return f"waits for {name}"
        case _:
            return type(step).__name__.lower()


def draw_request(request: Request) -> str:
    """Draw a request: its line, headers and body."""
    lines = [f"> {request.method} {request.target}", *(f"> {name}: {value}" for name, value in request.headers)]
    return "\n".join([*map(show, lines), bounded(_draw_bytes(request.body), 2 * LIMIT)])


def outcome(transcript: Transcript) -> str:
    """Tell in words what came of a drive."""
    parts = [f"text {show(transcript.text)}", f"finish {list(transcript.finishes)}"]
    if transcript.raised:
        parts.append(f"raised {transcript.raised.type}: {show(transcript.raised.text)} at {transcript.raised.frame}")
    else:
        parts.append(str(transcript.course))
    return "; ".join(parts)


def fail(
    reason: str,
    *,
    expected: Any = "",
    observed: Any = "",
    wire: str = "",
    level: Level | None = None,
    claim: Claim | None = None,
) -> Failure:
    """Make the failure to raise; ``claim`` says what the last drive should have shown."""
    return Failure(Evidence(show(reason), show(expected), show(observed), wire), level, claim)


def require_equal(want: Any, got: Any, reason: str, *, wire: str = "", claim: Claim | None = None) -> None:
    """Raise a failure that shows both values, unless they are equal."""
    if want != got:
        claim = claim or _claim(want)
        want, got = _differing(want, got)
        raise fail(reason, expected=want, observed=got, wire=wire, claim=claim)


def _claim(want: Any) -> Claim | None:
    """Read what was wanted of a transcript, if that is what it is."""
    if not isinstance(want, dict) or not {"text", "finish", "raised"} <= want.keys():
        return None
    raised = () if want["raised"] is None else (want["raised"],)
    events = tuple(want["events"]) if "events" in want else None
    return Claim(text=want["text"], finish=tuple(want["finish"]), events=events, raised=raised)


def _differing(want: Any, got: Any) -> tuple[Any, Any]:
    if isinstance(want, dict) and isinstance(got, dict):
        members: Iterable[Any] = [member for member in want if want[member] != got.get(member)]
        return {member: want[member] for member in members}, {member: got.get(member) for member in members}
    return want, got
