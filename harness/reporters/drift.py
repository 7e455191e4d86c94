"""What drift was found, as text for a terminal, as JSON, and as Markdown that fits into the summary of a CI job.

What is shown comes from the upstream: it is printable ASCII, bounded, and inert in Markdown.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from ..cassette.drift import CLEAN, DRIFT, Change, Finding, Severity, exit_code
from .block import escape

FORMAT = 1
_MOST = 50
"""Changes that are shown to people; JSON has all."""
_WIDEST = 200
"""Characters of one name, type or reason that are shown."""
_SCENARIOS = 4


def verdict(findings: Sequence[Finding], *, strict: bool = False) -> str:
    """Say in words what the exit code says."""
    return {CLEAN: "no drift", DRIFT: "drift"}.get(exit_code(findings, strict=strict), "could not check")


def terminal(findings: Sequence[Finding], *, strict: bool = False) -> str:
    """Give plain lines: the changes, the worst first; what could not be checked; the sum."""
    grouped = _grouped(findings)
    lines = [line for (provider, change), names in grouped[:_MOST] for line in _lines(provider, change, names)]
    lines += [f"... and {len(grouped) - _MOST} more changes: --format json has all"] if len(grouped) > _MOST else []
    lines += [f"COULD NOT CHECK {name}: {_short(reason)}" for name, reason in _reasons(findings, "unchecked")]
    lines += [f"not comparable: {name}: {_short(reason)}" for name, reason in _reasons(findings, "incomparable")]
    return "\n".join([*lines, _sum(findings), verdict(findings, strict=strict)]) + "\n"


def _lines(provider: str, change: Change, names: Sequence[str]) -> Iterator[str]:
    place = f"{_short(change.kind)} {_short(change.path)}".strip()
    example = f", such as {_short(change.example)}" if change.example else ""
    yield f"{change.severity.upper():8}{escape(provider)}: {change.aspect}: {place}"
    yield f"        {_short(change.before)} -> {_short(change.after)}{example}"
    yield f"        in {escape(_listed(names))}"


def as_json(findings: Sequence[Finding], *, strict: bool = False) -> str:
    """Give everything: format, verdict, changes with their scenarios, what came of each scenario."""
    whole: dict[str, Any] = {
        "format": FORMAT,
        "verdict": verdict(findings, strict=strict),
        "changes": [
            {"provider": provider, **asdict(change), "scenarios": names}
            for (provider, change), names in _grouped(findings)
        ],
        "scenarios": [
            {
                "provider": finding.provider,
                "scenario": finding.scenario,
                "outcome": _outcome(finding),
                "reason": finding.unchecked or finding.incomparable,
            }
            for finding in findings
        ],
    }
    return json.dumps(whole, indent=1) + "\n"


def _outcome(finding: Finding) -> str:
    if finding.compared:
        return "compared"
    return "could not check" if finding.unchecked else "not comparable"


def markdown(findings: Sequence[Finding], *, strict: bool = False) -> str:
    """Give a heading, a table of changes, and a list of what could not be checked."""
    grouped = _grouped(findings)
    lines = [f"### API drift: {verdict(findings, strict=strict)}", "", _sum(findings), ""]
    if grouped:
        lines += [
            "| | change | event | path | before | after | example | scenarios |",
            "|---|---|---|---|---|---|---|---|",
        ]
    lines += [_row(provider, change, names) for (provider, change), names in grouped[:_MOST]]
    lines += ["", f"{len(grouped) - _MOST} more changes are not shown."] if len(grouped) > _MOST else []
    reasons = [*_reasons(findings, "unchecked")]
    lines += ["", "**Could not check:**", ""] if reasons else []
    lines += [f"- {_code(name)}: {_code(reason)}" for name, reason in reasons[:_MOST]]
    lines += [f"- and {len(reasons) - _MOST} more"] if len(reasons) > _MOST else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(provider: str, change: Change, names: Sequence[str]) -> str:
    told = (change.kind, change.path, change.before, change.after, change.example)
    cells = (f"**{change.severity}**", str(change.aspect), *map(_code, told), _code(f"{provider}: {_listed(names)}"))
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Give text as a code span, in which nothing is a link, a mention or a tag."""
    plain = _short(text).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain.strip() else ""


def _short(text: str) -> str:
    plain = escape(text)
    return plain if len(plain) <= _WIDEST else f"{plain[: _WIDEST - 3]}..."


def _listed(names: Sequence[str]) -> str:
    more = [f"and {len(names) - _SCENARIOS} more"] if len(names) > _SCENARIOS else []
    return ", ".join([*names[:_SCENARIOS], *more])


def _grouped(findings: Iterable[Finding]) -> list[tuple[tuple[str, Change], list[str]]]:
    """Gather the scenarios of each change, the worst first; of the examples the first is shown."""
    found: dict[tuple[str, Change], tuple[Change, list[str]]] = {}
    for finding in findings:
        for change in finding.changes:
            key = (finding.provider, replace(change, example=""))
            found.setdefault(key, (change, []))[1].append(finding.scenario)
    ranks = list(Severity)
    grouped = [((provider, change), names) for (provider, _), (change, names) in found.items()]
    return sorted(grouped, key=lambda entry: ranks.index(entry[0][1].severity))


def _reasons(findings: Iterable[Finding], member: str) -> Iterator[tuple[str, str]]:
    """Give the names of scenarios and why they were not compared."""
    for finding in findings:
        if reason := getattr(finding, member):
            yield escape(f"{finding.provider}/{finding.scenario}"), reason


def _sum(findings: Sequence[Finding]) -> str:
    outcomes = Counter(map(_outcome, findings))
    levels = Counter(change.severity for (_, change), _ in _grouped(findings))
    counted = [
        f"{outcomes[name]} {name}" for name in ("compared", "not comparable", "could not check") if outcomes[name]
    ]
    found = ", ".join(f"{levels[level]} {level}" for level in Severity if levels[level]) or "none"
    many = "1 scenario" if len(findings) == 1 else f"{len(findings)} scenarios"
    return f"{many}: {', '.join(counted)}; changes: {found}"
