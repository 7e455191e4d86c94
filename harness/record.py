"""Records one call of a provider against a live upstream, and proves that the recording replays (REC-01).

It gives the recording; whoever asked decides whether it is worth a file, which ``keep`` writes.
"""

import contextlib
import importlib.metadata
import os
import platform
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from providers.contract import Contract

from .cassette import coding, store
from .cassette.scrub import Scrub, additions, learning
from .cassette.scrub.renewal import renewed
from .cassette.scrub.shapes import names
from .driver import Driver, Subject, Way
from .errors import HarnessError, UsageError
from .recording import Call, Expected, Interaction, Provenance, Recording, Wire
from .scenario import Scenario, from_recording
from .transcript import Course, Transcript
from .upstream.loopback import Loopback
from .upstream.passing import Recorded
from .upstream.recorder import Recorder

DEADLINE = 600.0
"""Seconds for one recorded call; a long answer of a small model takes minutes."""
_TAIL = 1.0
"""Seconds in which a reply comes to its end once the provider is done."""
_REPLAYABLE = {"complete", "reset", "half-close", "timeout"}
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


def record(subject: Subject, take: Take, live: str, deadline: float = DEADLINE) -> Recording:
    """Run the call through a recorder before the live origin, within so many seconds.

    The recording is scrubbed, and so is what an error tells. HarnessError if nothing came that replays.
    """
    scrub = _scrub(subject.contract, take, live)
    try:
        return _record(subject, take, live, deadline, scrub)
    except HarnessError as error:
        told = scrub.error(error)
    raise told  # outside, so that it does not carry the other along


def keep(recording: Recording, path: Path) -> Recording:
    """Write a recording to its file, unless that holds the same answer already; give what it holds then.

    A file that is no cassette is replaced.
    """
    old = None
    if path.exists():
        with contextlib.suppress(UsageError):
            old = store.load(path)
    kept = renewed(recording, old)
    if kept is not old:
        store.save(kept, path)
    return kept


def _record(subject: Subject, take: Take, live: str, deadline: float, scrub: Scrub) -> Recording:
    scenario = Scenario(take.scenario, take.call, (), Expected())
    way = Way(subject.contract.doors[0], base=subject.contract.root)
    with Recorder(live) as recorder:
        transcript = Driver(subject, recorder, deadline, guarded=False)(scenario, way=way)
        recorder.settle(_TAIL)
        exchanges = list(recorder.recorded)
    _insist(take, transcript, exchanges, live, scrub)
    raw = Recording(
        provider=subject.contract.name,
        scenario=take.scenario,
        provenance=take.provenance,
        upstream=take.upstream,
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=_versions(subject),
        call=take.call,
        expected=expected_of(transcript),
        interactions=tuple(_interaction(recorded, subject.contract) for recorded in exchanges),
    )
    taught = scrub.taught(raw)
    recording = taught.recording(raw)
    _prove(subject, recording, transcript, way, taught)
    return recording


def _versions(subject: Subject) -> dict[str, str]:
    """Tell what made the recording."""
    packages = {name: importlib.metadata.version(name) for name in _PACKAGES}
    provider = f"{subject.provider.__module__}.{subject.provider.__qualname__}"
    return {**packages, "python": platform.python_version(), "provider": provider}


def _insist(take: Take, transcript: Transcript, exchanges: Collection[Recorded], live: str, scrub: Scrub) -> None:
    """Insist on a call that ended, and on replies that can be played again; what is cut short is scrubbed before."""
    ends = [_end(recorded, transcript) for recorded in exchanges]
    wrong = [end for end in ends if end not in _REPLAYABLE]
    if transcript.course is Course.TIMED_OUT:
        wrong = [f"no end of the call, its exchanges being {ends!r}"]
    elif not exchanges:
        told = transcript.raised.text if transcript.raised else transcript.text
        wrong = [f"no request at all; the provider told {scrub.text(told)!r:.200}"]
    if wrong:
        message = f"{take.scenario}: expected a whole reply from {live}, got {wrong[0]}"
        raise HarnessError("not-recordable", message, f"curl -i {live}")


def _end(recorded: Recorded, transcript: Transcript) -> str:
    """Tell how a reply ended; a provider that leaves a begun reply and fails has found it too slow."""
    failed = transcript.course is Course.RAISED
    return "timeout" if recorded.end == "client left" and recorded.status and failed else recorded.end


def expected_of(transcript: Transcript) -> Expected:
    """Give what a replay must give again."""
    if transcript.raised is not None:
        return Expected(transcript.text, None, transcript.raised.family)
    return Expected(transcript.text, next(iter(transcript.finishes), None))


def _interaction(recorded: Recorded, contract: Contract) -> Interaction:
    encoding = next((value for name, value in recorded.headers if name.lower() == "content-encoding"), None)
    chunks = coding.decoded(recorded.chunks, encoding)
    asked = coding.decoded([recorded.request.body], recorded.request.header("content-encoding"))
    return Interaction(
        method=recorded.request.method,
        uri=(contract.origin or "http://localhost") + recorded.request.path,
        request_headers=recorded.request.headers,
        request_body=b"".join(asked),
        status=recorded.status,
        reason=recorded.reason,
        headers=recorded.headers,
        body=b"".join(chunks),
        wire=Wire(
            chunks=tuple(map(len, chunks)),
            at=tuple(round(moment, _DIGITS) for moment in recorded.at),
            end=recorded.end if recorded.end in _REPLAYABLE else "timeout",
            head=round(recorded.head, _DIGITS),
            encoding=encoding,
        ),
    )


def _scrub(contract: Contract, take: Take, live: str) -> Scrub:
    """Name what is secret in this call: what the caller says, hands over and has in its environment."""
    added = additions.load(Path.cwd())
    named, options = names(added.members), take.call.options
    keys = (value for name, value in options.items() if named.fullmatch(name) and isinstance(value, str))
    within = learning.telling(learning.handed([live, take.upstream, options], named))
    return added.scrub(os.environ, [*take.secrets, *keys, *within]).judged_by(contract)


def _prove(subject: Subject, recording: Recording, live: Transcript, way: Way, scrub: Scrub) -> None:
    """Replay the scrubbed recording over real sockets; it must mean what the live call meant."""
    upstream = Loopback()
    try:
        again = Driver(subject, upstream)(from_recording(recording), way=way).whole
    finally:
        upstream.close()
    meant = scrub.outcome(live.whole)
    if again != meant:
        differing = next(name for name in meant if again[name] != meant[name])
        got = scrub.outcome(again)[differing]
        message = (
            f"{recording.scenario}: expected the replay to give {differing} {meant[differing]!r:.500}, got {got!r:.500}"
        )
        raise HarnessError("unfaithful-recording", message, f"harness check --scenario {recording.scenario}")
