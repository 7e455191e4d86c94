"""Records one call of a provider against a live upstream, and proves that the recording replays (REC-01).

It gives the recording; whoever asked decides whether it is worth a file.
"""

import importlib.metadata
import platform
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from providers.contract import Contract, Door

from .cassette import coding, scrub
from .driver import Driver, Subject, Way
from .errors import HarnessError
from .recording import Call, Expected, Interaction, Provenance, Recording, Wire
from .scenario import Scenario, from_recording
from .transcript import Transcript
from .upstream.loopback import Loopback
from .upstream.recorder import Recorded, Recorder

DEADLINE = 600.0
"""Seconds for one recorded call; a long answer of a small model takes minutes."""
_REPLAYABLE = {"complete", "reset", "half-close"}
_DIGITS = 4
"""Of a second: a file need not tell more than 0.1 ms."""
_PACKAGES = ("llm-provider-harness", "httpx")


@dataclass(frozen=True, kw_only=True)
class Take:
    """What to record: the call and its name, who answers, what must not be seen."""

    scenario: str
    call: Call
    provenance: Provenance
    upstream: str
    secrets: Collection[str] = ()


def record(subject: Subject, take: Take, live: str) -> Recording:
    """Run the call through a recorder before the live origin; HarnessError if nothing replayable came of it."""
    scenario = Scenario(take.scenario, take.call, (), Expected())
    with Recorder(live) as recorder:
        transcript = Driver(subject, recorder, DEADLINE, guarded=False)(scenario, way=Way(Door.BASE_URL))
        exchanges = list(recorder.recorded)
    recording = Recording(
        provider=subject.contract.name,
        scenario=take.scenario,
        provenance=take.provenance,
        upstream=take.upstream,
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={name: importlib.metadata.version(name) for name in _PACKAGES} | {"python": platform.python_version()},
        call=take.call,
        expected=_expected(transcript),
        interactions=tuple(_interaction(recorded, subject.contract, take, live) for recorded in exchanges),
    )
    _prove(subject, recording, transcript)
    return recording


def _expected(transcript: Transcript) -> Expected:
    if transcript.raised is not None:
        return Expected(transcript.text, None, transcript.raised.family)
    return Expected(transcript.text, next(iter(transcript.finishes), None))


def _interaction(recorded: Recorded, contract: Contract, take: Take, live: str) -> Interaction:
    if recorded.end not in _REPLAYABLE:
        raise HarnessError("not-recordable", f"expected a reply from {live}, got {recorded.end}", "harness live")
    encoding = next((value for name, value in recorded.headers if name.lower() == "content-encoding"), None)
    chunks = coding.decoded(recorded.chunks, encoding)
    interaction = Interaction(
        method=recorded.method,
        uri=recorded.uri.replace(live.rstrip("/"), contract.origin or "http://localhost", 1),
        request_headers=recorded.request_headers,
        request_body=recorded.request_body,
        status=recorded.status,
        reason=recorded.reason,
        headers=recorded.headers,
        body=b"".join(chunks),
        wire=Wire(
            chunks=tuple(map(len, chunks)),
            at=tuple(round(moment, _DIGITS) for moment in recorded.at),
            end=recorded.end,
            head=round(recorded.head, _DIGITS),
            encoding=encoding,
        ),
    )
    return scrub.scrubbed(interaction, take.secrets, [rule.name for rule in contract.headers])


def _prove(subject: Subject, recording: Recording, transcript: Transcript) -> None:
    """Replay the scrubbed recording over real sockets; it must give what the live call gave."""
    upstream = Loopback()
    try:
        replayed = Driver(subject, upstream)(from_recording(recording), way=Way(Door.BASE_URL))
    finally:
        upstream.close()
    live, again = (_gist(one) for one in (transcript, replayed))
    if live != again:
        message = f"{recording.scenario}: expected the replay to give {live!r}, got {again!r}"
        raise HarnessError("unfaithful-recording", message, "report this with the cassette's provider and scenario")


def _gist(transcript: Transcript) -> tuple[str, tuple[str, ...], str | None]:
    family = transcript.raised.family or transcript.raised.type if transcript.raised else None
    return transcript.text, transcript.finishes, family
