"""Drives one answer in many styles and requires that what comes of it stays equal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from providers.contract import OK, Codec

from .driver import Driver
from .evidence import draw_pieces, fail, outcome, require_equal
from .expectation import answer, exercised, is_answer, meaning
from .framing import Event, codec_of, event_of, is_finish
from .requirement import Claim, Failure
from .scenario import Scenario
from .script import Chunk
from .transcript import Transcript
from .variations import catalogue, restyling
from .variations.answers import events_of
from .variations.catalogue import Variation
from .variations.cuts import cut, hot_cuts, line_end_cuts, spread
from .variations.style import Style, write
from .verdict import Level

_HOT = 12
"""Cuts of each variation, where parsers break."""


@dataclass(frozen=True)
class Basis:
    """A provider, a short answer that it reads, and what it makes of it."""

    drive: Driver
    recorded: Scenario
    plain: Scenario
    usual: Transcript

    def readable(self) -> list[Variation]:
        """Give the variations that the provider must understand and does, each alone."""
        return [one for one in self.known() if self.level(one) is Level.MUST and self.understands(one)]

    def known(self) -> tuple[Variation, ...]:
        """Give the variations that apply."""
        return catalogue.applicable(self.drive.contract, self.codec, advertised(self.usual))

    def understands(self, variation: Variation) -> bool:
        """Tell whether the answer is read under a variation."""
        told = restyling.varied(self.drive.contract, self.plain, catalogue.style_of(variation))
        return is_answer(self.drive(told), told)

    @property
    def codec(self) -> Codec:
        """The codec of the answer."""
        return codec_of(self.drive.contract, self.recorded.script.body)

    def level(self, *chosen: Variation) -> Level:
        """Tell whether the provider must understand these variations together."""
        levels = {variation.level(self.codec, self.recorded.script.body) for variation in chosen}
        return Level.SHOULD if Level.SHOULD in levels else Level.MUST


def basis(drive: Driver, recorded: Scenario) -> Basis:
    """Find a short answer that the provider reads, with text in its first event if that goes."""
    plain = restyling.plain(drive.contract, recorded)
    first = restyling.text_first(drive.contract, plain)
    usual = drive(first)
    if is_answer(usual, first):
        return Basis(drive, recorded, first, usual)
    usual = drive(plain)
    answer(usual, plain, "a short answer in the recorded frame")
    return Basis(drive, recorded, plain, usual)


def stays_equal(drive: Driver, recorded: Scenario, requirement: str) -> None:
    """Require the same outcome under every variation of a requirement: alone, cut, beside an error, in pairs.

    What is only recommended comes last. A pair is told only where both pass alone, by the requirement of its first.
    """
    base, told = basis(drive, recorded), drive(recorded)
    known = base.known()
    own = [variation for variation in known if variation.requirement == requirement]
    exercised(own, f"no variation of {requirement} applies")
    for level in (Level.MUST, Level.SHOULD):
        for variation in own:
            if base.level(variation) is level:
                _alone(base, variation)
                _as_recorded(base, variation, told)
                _with_errors(base, variation)
        for pair in catalogue.pairs(known, requirement):
            if base.level(*pair) is level:
                _together(base, *pair)


def advertised(usual: Transcript) -> set[str]:
    """Give the content codings that the provider asks for."""
    headers = [request.header("accept-encoding") or "" for request in usual.requests]
    return {coding.partition(";")[0].strip().lower() for header in headers for coding in header.split(",")} - {""}


def _alone(base: Basis, variation: Variation) -> None:
    varied = _require(base, variation)
    if not {"cut", "coding"} & variation.changes.keys():
        body = varied.script.body
        for at in spread(hot_cuts(body), _HOT):
            _require_cut(base, varied, [at], variation)


def _as_recorded(base: Basis, variation: Variation, told: Transcript) -> None:
    """Require all that the provider makes of the recorded answer: other events, tool calls, usage."""
    style = catalogue.style_of(variation)
    if {"cut", "marks"} & variation.changes.keys():
        return
    varied = restyling.varied(base.drive.contract, base.recorded, style)
    contract = base.drive.contract
    want, got = meaning(contract, told), meaning(contract, base.drive(varied))
    if style.unknown or style.members or not style.last_line_end:
        del want["raw"], got["raw"]
    if not style.last_line_end:  # then nothing stands behind the terminal marker
        del want["events"], got["events"]
    try:
        require_equal(
            want, got, f"{variation.name}: what is made of the recorded answer differs", wire=pieces_of(varied)
        )
    except Failure as failure:
        raise _at(base, failure, variation) from None


def _together(base: Basis, first: Variation, second: Variation) -> None:
    try:
        _require_together(base, first, second)
    except Failure:
        if base.understands(second):
            _require_together(base, first, second)  # once more: a failure is told of the last drive


def _require_together(base: Basis, first: Variation, second: Variation) -> None:
    varied = _require(base, first, second)
    if cracks := spread(line_end_cuts(varied.script.body), _HOT):
        _require_cut(base, varied, cracks, first, second)


def _require(base: Basis, *chosen: Variation) -> Scenario:
    """Require the answer in the style of the variations, and give it."""
    style = catalogue.style_of(*chosen)
    varied = restyling.varied(base.drive.contract, base.plain, style)
    if not is_answer(base.drive(varied), varied):
        varied = restyling.varied(base.drive.contract, _smallest(base, style), style)
        _require_answer(base, varied, "", *chosen)
    return varied


def _require_cut(base: Basis, varied: Scenario, at: Sequence[int], *chosen: Variation) -> None:
    script = varied.script
    pieces = varied.answered(script.with_body(cut(script.body, *at)))
    _require_answer(base, pieces, ", cut", *chosen)


def _require_answer(base: Basis, varied: Scenario, how: str, *chosen: Variation) -> None:
    transcript = base.drive(varied)
    if is_answer(transcript, varied):
        return
    what = " and ".join(variation.name for variation in chosen) + how
    others = "; each alone is read" if len(chosen) > 1 else ""
    try:
        answer(transcript, varied, f"{what}: the answer differs{others}", wire=pieces_of(varied))
    except Failure as failure:
        raise _at(base, failure, *chosen) from None


def _at(base: Basis, failure: Failure, *chosen: Variation) -> Failure:
    """Give a failure the level of the variations that it is about."""
    return Failure(failure.evidence, base.level(*chosen), failure.claim)


def _smallest(base: Basis, style: Style) -> Scenario:
    """Leave out events as long as the usual style is read and this one is not."""
    contract, small, index = base.drive.contract, base.plain, 0
    while (fewer := restyling.without(contract, small, index)) is not None:
        varied = restyling.varied(contract, fewer, style)
        if fewer.expected.text and is_answer(base.drive(fewer), fewer) and not is_answer(base.drive(varied), varied):
            small = fewer
        else:
            index += 1
    return small


def pieces_of(scenario: Scenario) -> str:
    """Draw the body of a scenario with its cuts."""
    return draw_pieces([step.data for step in scenario.script.steps if isinstance(step, Chunk)])


def _with_errors(base: Basis, variation: Variation) -> None:
    """Require that an error in the stream raises in this style too, if it does in the usual one."""
    style = catalogue.style_of(variation)
    for events in _error_streams(base):
        if _raises(base, events, style) is None or _raises(base, events, Style()) is not None:
            continue
        if (transcript := _raises(base, events, style)) is not None:
            raise fail(
                f"{variation.name}: an error in the stream is not raised",
                expected="ValueError or RuntimeError, as in the usual style",
                observed=outcome(transcript),
                wire=draw_pieces(write(base.codec, events, style)),
                level=base.level(variation),
                claim=Claim(raised=("ValueError", "RuntimeError")),
            )


def _raises(base: Basis, events: Sequence[Event], style: Style) -> Transcript | None:
    """Drive an answer with an error in it; None where it raises, else what came instead."""
    script = restyling.restyled(base.drive.contract, base.plain.script, events, style)
    transcript = base.drive(base.plain.answered(script))
    raised = transcript.raised
    return None if raised and raised.family and not transcript.finishes else transcript


def _error_streams(base: Basis) -> Iterator[list[Event]]:
    """Put each documented error event before the answer and before its terminal marker."""
    contract, script = base.drive.contract, base.plain.script
    events = events_of(contract, script)
    last = next((index for index, event in enumerate(events) if is_finish(contract, event)), len(events))
    for case in contract.errors:
        if case.status == OK and case.event is not None:
            for at in (0, last):
                yield [*events[:at], event_of(contract, case.event), *events[at:]]
