"""What a requirement is, and the list of all of them. Knows neither pytest nor any provider."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from providers.contract import Capability

from .scenario import Judged, Scenario
from .verdict import Evidence, Level

Choose = Callable[[Judged], Iterable[Scenario]]


class Failure(AssertionError):
    """The provider breaks the requirement; ``level`` overrides the requirement's own (a SHOULD in a MUST)."""

    def __init__(self, evidence: Evidence, level: Level | None = None) -> None:
        """Keep the evidence."""
        super().__init__(evidence.reason)
        self.evidence = evidence
        self.level = level


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
