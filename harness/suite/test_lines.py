"""STREAM-03 to STREAM-10: how lines make the events of an answer."""

from providers.contract import Capability

from ..comparison import basis, stays_equal
from ..driver import Driver
from ..evidence import draw_pieces
from ..expectation import answer
from ..requirement import Choose, requirement
from ..scenario import Judged, Scenario, answers, one_per_codec
from ..script import STALL
from ..variations import catalogue, sentinels
from ..variations.answers import answered_with, until_finish, without_last_line_end
from ..variations.restyling import remarked
from ..verdict import Level

_PROMPT = 3.0
"""Seconds for an answer that has come; the connection stays open for ever."""
_SEPARATORS = "\u2028\u2029\u0085\u000b\u000c\u001c\u001d\u001e"


def _varied(requirement_id: str) -> Choose:
    """Choose one answer in each codec that has variations of a requirement."""

    def over(judged: Judged) -> list[Scenario]:
        contract, found = judged.contract, one_per_codec(judged)
        return [scenario for scenario in found if catalogue.own(contract, scenario, requirement_id)]

    return over


@requirement(
    "STREAM-03",
    Level.MUST,
    over=_varied("STREAM-03"),
    needs=[Capability.LINES],
    source="WHATWG HTML 9.2.6: CRLF, LF or CR ends a line; RFC 8259, 2: CR is white space in JSON lines; 8 bug threads",
)
def test_line_ends_are_equivalent(drive: Driver, scenario: Scenario) -> None:
    r"""LF, CRLF and, in SSE, CR end a line alike, also where CR and LF come in different chunks.

    Proxies and frameworks rewrite line ends. In JSON lines a CR alone ends nothing.

    Remedy: end a line at b"\n", b"\r\n" and b"\r"; after a final b"\r" skip the b"\n" that opens the next chunk.
    """
    stays_equal(drive, scenario, "STREAM-03")


@requirement(
    "STREAM-04",
    Level.MUST,
    over=one_per_codec,
    needs=[Capability.LINES],
    source="WHATWG HTML 9.2.6: CR and LF end a line, nothing else; str.splitlines() knows eight more",
)
def test_only_cr_and_lf_end_a_line(drive: Driver, scenario: Scenario) -> None:
    r"""Only CR and LF end a line: U+2028, U+2029, U+0085, VT, FF, FS, GS and RS inside text are kept.

    JSON allows the first three unescaped in strings, and models write them. ``str.splitlines()`` and some
    HTTP libraries' line iterators cut there and lose the event.

    Remedy: split bytes at b"\n" (and b"\r"), or use a line iterator that does just this.
    """
    for mark in _SEPARATORS:
        varied = answered_with(drive.contract, scenario, [f"one{mark}two", mark, "three"])
        answer(drive(varied), varied, f"U+{ord(mark):04X} inside a text")
    if drive.contract.finish is not None:
        varied = remarked(drive.contract, basis(drive, scenario).plain, "a\u2028b\u2029c\u0085d")
        answer(drive(varied), varied, "U+2028, U+2029 and U+0085 in an unknown member of the last event")
    if catalogue.own(drive.contract, scenario, "STREAM-04"):
        stays_equal(drive, scenario, "STREAM-04")


@requirement(
    "STREAM-05",
    Level.MUST,
    over=_varied("STREAM-05"),
    needs=[Capability.FIELDS],
    source="WHATWG HTML 9.2.6: if value starts with a U+0020 SPACE character, remove it; 8 bug threads",
)
def test_the_space_after_the_colon_is_optional(drive: Driver, scenario: Scenario) -> None:
    """``field:value`` and ``field: value`` are the same, in data and event fields; a second space is part of JSON.

    Half of the servers write no space. A parser that looks for ``data: `` loses their whole answer, or, which is
    worse, their errors alone.

    Remedy: split the line at its first colon, and remove one space from what follows it, if there is one.
    """
    stays_equal(drive, scenario, "STREAM-05")


@requirement(
    "STREAM-06",
    Level.MUST,
    over=_varied("STREAM-06"),
    needs=[Capability.LINES],
    source="WHATWG HTML 9.2.6: comments, unknown and dataless events do nothing; 14 bug threads",
)
def test_noise_is_ignored(drive: Driver, scenario: Scenario) -> None:
    """Comments, pings, empty events, unknown event types, id and retry fields and blank lines change nothing.

    They come before, between, within and after events: proxies and servers keep connections alive with them, and
    APIs grow new events. An event of blank data (WHATWG dispatches it) and blank lines between JSON lines, where
    the API itself writes none, SHOULD be ignored: a strict parser may refuse them.

    Remedy: skip lines that begin with a colon, fields other than data and event, events without data, and every
    event whose type is not known.
    """
    stays_equal(drive, scenario, "STREAM-06")


@requirement(
    "STREAM-07",
    Level.MUST,
    over=_varied("STREAM-07"),
    needs=[Capability.FIELDS],
    source="WHATWG HTML 9.2.6: each data field appends its value and a LF; the event is dispatched at the blank line",
)
def test_an_event_is_all_its_lines(drive: Driver, scenario: Scenario) -> None:
    """Several data lines are joined by LF before they are parsed, and an event's name applies wherever it stands.

    Pretty-printed JSON comes as one data line per line; some servers write the event field last.

    Remedy: collect data lines and the name until the blank line, then parse the whole event.
    """
    stays_equal(drive, scenario, "STREAM-07")


@requirement(
    "STREAM-08",
    Level.MUST,
    over=answers,
    needs=[Capability.LINES],
    source="servers that omit the last line end; FlowGpt separates its objects and ends without one",
)
def test_last_event_counts_without_line_end(drive: Driver, scenario: Scenario) -> None:
    """The last event is processed when the body ends without a line end after it.

    Remedy: flush the decoder when the body is complete.
    """
    short = until_finish(drive.contract, scenario)
    pieces = [without_last_line_end(short.script.body)]
    answer(drive(short.answered(short.script.with_body(pieces))), short, wire=draw_pieces([pieces[0][-60:]]))
    if scenario in one_per_codec(drive.subject) and catalogue.own(drive.contract, scenario, "STREAM-08"):
        stays_equal(drive, scenario, "STREAM-08")


def _with_sentinel(judged: Judged) -> list[Scenario]:
    return [scenario for scenario in one_per_codec(judged) if sentinels.has_sentinel(judged.contract, scenario)]


@requirement(
    "STREAM-09",
    Level.MUST,
    over=_with_sentinel,
    needs=[Capability.SENTINEL],
    source="OpenAI API: a stream is terminated by a data: [DONE] message; 7 bug threads",
)
def test_the_end_sentinel_ends_the_stream(drive: Driver, scenario: Scenario) -> None:
    """The end sentinel counts with white space around it, ends the generator at once, and nothing after it does.

    Some servers keep the connection open after it, so waiting for the end of the body hangs.

    Remedy: compare ``data.strip()``, and leave the loop.
    """
    plain = basis(drive, scenario).plain
    script = plain.script
    for name, pieces in sentinels.ended(drive.contract, plain).items():
        closed, held = (plain.answered(script.with_body(pieces, *ending)) for ending in ((), (STALL,)))
        answer(drive(closed), closed, f"the end sentinel {name}")
        answer(drive(held, deadline=_PROMPT), held, f"the end sentinel {name}, then the connection stays open")
    for name, junk in sentinels.junk(drive.contract, plain).items():
        pieces = [*sentinels.ended(drive.contract, plain)["as usual"], junk]
        for cut in (pieces, [b"".join(pieces)]):
            followed = plain.answered(script.with_body(cut))
            answer(drive(followed), followed, f"{name} after the end sentinel")


@requirement(
    "STREAM-10",
    Level.MUST,
    over=_varied("STREAM-10"),
    needs=[Capability.LINES],
    source="WHATWG HTML 9.2.6: one leading BOM is ignored; RFC 8259, 8.1: JSON parsers MAY ignore it; 7 bug threads",
)
def test_a_byte_order_mark_is_skipped(drive: Driver, scenario: Scenario) -> None:
    r"""A BOM at the start of the body is skipped, also where it comes in several chunks.

    It hides in the name of the first field, so that the first event is lost. In JSON lines, where no one
    says that it may stand, skipping it is a SHOULD.

    Remedy: remove b"\xef\xbb\xbf" from the start of the body once three bytes are there, or decode by utf-8-sig.
    """
    stays_equal(drive, scenario, "STREAM-10")
