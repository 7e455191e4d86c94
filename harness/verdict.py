"""What a requirement says of a provider in one scenario, as data. Knows neither pytest nor files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Outcome(StrEnum):
    """The five answers. Only the first is a pass."""

    PASS = "pass"  # noqa: S105  the word, not a secret
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"
    NOT_EXERCISED = "not-exercised"
    ERROR = "error"


@dataclass(frozen=True)
class Evidence:
    """Why a verdict is what it is, each part ready to print (ASCII-safe, bounded)."""

    reason: str
    expected: str = ""
    observed: str = ""
    wire: str = ""
    """The bytes of the reply as chunks with cut marks, or the request."""


@dataclass(frozen=True)
class Verdict:
    """One requirement, one provider, one scenario."""

    provider: str
    requirement: str
    level: Level
    outcome: Outcome
    scenario: str
    evidence: Evidence | None
    reproduce: str
    replay: Mapping[str, Any] | None = None
    """The failing drive as a test of its own, where it was asked for; see ``reproduction``."""

    @property
    def condemns(self) -> bool:
        """Tell whether the provider does not conform by this verdict alone, whatever else is judged."""
        return self.outcome is Outcome.ERROR or (self.outcome is Outcome.FAIL and self.level is Level.MUST)

    def to_json(self) -> dict[str, Any]:
        """Give the line of the report; the replay only where there is one."""
        line = {"type": "verdict", **asdict(self)}
        return line if self.replay is not None else {name: line[name] for name in line if name != "replay"}

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> "Verdict":
        """Read a line of the report."""
        evidence = line["evidence"]
        return cls(
            provider=line["provider"],
            requirement=line["requirement"],
            level=Level(line["level"]),
            outcome=Outcome(line["outcome"]),
            scenario=line["scenario"],
            evidence=None if evidence is None else Evidence(**evidence),
            reproduce=line["reproduce"],
            replay=line.get("replay"),
        )
