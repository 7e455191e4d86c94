"""Judges one cassette by the rules of a sound recording. Pure but for reading the file; drives no provider.

Without a contract the rules that need one are left out. Files are untrusted: whatever stands there is a finding.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

from providers.contract import Contract

from ..errors import UsageError
from ..evidence import bounded
from ..recording import Interaction, Provenance, Recording
from . import document, places, source, store
from .answered import terminated
from .asked import agrees
from .rules import COMPLETE, FAR, FRESH, LOADS, OURS, PLACED, PROVENANCE, SECRET, SMALL, Finding, quoted
from .scrub import PLACEHOLDER, Scrub

OLDEST = 365
"""Days after which a recording is no longer fresh, unless told otherwise."""
LARGEST = 256 * 1024
"""Bytes of a file that is still small, unless told otherwise."""
_LINE = re.compile(r"\bline (\d+)\b")
_PLACE = re.compile(r" at ([\w.\-]+(?:\[\d+\][\w.\-]*)*), got ")
_HERE = re.compile(r"\b(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0)\b|\[::1\]", re.IGNORECASE)
_STAND_IN = "stand-in"
_PLAIN = Scrub()
_CLOCKS = timedelta(days=1)
"""By which the clocks of two machines may differ."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is too old, too large and too secret."""

    now: datetime
    age: int = OLDEST
    """Days."""
    size: int = LARGEST
    """Bytes."""
    scrub: Scrub = _PLAIN
    """What a project scrubs beside what is known of all services."""


@dataclass(frozen=True)
class Read:
    """A file as far as it could be read: the recording, or why there is none."""

    file: Path
    recording: Recording | None
    findings: tuple[Finding, ...] = ()


def read(file: Path, limits: Limits) -> Read:
    """Load a file; what it is not is a finding."""
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(file.parent)):  # resolve() fails on loops
        return Read(file, None, (Finding(LOADS, file, "expected a file in this folder, got a link that leads out"),))
    try:
        return Read(file, store.load(file), _small(file, limits))
    except UsageError as error:
        message = _clean(error.message.removeprefix(f"{file}: "))
        if _is_plain(file):
            lacks = "expected metadata and response.x_wire beside the exchanges, got a cassette of plain vcrpy"
            return Read(file, None, (Finding(OURS, file, lacks),))
        line, place = _LINE.search(message), _PLACE.search(message)
        told = int(line[1]) if line else None
        return Read(file, None, (Finding(LOADS, file, message, place[1] if place and not line else "", told),))


def _small(file: Path, limits: Limits) -> tuple[Finding, ...]:
    size = len(source.content(file))
    return () if size <= limits.size else (Finding(SMALL, file, f"expected at most {limits.size} bytes, got {size}"),)


def _is_plain(file: Path) -> bool:
    """Tell whether it is YAML of vcrpy without what we add; never raises."""
    try:
        whole = document.parse(source.content(file).decode())
    except (ValueError, UsageError):
        return False
    return isinstance(whole, dict) and "metadata" not in whole and isinstance(whole.get("interactions"), list)


def judge(recording: Recording, file: Path, contract: Contract | None, limits: Limits) -> Iterator[Finding]:
    """Give all that is wrong with a recording as data; of the file it looks at the name alone."""
    yield from _placed(recording, file, contract)
    yield from _complete(recording, file, limits.now)
    yield from _provenance(recording, file)
    for place, message in _secrets(recording, scrub_of(recording, contract, limits.scrub)):
        yield Finding(SECRET, file, message, place)
    if contract is not None:
        yield from agrees(recording, file, contract)
        yield from terminated(recording, file, contract)
    moment = _moment(recording.recorded_at)
    if moment is not None and (days := (limits.now - moment) / timedelta(days=1)) > limits.age:
        message = f"expected a recording of the last {limits.age} days, got one of {days:.0f} days"
        yield Finding(FRESH, file, message, "metadata.recorded_at")


def located(findings: Iterable[Finding], file: Path) -> list[Finding]:
    """Add the lines to findings on a file that has been loaded, and take out what a message must not show."""
    known = [replace(finding, message=_clean(finding.message)) for finding in findings]
    asked = {finding.place for finding in known if finding.place and finding.line is None}
    lines = places.lines(source.content(file).decode(), asked) if asked else {}
    return [replace(finding, line=finding.line or lines.get(finding.place)) for finding in known]


def _clean(message: str) -> str:
    return bounded(Scrub().text(message))


def _placed(recording: Recording, file: Path, contract: Contract | None) -> Iterator[Finding]:
    if contract is not None and recording.provider != contract.name:
        message = f"expected the provider {contract.name!r}, got {quoted(recording.provider)}"
        yield Finding(PLACED, file, message, "metadata.provider")
    if recording.scenario != file.stem:
        message = f"expected the scenario {file.stem!r} by the name of the file, got {quoted(recording.scenario)}"
        yield Finding(PLACED, file, message, "metadata.scenario")


def _complete(recording: Recording, file: Path, now: datetime) -> Iterator[Finding]:
    told = {
        "metadata.provider": recording.provider,
        "metadata.scenario": recording.scenario,
        "metadata.upstream": recording.upstream,
        "metadata.call.messages": recording.call.messages,
        "metadata.versions.llm-provider-harness": recording.versions.get("llm-provider-harness", ""),
    }
    for place, value in told.items():
        if not value or (isinstance(value, str) and not value.strip()):
            yield Finding(COMPLETE, file, f"expected {place}, got nothing", place)
    moment, got = _moment(recording.recorded_at), quoted(recording.recorded_at)
    undated = recording.provenance is Provenance.IMPORTED and not recording.recorded_at
    if not undated and (moment is None or moment > now + _CLOCKS):
        expected = "date and time with offset (ISO 8601)" if moment is None else "a moment that is past"
        yield Finding(COMPLETE, file, f"expected {expected}, got {got}", "metadata.recorded_at")
    finish, error = recording.expected.finish, recording.expected.error
    if (finish is None) == (error is None):
        message = f"expected either a finish or an error, got finish {quoted(finish)} and error {quoted(error)}"
        yield Finding(COMPLETE, file, message, "metadata.expected")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _provenance(recording: Recording, file: Path) -> Iterator[Finding]:
    provenance, who = recording.provenance, recording.upstream
    if who.strip() and (provenance is Provenance.STAND_IN) is not (_STAND_IN in who.lower()):
        message = f"expected an upstream that agrees with {provenance!s}, got {quoted(who)}"
        yield Finding(PROVENANCE, file, message, "metadata.provenance")
    if provenance is Provenance.LIVE and _HERE.search(who):
        yield Finding(FAR, file, f"expected a service beyond this machine, got {quoted(who)}", "metadata.upstream")


def _secrets(recording: Recording, scrub: Scrub) -> Iterator[tuple[str, str]]:
    """Give the places that scrubbing again would change, each with what is wrong there."""
    scrubbed = scrub.recording(recording)
    yield from _changed("metadata.upstream", recording.upstream, scrubbed.upstream)
    yield from _changed("metadata.call.model", recording.call.model, scrubbed.call.model)
    for index, message in enumerate(recording.call.messages):
        yield from _changed(f"metadata.call.messages[{index}]", message, scrubbed.call.messages[index])
    for name, value in recording.call.options.items():
        yield from _changed(f"metadata.call.options.{name}", value, scrubbed.call.options.get(name))
    yield from _changed("metadata.expected.text", recording.expected.text, scrubbed.expected.text)
    for index, (before, after) in enumerate(zip(recording.interactions, scrubbed.interactions, strict=True)):
        yield from _in_interaction(f"interactions[{index}]", before, after)


def _in_interaction(place: str, before: Interaction, after: Interaction) -> Iterator[tuple[str, str]]:
    yield from _changed(f"{place}.request.uri", before.uri, after.uri)
    yield from _in_headers(f"{place}.request.headers", before.request_headers, after.request_headers)
    yield from _changed(f"{place}.request.body", before.request_body, after.request_body)
    yield from _changed(f"{place}.response.status.message", before.reason, after.reason)
    yield from _in_headers(f"{place}.response.headers", before.headers, after.headers)
    yield from _changed(f"{place}.response.body.string", before.body, after.body)


def _changed(place: str, before: Any, after: Any) -> Iterator[tuple[str, str]]:
    if before == after:
        return
    where = ""
    if isinstance(before, str | bytes):
        same = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
        where = f" near {'byte' if isinstance(before, bytes) else 'character'} {sum(1 for _ in same)}"
    yield place, f"expected nothing that scrubbing changes, got a secret or a passing value{where}"


def _in_headers(
    place: str, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    kept = {name for name, _ in after}
    for name in dict.fromkeys(name for name, _ in before):
        if name not in kept:
            yield f"{place}.{name}", f"expected a header of the allow-list, got {quoted(name)}"
        elif _values(before, name) != _values(after, name):
            yield f"{place}.{name}", f"expected {PLACEHOLDER} in place of a secret, got the value of {quoted(name)}"


def _values(headers: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [value for known, value in headers if known == name]


def scrub_of(recording: Recording, contract: Contract | None, base: Scrub = _PLAIN) -> Scrub:
    """Give the scrub that a recorder would use; where no contract is known, any request header may be documented."""
    if contract is None:
        asked = {name.lower() for one in recording.interactions for name, _ in one.request_headers}
        return replace(base, keep=base.keep | asked).taught(recording)
    return base.judged_by(contract).taught(recording)
