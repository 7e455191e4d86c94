"""How an answer ends: cut short at any byte, said twice, followed by text or by an error. Pure."""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from providers.contract import Codec, Contract, Family

from ..framing import Event, codec_of, is_finish, render, suffix, text_of
from ..scenario import Declared, Fault, Judged, Phase, Scenario, one_per_codec
from ..script import HalfClose, Script, Step
from ..variations.answers import compact, events_of
from ..variations.cuts import spread
from .grid import end_of, end_of_text, failing, with_error

_SHORT = 400
"""Bytes of a body that is cut at each of them."""
_FEW = 100


def truncations(contract: Contract, answer: Scenario) -> Iterator[tuple[int, Scenario]]:
    """Cut an answer at every byte before it is complete; with each, the position.

    Where the contract declares a terminal marker a clean end is a cut; elsewhere the HTTP framing alone tells that
    the body is incomplete. A dirty end looks the same wherever it comes, so beside a clean one few are tried.
    """
    positions = _positions(contract, answer.script)
    if contract.finish is not None:
        yield from ((at, _cut(answer, "clean", at)) for at in positions)
        positions = spread(positions, _FEW)
    yield from ((at, _cut(answer, "closed", at, HalfClose())) for at in positions)


def _cut(answer: Scenario, end: str, position: int, *ending: Step) -> Scenario:
    fault = Fault(Phase.MIDDLE if position else Phase.AFTER_HEAD, Declared.RUNTIME_ERROR, position)
    script = answer.script.with_body([answer.script.body[:position]], *ending)
    return answer.answered(script, failing(Family.RUNTIME_ERROR), f"cut-{end}", fault)


def _positions(contract: Contract, script: Script) -> list[int]:
    """Choose every byte of a short body; of a long one those around each event's end, the last ones, and some more."""
    end = complete_at(contract, script)
    if codec_of(contract, script.body) is Codec.JSON:  # one document: no place is like another, and none is special
        return spread(range(end), _FEW)
    borders = accumulate(len(piece) for piece in render(codec_of(contract, script.body), events_of(contract, script)))
    near = {at for border in borders for at in range(border - 3, border + 2)}
    some = {*near, *range(end - _SHORT // 2, end), *spread(range(end), _SHORT // 2)}
    return [at for at in range(end) if end <= _SHORT or at in some]


def complete_at(contract: Contract, script: Script) -> int:
    """Give the first position at which a cut body may count as complete: any of the declared markers is enough."""
    codec = codec_of(contract, script.body)
    if contract.finish is None:
        return len(script.body)
    if codec is Codec.JSON:
        return len(script.body.rstrip())
    events = events_of(contract, script)
    body = b"".join(render(codec, _until(contract, events)))
    return len(body if codec is Codec.FRAMES else body.rstrip(b"\r\n ]"))


def _until(contract: Contract, events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        yield event
        if is_finish(contract, event):
            return


def odd_ends(judged: Judged) -> Iterator[Scenario]:
    """Say the finish twice; send a text after it. An answer or RuntimeError, the finish is one and comes last."""
    contract = judged.contract
    for answer in one_per_codec(judged) if contract.finish else ():
        short = compact(contract, answer)
        codec, events = codec_of(contract, short.script.body), events_of(contract, short.script)
        end = end_of_text(contract, events)
        text = next(event for event in events if text_of(contract, event))
        for name, extra in {"finish-twice": events[end], "text-after-finish": text}.items():
            pieces = render(codec, [*events[: end + 1], extra, *events[end + 1 :]])
            fault = Fault(Phase.AFTER_FINISH, Declared.ANSWER_OR_RUNTIME_ERROR, end_of(pieces, end))
            script = short.script.with_body(pieces)
            yield short.answered(script, name=f"{name}{suffix(contract, codec)}", fault=fault)


def errors_after_finish(judged: Judged) -> Iterator[Scenario]:
    """Answer with each documented error event between the finish and the end sentinel."""
    for answer in one_per_codec(judged):
        for case in judged.contract.errors:
            if case.event is not None:
                yield with_error(judged.contract, answer, case, case.event, Phase.AFTER_FINISH)
