"""Writes docs/providers.md: what each provider claims, and where the recordings that show it are from.

``python docs/write_providers.py > docs/providers.md``; a test keeps the two equal. It replays every cassette, which
takes seconds, and knows no provider by name.
"""  # noqa: INP001  a script

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing

from harness.builtin import known
from harness.cassette import store
from harness.driver import Driver
from harness.recording import Provenance, Recording
from harness.scenario import from_recording
from harness.target import CASSETTES, Subject, resolve
from harness.transcript import Kind, Transcript
from harness.upstream.inprocess import InProcess
from providers.contract import OK, Capability, Contract

HEAD = """# Providers

What each built-in provider claims, and where the recordings that show it are from. Written by `docs/write_providers.py`
from the contracts and the cassettes; a test keeps it equal.

A provenance tells who sent the bytes: `live` a service itself, `local-llm` a real model that is served on loopback,
`stand-in` a strict local server that speaks a documented protocol, `imported` another tool's recording. A provider
without cassettes of its own differs from another in data alone, and is judged from that one's.

## Cassettes
"""
CLAIMS = """
## Capabilities

A provenance: a cassette of that kind shows it. *made*: the suite shows it with answers that it makes of a recorded
one and of the documented samples in the contract. A dash: the contract does not claim it.
"""


def main() -> None:
    """Print the document."""
    with closing(InProcess()) as upstream:
        subjects = [(subject, recordings(subject.contract)) for subject in map(resolve, known())]
        seen = {subject.name: shown(Driver(subject, upstream), found) for subject, found in subjects}
    lines = [
        HEAD,
        *table(
            ["provider", "service", "endpoint", "forms", "cassettes", *Provenance],
            ([*row(subject), *counts(found)] for subject, found in subjects),
        ),
        CLAIMS,
        *table(
            ["", *seen],
            (
                [capability, *(cell(subject.contract, capability, seen) for subject, _ in subjects)]
                for capability in Capability
            ),
        ),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def recordings(contract: Contract) -> tuple[Recording, ...]:
    """Give the cassettes of a provider: its own, or those of another that its contract names."""
    own = CASSETTES / contract.name
    named = [CASSETTES / f"{name}.yaml" for name in contract.recordings]
    return (store.recordings(own) if own.is_dir() else ()) or tuple(
        store.load(file) for file in named if file.is_file()
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Give the lines of a table."""
    names = list(head)
    return [line(names), line("---" for _ in names), *map(line, rows)]


def line(cells: Iterable[str]) -> str:
    """Give one line of a table."""
    return f"| {' | '.join(cells)} |"


def row(subject: Subject) -> list[str]:
    """Tell what a provider speaks, and to whom."""
    contract = subject.contract
    forms = [str(codec) for codec in contract.codecs] + (["document"] if contract.document else [])
    return [subject.name, contract.origin or "any", f"`{contract.root}{contract.path}`", ", ".join(forms)]


def counts(found: Iterable[Recording]) -> list[str]:
    """Tell whose cassettes they are, and count them by provenance."""
    counted = Counter(one.provenance for one in found)
    owners = ", ".join(dict.fromkeys(one.provider for one in found)) or "none"
    return [owners, *(str(counted[provenance] or "-") for provenance in Provenance)]


def shown(driver: Driver, found: Iterable[Recording]) -> dict[Capability, Provenance]:
    """Tell which capabilities replays show, each with the best provenance that does."""
    best = list(Provenance)
    seen: dict[Capability, Provenance] = {}
    for one in sorted(found, key=lambda recording: best.index(recording.provenance), reverse=True):
        transcript = driver(from_recording(one))
        seen |= {capability: one.provenance for capability, shows in SHOWS.items() if shows(one, transcript)}
    if (rule := driver.contract.document) is not None:
        whole = [one.provenance for one in found if rule.options.items() <= one.call.options.items()]
        seen |= {Capability.BOTH_MODES: min(whole, key=best.index)} if whole else {}
    return seen


def _yields(kind: Kind, least: int = 1) -> Callable[[Recording, Transcript], bool]:
    return lambda _, transcript: sum(item.kind is kind for item in transcript.items) >= least


SHOWS: dict[Capability, Callable[[Recording, Transcript], bool]] = {
    Capability.STREAM: _yields(Kind.TEXT, 2),
    Capability.REASONING: _yields(Kind.REASONING),
    Capability.TOOL_CALLS: _yields(Kind.TOOL_CALLS),
    Capability.USAGE: _yields(Kind.USAGE),
    Capability.IN_BAND_ERRORS: lambda one, transcript: (
        transcript.raised is not None
        and one.interactions[-1].status == OK
        and one.interactions[-1].wire.end == "complete"
    ),
}
"""What can be seen in one replay."""


def cell(contract: Contract, capability: Capability, seen: dict[str, dict[Capability, Provenance]]) -> str:
    """Tell what stands behind one claim."""
    if capability not in contract.capabilities:
        return "-"
    return seen[contract.name].get(capability, "made")


if __name__ == "__main__":
    main()
