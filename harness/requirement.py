"""What a requirement is, and the list of all of them. Knows neither pytest nor any provider."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from providers.contract import Capability

from .scenario import Judged, Scenario
from .transcript import Transcript
from .verdict import Evidence, Level

Choose = Callable[[Judged], Iterable[Scenario]]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What the last drive shows of a sound provider, so that it can be asserted without the suite; None: anything."""

    text: str | None = None
    finish: tuple[Any, ...] | None = None
    events: tuple[Any, ...] | None = None
    """The items that are neither text nor finish, as plain data."""
    raised: tuple[str, ...] | None = None
    """The families of which one is raised, ``None`` for nothing; without any, nothing is raised."""
    own: bool | None = None
    """The exception is the provider's own, raised on purpose."""
    requests: int | None = None
    target: str | None = None
    """The path and query of the only request."""
    members: Mapping[str, Any] | None = None
    """What the body of the only request has at some paths."""
    headers: Mapping[str, str] | None = None
    """Regular expressions that whole headers of the only request match."""
    signed: tuple[str, str] | None = None
    """A header is the MD5 (hex) of a template over the other ones."""
    details: bool = False
    """The exception tells more in its text or public attributes than it did."""
    secret: str | None = None
    """It is shown nowhere."""
    repeats: bool = False
    """The call made twice sends the same body."""
    fresh: str | None = None
    """The call made twice sends a header of this name with another value."""
    loops: int = 1
    """The drive is made so often, each in an event loop of its own, and the last one shows it."""
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """The variables that were set for the drive, or unset."""


class Failure(AssertionError):
    """The provider breaks the requirement; ``level`` overrides the requirement's own (a SHOULD in a MUST)."""

    def __init__(self, evidence: Evidence, level: Level | None = None, claim: Claim | None = None) -> None:
        """Keep the evidence, and what should have been seen instead; ``transcript`` is the one that is blamed."""
        super().__init__(evidence.reason)
        self.evidence = evidence
        self.level = level
        self.claim = claim
        self.transcript: Transcript | None = None


class NotExercised(Exception):
    """The requirement applies, but what it is about did not take place."""


@dataclass(frozen=True)
class Requirement:
    """One rule of the law. The prose comes from the docstring of the function that checks it."""

    id: str
    level: Level
    title: str
    rationale: str
    remedy: str
    source: str
    needs: frozenset[Capability]
    over: Choose
    sockets: bool
    """It needs real sockets, so it plays on loopback only."""

    @property
    def area(self) -> str:
        """The part of the id before the dash."""
        return self.id.partition("-")[0]


REGISTRY: dict[str, Requirement] = {}
"""All requirements by id, filled as the modules of the suite are imported."""

Check = TypeVar("Check", bound=Callable[..., None])


def requirement(
    id_: str,
    level: Level,
    *,
    over: Choose,
    source: str,
    needs: Iterable[Capability] = (),
    sockets: bool = False,
) -> Callable[[Check], Check]:
    """Declare the decorated test function as the check of a requirement.

    Its docstring is the title (first paragraph), the rationale, and a last paragraph ``Remedy: ...``.
    """

    def register(check: Check) -> Check:
        title, _, rest = inspect.cleandoc(check.__doc__ or "").partition("\n\n")
        rationale, _, remedy = f"\n\n{rest}".rpartition("\n\nRemedy: ")
        if not remedy or not title or id_ in REGISTRY or "\n\n" in remedy:
            msg = f"{check.__name__}: expected a new id and a docstring with title and 'Remedy:', got {id_!r}"
            raise ValueError(msg)
        rule = Requirement(
            id=id_,
            level=level,
            title=" ".join(title.split()),
            rationale=rationale.strip(),
            remedy=" ".join(remedy.split()),
            source=source,
            needs=frozenset(needs),
            over=over,
            sockets=sockets,
        )
        REGISTRY[id_] = rule
        check.requirement = rule  # type: ignore[attr-defined]
        return check

    return register
