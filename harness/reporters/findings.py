"""What ``harness lint`` found as text, as JSON and as SARIF. Pure; printable ASCII, whatever the cassettes hold."""

import json
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..cassette.rules import RULES, Finding, Level, Lint, Rule
from . import sarif
from .block import escape

_STYLES = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.NOTE: "cyan"}


def as_text(lint: Lint, *, colour: bool = False, strict: bool = False) -> str:
    """Give a line per finding, ``file:line: level rule: message``, the remedies once each, and a summary."""
    out = StringIO()
    console = Console(
        file=out, color_system="standard" if colour else None, force_terminal=colour, no_color=False, width=80
    )
    for line in _lines(lint, strict):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    return out.getvalue()


def _lines(lint: Lint, strict: bool) -> Iterator[Text]:  # noqa: FBT001  the one choice
    for finding in lint.findings:
        line = Text(f"{escape(_where(finding))}: ")
        line.append(str(finding.rule.level), _STYLES[finding.rule.level])
        yield line.append(f" {finding.rule.id}: {escape(_message(finding))}")
    broken = [rule for rule in RULES if any(finding.rule is rule for finding in lint.findings)]
    if broken:
        yield Text()
    for rule in broken:
        yield Text(f"{rule.id} {rule.title}", "bold")
        yield Text(f"  remedy  {rule.remedy}")
    if broken:
        yield Text()
    counts = ", ".join(_many(number, level) for level, number in _counts(lint).items())
    yield Text(f"{_many(lint.cassettes, 'cassette')}, {lint.replayed} replayed: {counts}")
    sound = lint.sound(strict=strict)
    yield Text("sound" if sound else "not sound", "bold green" if sound else "bold red")


def _where(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line else str(finding.file)


def _message(finding: Finding) -> str:
    return f"{finding.message} ({finding.place})" if finding.place else finding.message


def _counts(lint: Lint) -> dict[Level, int]:
    tally = Counter(finding.rule.level for finding in lint.findings)
    return {level: tally[level] for level in Level}


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def as_json(lint: Lint) -> str:
    """Give the findings as one JSON document: ``rules`` by id, ``findings``, and how many cassettes there were."""
    whole = {
        "format": 1,
        "cassettes": lint.cassettes,
        "replayed": lint.replayed,
        "counts": {str(level): number for level, number in _counts(lint).items()},
        "rules": {rule.id: _rule(rule) for rule in RULES},
        "findings": [_finding(finding) for finding in lint.findings],
    }
    return json.dumps(whole, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, str]:
    return {"level": str(rule.level), "title": rule.title, "remedy": rule.remedy}


def _finding(finding: Finding) -> dict[str, str | int | None]:
    return {
        "rule": finding.rule.id,
        "level": str(finding.rule.level),
        "file": escape(str(finding.file)),
        "line": finding.line,
        "place": escape(finding.place),
        "message": escape(finding.message),
    }


def as_sarif(lint: Lint, version: str, root: Path) -> str:
    """Give the findings as SARIF 2.1.0; files below ``root`` are named relative to it."""
    rules = [sarif.Rule(id=rule.id, level=rule.level, title=rule.title, help=rule.remedy) for rule in RULES]
    return sarif.render("harness lint", version, rules, map(_sarif_result, lint.findings), root)


def _sarif_result(finding: Finding) -> sarif.Result:
    return sarif.Result(
        rule=finding.rule.id,
        level=finding.rule.level,
        message=finding.message,
        file=finding.file,
        line=finding.line,
        place=finding.place,
    )
