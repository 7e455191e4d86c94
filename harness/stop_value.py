"""The stop value of an answer: where an event or a document tells it, and how it is put there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from providers.contract import Contract

from .framing import Event, event_of, lookup, with_member

_ANY = "*"


@dataclass(frozen=True)
class StopValue:
    """Where it stands: at a path, or, where more than that tells it, in these members by stop value."""

    path: str
    written: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """All places that tell it."""
        return tuple(dict.fromkeys([self.path, *(at for members in self.written.values() for at in members)]))

    def of(self, value: Any) -> Any:
        """Read it; None, or what is blank, where there is none."""
        if (told := lookup(value, self.path)) not in (None, ""):
            return told
        named = {raw: members for raw, members in self.written.items() if raw != _ANY}
        alike = (raw for raw, members in named.items() if all(lookup(value, at) == one for at, one in members.items()))
        return next(alike, told)

    def put(self, value: Any, raw: Any) -> Any:
        """Give a copy of an event's value, or of a document, with another one."""
        value = with_member(value, self.path, raw)
        named = raw if isinstance(raw, str) and raw in self.written else _ANY
        for at, member in self.written.get(named, {}).items():
            value = with_member(value, at, member)
        return value


def in_events(contract: Contract) -> StopValue | None:
    """Tell where the event that ends a stream has it; None for an API without."""
    rule = contract.finish
    return None if rule is None else StopValue(rule.path, rule.written)


def in_documents(contract: Contract) -> StopValue | None:
    """Tell where a document has it; None for an API without documents."""
    rule = contract.document
    return None if rule is None else StopValue(rule.finish_path, rule.finish_written)


def stopped(contract: Contract, event: Event, raw: Any) -> Event:
    """Give an event that ends an answer with another stop value, and with the name that follows from it."""
    where = in_events(contract)
    value = event.value if where is None else where.put(event.value, raw)
    return replace(event, value=value) if event.name is None else event_of(contract, value)
