"""Replays a recording through its provider and tells what differs from what the cassette says. Reads no file."""

from collections.abc import Iterator
from pathlib import Path

from .cassette.rules import MEANT, PLAYED, Finding, quoted
from .driver import Driver
from .recording import Recording
from .scenario import from_recording
from .transcript import Course, Transcript


def judge(driver: Driver, recording: Recording, file: Path) -> Iterator[Finding]:
    """Drive the recorded call against the recorded replies; compare the requests and what comes of it."""
    transcript = driver(from_recording(recording))
    asked, told = len(transcript.requests), len(recording.interactions)
    if asked != told:
        place = f"interactions[{asked}]" if asked < told else "interactions"
        came = f"; {_outcome(transcript)}" if asked == 0 else ""
        yield Finding(PLAYED, file, f"expected {told} requests, got {asked}{came}", place)
    expected = recording.expected
    want = {"text": expected.text, "finish": expected.finish, "error": expected.error}
    for name, got in _meaning(transcript).items():
        if asked and got != want[name]:
            message = f"expected the replay to give {quoted(want[name])}, got {quoted(got)}"
            yield Finding(MEANT, file, message, f"metadata.expected.{name}")


def _meaning(transcript: Transcript) -> dict[str, str | None]:
    """Give what a cassette expects, as the recorder writes it down."""
    raised = transcript.raised
    finish = next(iter(transcript.finishes), None) if raised is None else None
    error = (raised.family or raised.type) if raised else None
    if transcript.course is Course.TIMED_OUT:
        error = "no end"
    return {"text": transcript.text, "finish": finish, "error": error}


def _outcome(transcript: Transcript) -> str:
    raised = transcript.raised
    return f"{raised.type}: {quoted(raised.text)}" if raised else f"text {quoted(transcript.text)}"
