"""Answers made from a recorded one: of other texts, shorter, waiting at gates, escaped. Pure."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from providers.contract import Contract

from ..frames import is_framed, repaid
from ..framing import Event, codec_of, is_finish, parse, render, text_of, with_texts
from ..recording import Expected
from ..scenario import Scenario
from ..script import Chunk, Gate, Script, Step

_EXCERPT = 24
"""Characters of answer text in a compact answer."""
MARK = "\ue000"
"""Stands for what no str that is encoded may hold: a character for private use."""
_HALF = rb"\ud83c"


def events_of(contract: Contract, script: Script) -> tuple[Event, ...]:
    """Read the events of a recorded reply."""
    return parse(codec_of(contract, script.body), script.body)


def answered_with(contract: Contract, scenario: Scenario, texts: Sequence[str], name: str = "") -> Scenario:
    """Give the scenario whose answer consists of these texts, one event each, in the recorded frame."""
    codec = codec_of(contract, scenario.script.body)
    events = with_texts(contract, events_of(contract, scenario.script), texts)
    expected = Expected("".join(texts), scenario.expected.finish)
    return scenario.answered(scenario.script.with_body(render(codec, events)), expected, name)


def expecting(scenario: Scenario, finish: str) -> Scenario:
    """Give the scenario with another finish expected."""
    return replace(scenario, expected=replace(scenario.expected, finish=finish))


def compact(contract: Contract, scenario: Scenario) -> Scenario:
    """Give a short answer with the frame of a long one, so that every cut of it can be tried.

    It keeps the first event, three texts around the first character beyond ASCII, the terminal marker
    and what follows it.
    """
    codec = codec_of(contract, scenario.script.body)
    events = with_texts(contract, events_of(contract, scenario.script), _excerpt(scenario.expected.text))
    last = next((index for index, event in enumerate(events) if is_finish(contract, event)), len(events))
    kept = [
        event
        for index, event in enumerate(events)
        if index == 0 or index >= last or text_of(contract, event) is not None
    ]
    text = "".join(text_of(contract, event) or "" for event in kept)
    expected = Expected(text, scenario.expected.finish)
    return scenario.answered(scenario.script.with_body(render(codec, kept)), expected)


def _excerpt(text: str) -> list[str]:
    beyond = next((index for index, character in enumerate(text) if not character.isascii()), 0)
    start = max(0, beyond - 2)
    part = text[start : start + _EXCERPT].strip() or text[:_EXCERPT]
    return [part[:3], part[3:9], part[9:]]


def lockstep(
    contract: Contract, scenario: Scenario, texts: Sequence[str]
) -> tuple[Scenario, tuple[tuple[int, str], ...]]:
    """Give an answer of these texts that waits at a gate after each, and when the reader opens which gate."""
    answered = answered_with(contract, scenario, texts)
    codec = codec_of(contract, scenario.script.body)
    events = with_texts(contract, events_of(contract, scenario.script), texts)
    steps: list[Step] = [answered.script.head]
    gates: list[tuple[int, str]] = []
    come = 0
    for event, piece in zip(events, render(codec, events), strict=True):
        steps.append(Chunk(piece))
        text = text_of(contract, event)
        if text is not None:
            come += len(text)
            gates.append((come, f"text of {come} characters"))
            steps.append(Gate(gates[-1][1]))
    return answered.answered(Script(tuple(steps))), tuple(gates)


def escaped(scenario: Scenario) -> Scenario:
    """Write every character beyond ASCII of a JSON body as escapes, astral ones as surrogate pairs."""
    return _rewritten(scenario, lambda text: _ascii(text.decode()).encode())


def halved(scenario: Scenario) -> Scenario:
    """Write half a pair of surrogates, escaped, for each ``MARK`` in a JSON body."""
    return _rewritten(scenario, lambda text: text.replace(MARK.encode(), _HALF))


def _rewritten(scenario: Scenario, change: Callable[[bytes], bytes]) -> Scenario:
    """Change the text of a body; that of frames is in their payloads."""
    body = scenario.script.body
    return scenario.answered(scenario.script.with_body([repaid(body, change) if is_framed(body) else change(body)]))


def _ascii(text: str) -> str:
    return "".join(character if character.isascii() else json.dumps(character)[1:-1] for character in text)


def without_last_line_end(body: bytes) -> bytes:
    """Strip the line ends that close the last event."""
    return body.rstrip(b"\r\n")


def until_finish(contract: Contract, scenario: Scenario) -> Scenario:
    """Give the answer without the events that follow its terminal marker."""
    codec = codec_of(contract, scenario.script.body)
    events = events_of(contract, scenario.script)
    last = next((index for index, event in enumerate(events) if is_finish(contract, event)), len(events) - 1)
    return scenario.answered(scenario.script.with_body(render(codec, events[: last + 1])))
