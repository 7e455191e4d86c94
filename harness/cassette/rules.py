"""What a sound cassette is: the rules of ``harness lint`` as data, and what breaks one. Judges nothing."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..evidence import show
from .scrub import Scrub


class Level(StrEnum):
    """How much a breach weighs, in the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Rule:
    """One thing that holds for every sound cassette, and what to do where it does not."""

    id: str
    level: Level
    title: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """A file that breaks a rule, and where."""

    rule: Rule
    file: Path
    message: str
    """What was expected and got; never a secret."""
    place: str = ""
    """The way to the value within the document: ``interactions[0].request.body``."""
    line: int | None = None
    """The line at which that value begins, counted from 1."""


@dataclass(frozen=True)
class Lint:
    """One run of ``harness lint``: what was found, of how many cassettes, and how many were replayed."""

    findings: tuple[Finding, ...]
    cassettes: int
    replayed: int

    def sound(self, *, strict: bool) -> bool:
        """Tell whether nothing counts: no error, and if strict no warning."""
        counts = {Level.ERROR, Level.WARNING} if strict else {Level.ERROR}
        return not any(finding.rule.level in counts for finding in self.findings)


def quoted(text: str | None) -> str:
    """Give text for a message, without secrets: they go before it is shortened, lest a part stays."""
    return "nothing" if text is None else repr(show(Scrub().text(text)))


LOADS = Rule(
    "LINT-01",
    Level.ERROR,
    "The file loads and is safe to load",
    "Record it anew: harness record. A cassette is plain YAML without tags, aliases and links, and of bounded size.",
)
OURS = Rule(
    "LINT-02",
    Level.ERROR,
    "The file is a cassette of this harness",
    "Bring it in by harness import, or record it anew: plain vcrpy keeps neither the call nor the chunks.",
)
PLACED = Rule(
    "LINT-03",
    Level.ERROR,
    "The file stands in its provider's folder and has its scenario's name",
    "Move it to cassettes/PROVIDER/SCENARIO.yaml, as its metadata say.",
)
USED = Rule(
    "LINT-04",
    Level.WARNING,
    "A contract uses the file",
    "Remove what is no cassette or belongs to no contract, or name its contract: harness lint --contract.",
)
COMPLETE = Rule(
    "LINT-05",
    Level.ERROR,
    "The metadata are complete: when, by what, for whom, which call, what is expected",
    "Record it anew: harness record fills them in.",
)
PROVENANCE = Rule(
    "LINT-06",
    Level.ERROR,
    "The provenance is told, and agrees with who answered",
    "Record it anew from the service that the metadata name. A stand-in says that it is one.",
)
FAR = Rule(
    "LINT-07",
    Level.WARNING,
    "What is called live was answered beyond this machine",
    "Call a model that is served on this machine local-llm.",
)
SECRET = Rule(
    "LINT-08",
    Level.ERROR,
    "The file holds no secret, no value that passes (ids, times, paths) and no unknown header",
    "Revoke what is a credential, then record anew: harness record scrubs, and scrubbing again must change nothing.",
)
ASKED = Rule(
    "LINT-09",
    Level.ERROR,
    "The requests agree with the contract",
    "Correct the contract or the provider, then record anew: harness record.",
)
TERMINATED = Rule(
    "LINT-10",
    Level.ERROR,
    "An answer comes to its documented end",
    "Record it anew: harness record. What was cut off is a recorded failure and expects an exception.",
)
STREAMED = Rule(
    "LINT-11",
    Level.ERROR,
    "A stream really streamed: more than one event, in more than one chunk, at different times",
    "Record it anew without a proxy that gathers the reply; ask for an answer of several words.",
)
PLAYED = Rule(
    "LINT-12",
    Level.ERROR,
    "The call asks for every recorded exchange, and for no other",
    "Record it anew: harness record. Its provider no longer asks what it asked then.",
)
MEANT = Rule(
    "LINT-13",
    Level.ERROR,
    "The replay gives what the cassette expects",
    "Judge the provider first: harness check. If it is right, record anew: harness record.",
)
SMALL = Rule(
    "LINT-14",
    Level.WARNING,
    "The file is small",
    "Record a shorter answer, or raise the budget: harness lint --max-size.",
)
FRESH = Rule(
    "LINT-15",
    Level.NOTE,
    "The recording is fresh",
    "Record it anew: harness record. APIs change; an old recording proves what held then.",
)
RULES = (
    *(LOADS, OURS, PLACED, USED, COMPLETE, PROVENANCE, FAR, SECRET),
    *(ASKED, TERMINATED, STREAMED, PLAYED, MEANT, SMALL, FRESH),
)
