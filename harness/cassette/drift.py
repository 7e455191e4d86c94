"""Compares the shapes of old and new recordings: what of an API has changed since. Pure.

Text, ids, times, counts and the order of events may differ freely; the request is not compared. A new reply is held
against the old one of the same scenario, and against all that the other old recordings of the target show. Null is
taken for absence. What hinders the comparison (network, key, an overloaded service) is never drift.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from providers.contract import Contract

from ..recording import Recording
from .outline import ELEMENT, ENTRY, Outline, Place, outline, union

CLEAN, DRIFT, UNCHECKED = 0, 1, 4
_EXAMPLE = 60
"""Characters of an example value."""
_ABSENT = "absent"
_COMPLETE = "complete"
_BY_CIRCUMSTANCES = frozenset({401, 403, 407, 408, 425, 429, *range(500, 600)})
"""Statuses that tell of key, load or health, and nothing of the shape of answers."""


class Severity(StrEnum):
    """How much a change matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Aspect(StrEnum):
    """What about a reply has changed."""

    STATUS = "status"
    HEADER = "header"
    CODEC = "codec"
    KIND = "new event kind"
    TYPE = "type changed"
    FINISH = "new finish value"
    TERMINATOR = "terminator"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Change:
    """One difference: of what, in which kind of event, at which path; what stood there and what does now."""

    severity: Severity
    aspect: Aspect
    kind: str
    """Empty for what belongs to the reply as a whole."""
    path: str
    before: str
    after: str
    example: str = ""
    """A value as JSON, cut short: the new one, or of what was removed the old one."""


@dataclass(frozen=True)
class Finding:
    """What came of one scenario: its changes, or why there was nothing to compare."""

    provider: str
    scenario: str
    changes: tuple[Change, ...] = ()
    unchecked: str = ""
    """Why it could not be checked."""
    incomparable: str = ""
    """Why the old recording does not lend itself to comparison: that is nobody's fault and no alarm."""

    @property
    def compared(self) -> bool:
        """Tell whether shapes were compared."""
        return not self.unchecked and not self.incomparable


def exit_code(findings: Sequence[Finding], *, strict: bool = False) -> int:
    """Decide: 1 drift, 4 something (or everything) could not be checked and there is no drift in the rest, else 0."""
    blamed = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(change.severity in blamed for finding in findings for change in finding.changes):
        return DRIFT
    checked = any(finding.compared for finding in findings)
    return CLEAN if checked and not any(finding.unchecked for finding in findings) else UNCHECKED


def find(contract: Contract, known: Sequence[Recording], again: Mapping[str, Recording | str]) -> tuple[Finding, ...]:
    """Compare by scenario what is known with what came ``again``: a recording, or why there is none."""
    old = {recording.scenario: _outlines(contract, recording) for recording in known}
    past = _Past([one for outlines in old.values() for one in outlines if one.end == _COMPLETE])
    return tuple(_finding(contract, scenario, old.get(scenario, []), came, past) for scenario, came in again.items())


def _outlines(contract: Contract, recording: Recording) -> list[Outline]:
    return [outline(contract, interaction) for interaction in recording.interactions]


def _finding(
    contract: Contract, scenario: str, old: Sequence[Outline], came: Recording | str, past: "_Past"
) -> Finding:
    """Compare the exchanges of one scenario, counted from the last."""
    if isinstance(came, str) or not old:
        reason = came if isinstance(came, str) else "there is no old recording of this scenario"
        return Finding(contract.name, scenario, unchecked=reason)
    pairs = list(zip(reversed(old), reversed(_outlines(contract, came)), strict=False))
    if hindrances := [reason for pair in pairs if (reason := _hindrance(*pair))]:
        return Finding(contract.name, scenario, unchecked=hindrances[0])
    if reasons := [reason for pair in pairs if (reason := _incomparable(*pair))]:
        return Finding(contract.name, scenario, incomparable=reasons[0])
    found = {change for before, after in pairs for change in _Comparison(contract, before, after, past).changes()}
    ranks = list(Severity)
    ordered = sorted(found, key=lambda change: (ranks.index(change.severity), change.kind, change.path, change.aspect))
    return Finding(contract.name, scenario, tuple(ordered))


def _hindrance(old: Outline, new: Outline) -> str:
    """Tell what kept the new reply from being a like of the old one; nothing if it is one."""
    if new.status != old.status and new.status in _BY_CIRCUMSTANCES:
        return f"status {new.status}, where the old recording has {old.status}"
    if old.end == _COMPLETE != new.end:
        return f"the reply broke off: {new.end}"
    if old.status == new.status and new.refusal is not None and old.refusal is None:
        return f"the upstream refuses within its answer: {shortened(new.refusal)}"
    return ""


def _incomparable(old: Outline, new: Outline) -> str:
    """Tell why the old reply is no measure of the new one; nothing if it is one."""
    if old.end != _COMPLETE:
        return f"the old reply broke off: {old.end}"
    if old.status != new.status and old.status in _BY_CIRCUMSTANCES:
        return f"the old recording is a refusal of status {old.status}, which did not come again"
    if old.refusal is not None and new.refusal is None:
        return "the old recording is a refusal within an answer, which did not come again"
    return ""


@dataclass(frozen=True)
class _Past:
    """All whole old replies of the target."""

    outlines: Sequence[Outline]

    @cached_property
    def types(self) -> Mapping[Place, frozenset[str]]:
        """The types that each place has in any of them."""
        return union(self.outlines)

    def like(self, old: Outline) -> list[Outline]:
        """Give the replies of the same sort: what one of them lacks is optional."""
        sort = (old.status, old.codec, old.refusal is None)
        return [one for one in self.outlines if (one.status, one.codec, one.refusal is None) == sort]


@dataclass(frozen=True)
class _Comparison:
    """One old reply and one new, before all old replies of the target."""

    contract: Contract
    old: Outline
    new: Outline
    past: _Past

    @cached_property
    def peers(self) -> list[Outline]:
        return self.past.like(self.old)

    def changes(self) -> Iterator[Change]:
        old, new = self.old, self.new
        if old.status != new.status:
            yield Change(Severity.ERROR, Aspect.STATUS, "", "status", str(old.status), str(new.status))
            return
        if new.media_type not in {peer.media_type for peer in self.peers}:
            media = (old.media_type or _ABSENT, new.media_type or _ABSENT)
            yield Change(Severity.ERROR, Aspect.HEADER, "", "content-type", *media)
        if old.codec != new.codec:
            yield Change(Severity.WARNING, Aspect.CODEC, "", "body", old.codec, new.codec)
        yield from self._terminators()
        yield from self._finishes()
        yield from self._arrived()
        yield from self._gone()

    def _terminators(self) -> Iterator[Change]:
        for mark in sorted(self.old.terminators - self.new.terminators):
            yield Change(Severity.ERROR, Aspect.TERMINATOR, "", "end", mark, _ABSENT)
        known = {mark for one in self.past.outlines for mark in one.terminators}
        for mark in sorted(self.new.terminators - known):
            yield Change(Severity.INFO, Aspect.TERMINATOR, "", "end", _ABSENT, mark)

    def _finishes(self) -> Iterator[Change]:
        rule = self.contract.finish
        documented = {*rule.reasons, *rule.failures} if rule else set()
        seen = {value for one in self.past.outlines for value in one.finishes}
        for value, place in self.new.finishes.items():
            if value not in seen:
                severity = Severity.INFO if value in documented else Severity.ERROR
                before = ", ".join(sorted(seen)) or _ABSENT
                yield Change(severity, Aspect.FINISH, place.kind, place.path, before, value, shortened(value))

    def _arrived(self) -> Iterator[Change]:
        """Tell what is there that was not; of an object that is new, not its members."""
        nothing: frozenset[str] = frozenset()
        for place, types in self.new.types.items():
            before = self.past.types.get(place, nothing)
            strange = {name: value for name, value in types.items() if name not in before}
            if place.steps and not self.past.types.get(place.parent, nothing) & {"object", "array"}:
                continue
            if not place.steps and not before:
                yield _change(Severity.ERROR, Aspect.KIND, place, before, types)
            elif strange and before <= {"null"}:
                yield _change(Severity.INFO, Aspect.ADDED, place, before, types)
            elif strange.keys() - {"null"}:
                yield _change(Severity.ERROR, Aspect.TYPE, place, before, strange)

    def _gone(self) -> Iterator[Change]:
        """Tell what was there and is not; without the text, what held it is missed in any case."""
        lost = self.old.texts if not self.new.texts and self.old.refusal is None else frozenset()
        for place, types in self.old.types.items():
            if not self._is_missed(place):
                continue
            holds_text = any(text.within(place) for text in lost)
            if holds_text or self._is_constant(place):
                severity = Severity.ERROR if holds_text else Severity.WARNING
                removed = _change(severity, Aspect.REMOVED, place, types, self.new.types.get(place, {}))
                yield replace(removed, example=_example(types))

    def _is_missed(self, place: Place) -> bool:
        """Tell whether the new reply lacks what it could have: an empty array lacks no element."""
        if place.steps and (place.steps[-1] in {ELEMENT, ENTRY} or not self.new.is_object(place.parent)):
            return False
        return place not in self.new.types or (self.old.has(place) and not self.new.has(place))

    def _is_constant(self, place: Place) -> bool:
        """Tell whether all old replies of the sort have it that could."""
        could = [peer for peer in self.peers if not place.steps or peer.is_object(place.parent)]
        return all(peer.has(place) if self.old.has(place) else place in peer.types for peer in could)


def _change(
    severity: Severity, aspect: Aspect, place: Place, before: Iterable[str], after: Mapping[str, object]
) -> Change:
    return Change(severity, aspect, place.kind, place.path, _words(before), _words(after), _example(after))


def _words(types: Iterable[str]) -> str:
    return " or ".join(sorted(types)) or _ABSENT


def _example(types: Mapping[str, object]) -> str:
    return shortened(next((value for value in types.values() if value is not None), None))


def shortened(value: object) -> str:
    """Give a value as JSON, cut short."""
    text = json.dumps(value)
    return text if len(text) <= _EXAMPLE else f"{text[: _EXAMPLE - 3]}..."
