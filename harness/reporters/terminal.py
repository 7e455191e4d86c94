"""A report as text for a terminal or a pipe: matrix, failures, what was not tried, where the time goes, summary."""

from collections import Counter
from collections.abc import Iterator, Sequence, Sized
from io import StringIO

from rich.console import Console
from rich.text import Text

from ..report import BROKEN, CONFORMS, Report, exit_code
from ..verdict import Level, Outcome, Verdict
from .block import block, escape

NARROWEST = 60
_GAP = 2
_STYLES = {"ok": "green", "FAIL": "bold red", "ERR": "bold magenta", "warn": "yellow", "--": "dim"}
_SLOWEST = 5


def render(report: Report, width: int = 100, *, colour: bool = False, strict: bool = False) -> str:
    """Give the whole text; without colour it is plain ASCII."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, NARROWEST),
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=False,
    )
    for line in _sections(report, max(width, NARROWEST), strict):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    return out.getvalue()


def _sections(report: Report, width: int, strict: bool) -> Iterator[Text | str]:  # noqa: FBT001  the one choice
    yield from _matrix(report, width)
    yield from _failures(report, width)
    yield from _not_exercised(report, width)
    yield from _times(report)
    yield from _summary(report, strict)


def mark(verdicts: Sequence[Verdict]) -> str:
    """Sum up a cell: its worst mark and how many verdicts have it, of how many that were exercised."""
    tally = Counter(_word(verdict) for verdict in verdicts)
    tried = sum(tally[word] for word in ("ok", "FAIL", "warn"))
    for word in ("FAIL", "ERR", "warn"):
        if tally[word]:
            return f"{word} {tally[word]}/{tried + tally['ERR']}"
    return f"ok {tried}" if tried else "--"


def _word(verdict: Verdict) -> str:
    match verdict.outcome:
        case Outcome.PASS:
            return "ok"
        case Outcome.FAIL:
            return "FAIL" if verdict.level is Level.MUST else "warn"
        case Outcome.ERROR:
            return "ERR"
        case _:
            return "--"


def _matrix(report: Report, width: int) -> Iterator[Text]:
    """Draw provider by area; columns that do not fit follow in a further block."""
    names = [escape(name) for name in report.providers]
    cells = {area: [mark(report.cell(name, area)) for name in report.providers] for area in report.areas}
    first = max(map(len, ["provider", *names]))
    room = width - first
    block_: list[str] = []
    for area in report.areas:
        used = sum(_column(name, cells[name]) for name in [*block_, area])
        if block_ and used > room:
            yield from _grid(names, first, {name: cells[name] for name in block_})
            block_ = []
        block_.append(area)
    yield from _grid(names, first, {name: cells[name] for name in block_})


def _column(area: str, cells: Sequence[str]) -> int:
    return max(map(len, [area, *cells])) + _GAP


def _grid(names: Sequence[str], first: int, cells: dict[str, list[str]]) -> Iterator[Text]:
    widths = {area: _column(area, column) for area, column in cells.items()}
    yield Text("provider".ljust(first) + "".join(area.rjust(widths[area]) for area in cells), "bold")
    for number, name in enumerate(names):
        line = Text(name.ljust(first))
        for area, column in cells.items():
            line.append(column[number].rjust(widths[area]), _STYLES[column[number].partition(" ")[0]])
        yield line
    yield Text()


def _failures(report: Report, width: int) -> Iterator[Text | str]:
    """Show each requirement that a provider fails once in full, the rest of its scenarios by name; then errors."""
    for verdicts in report.groups(Outcome.FAIL).values():
        ordered = sorted(verdicts, key=lambda verdict: verdict.level is not Level.MUST)
        yield from _block(report, ordered[0], width, tuple(verdict.scenario for verdict in ordered[1:]))
    errors: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in (verdict for group in report.groups(Outcome.ERROR).values() for verdict in group):
        reason = verdict.evidence.reason if verdict.evidence else ""
        errors.setdefault((verdict.provider, reason), []).append(verdict)
    for first, *others in errors.values():
        also = tuple(f"{verdict.requirement} {verdict.scenario}".strip() for verdict in others)
        yield from _block(report, first, width, also)


def _block(report: Report, verdict: Verdict, width: int, also: tuple[str, ...]) -> Iterator[Text | str]:
    prose = report.run["requirements"][verdict.requirement]
    head, *body = block(verdict, prose["title"], prose["remedy"], width, also)
    yield Text(head, _STYLES[_word(verdict)])
    yield from body
    yield ""


def _not_exercised(report: Report, width: int) -> Iterator[str]:
    """List in short what was not tried: it is no pass."""
    found: dict[tuple[str, str], list[str]] = {}
    for (rule, provider), verdicts in report.groups(Outcome.NOT_EXERCISED).items():
        reason = verdicts[0].evidence.reason if verdicts[0].evidence else ""
        found.setdefault((provider, reason), []).append(rule)
    for (provider, reason), rules in found.items():
        line = escape(f"not exercised: {provider}: {', '.join(rules)}: {reason}")
        yield line if len(line) <= width else f"{line[: width - 3]}..."
    if found:
        yield ""


def _times(report: Report) -> Iterator[str]:
    areas = {name: value for name, value in report.seconds.items() if name != "elapsed"}
    slowest = sorted(areas.items(), key=lambda entry: -entry[1])[:_SLOWEST]
    if slowest:
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest)
        yield f"where the time goes (s, all workers): {parts}; elapsed {report.seconds['elapsed']:.1f}"


def _summary(report: Report, strict: bool) -> Iterator[Text]:  # noqa: FBT001
    counts = ", ".join(f"{number} {name}" for name, number in _counts(report, strict).items() if number)
    providers, rules = _many(report.providers, "provider"), _many(report.run["requirements"], "requirement")
    yield Text(f"{providers}, {rules}: {counts}")
    code = exit_code(report, strict=strict)
    if not report.complete:
        yield Text("incomplete: the run ended before all verdicts had come", "bold magenta")
    if report.unexercised():
        yield Text(escape(f"nothing was exercised: {', '.join(report.unexercised())}"), "yellow")
    word = {CONFORMS: "conforms", BROKEN: "the harness failed"}.get(code, "does not conform")
    yield Text(word, {CONFORMS: "bold green", BROKEN: "bold magenta"}.get(code, "bold red"))


def _counts(report: Report, strict: bool) -> dict[str, int]:  # noqa: FBT001
    """Count verdicts by outcome; what is no more than a SHOULD is a warning, unless it counts."""
    failed = [verdict for verdict in report.verdicts if verdict.outcome is Outcome.FAIL]
    warned = 0 if strict else sum(verdict.level is not Level.MUST for verdict in failed)
    return {name: number - warned * (name == Outcome.FAIL) for name, number in report.counts.items()} | {"warn": warned}


def _many(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
