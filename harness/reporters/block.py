"""One failure as plain lines, the same wherever text is shown. Printable ASCII, whatever the evidence holds."""

import textwrap
from collections.abc import Iterator

from ..verdict import Verdict

_LABEL = 10
_LINES = 24
_NAMES = 12


def escape(text: str, keep: str = "") -> str:
    """Give printable ASCII: other characters as escapes, but those of ``keep`` as they are."""
    plain = (char if char in keep or " " <= char <= "~" else ascii(char)[1:-1] for char in text)
    return "".join(plain)


def block(verdict: Verdict, title: str, remedy: str, width: int = 100, also: tuple[str, ...] = ()) -> Iterator[str]:
    """Tell one failure; ``also`` names further scenarios in which the same requirement failed."""
    evidence = verdict.evidence
    head = f"{verdict.requirement} {verdict.level} {verdict.outcome}: {title}"
    yield from textwrap.wrap(escape(head), width, subsequent_indent="  ")
    yield from _part("provider", verdict.provider, width)
    yield from _part("scenario", verdict.scenario, width)
    if also:
        names = ", ".join([*also[:_NAMES], *(["..."] if len(also) > _NAMES else [])])
        yield from _part("also in", f"{len(also)} more: {names}", width)
    if evidence is not None:
        yield from _part("why", evidence.reason, width)
        yield from _part("wire", evidence.wire, width)
        yield from _part("expected", evidence.expected, width)
        yield from _part("observed", evidence.observed, width)
    yield from _part("remedy", remedy, width)
    yield f"  {'reproduce':{_LABEL}}{escape(verdict.reproduce)}"  # one line, to be copied


def _part(label: str, text: str, width: int) -> Iterator[str]:
    """Give a labelled text; its own line ends and spaces stay, long lines are broken, many are cut."""
    room = width - _LABEL - 2
    lines = [piece for line in text.splitlines() for piece in _broken(escape(line), room)]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES // 2], f"... {len(lines) - _LINES} lines ...", *lines[-_LINES // 2 :]]
    for number, line in enumerate(lines):
        yield f"  {label if number == 0 else '':{_LABEL}}{line}".rstrip()


def _broken(line: str, room: int) -> list[str]:
    return textwrap.wrap(line, room, drop_whitespace=False, break_on_hyphens=False) or [""]
