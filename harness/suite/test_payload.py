"""STREAM: what the events of an answer mean, shown by documented events put into a recorded one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from providers.contract import Capability

from ..driver import Driver
from ..evidence import draw, fail, require_equal
from ..expectation import answer
from ..requirement import requirement
from ..scenario import Judged, Scenario, one_per_codec
from ..transcript import Kind, Transcript
from ..variations.answers import answered_with
from ..variations.samples import counts, is_of_another_choice, showing
from ..verdict import Level

_REPEATING = {
    "equal-texts": ("ha", "ha", "ha"),
    "growing-texts": ("a", "ab", "abc"),
    "whole-text-again": ("No.", "No."),
}
"""Pieces that resemble repetitions and are none."""
_SYNONYMS = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}
_calls = showing(Capability.TOOL_CALLS)


@requirement(
    "STREAM-16",
    Level.MUST,
    over=showing(Capability.CHOICES, lambda contract, sample: not is_of_another_choice(contract, sample)),
    needs=[Capability.CHOICES],
    source="contract: samples; Azure OpenAI's first chunk, OpenAI's usage chunk; 7 public bug threads",
)
def test_chunks_without_choices_are_accepted(drive: Driver, scenario: Scenario) -> None:
    """Chunks with empty or absent choices are accepted first, in the middle, last and after the finish.

    Filters, usage and heartbeats come in chunks without any choice; ``choices[0]`` then raises IndexError,
    KeyError or TypeError in the middle of a healthy answer.

    Remedy: take the first choice if there is one, and go on to the next chunk otherwise.
    """
    answer(drive(scenario), scenario, "chunks without choices")


@requirement(
    "STREAM-24",
    Level.MUST,
    over=showing(Capability.CHOICES, is_of_another_choice),
    needs=[Capability.CHOICES],
    source="contract: samples; OpenAI API reference: n, choices[].index",
)
def test_only_the_first_choice_feeds_the_text(drive: Driver, scenario: Scenario) -> None:
    """Only the choice of index 0 is the answer; text of another choice is left out.

    With n > 1 the choices come interleaved, each chunk with one of them, so ``choices[0]`` is not the first.

    Remedy: look at ``index`` of the choice, not at its place in the list.
    """
    answer(drive(scenario), scenario, "a second choice")


def _like_repetitions(judged: Judged) -> Iterator[Scenario]:
    for recorded in one_per_codec(judged):
        for name, texts in _REPEATING.items():
            yield answered_with(judged.contract, recorded, texts, f"{name}-of-{recorded.name}")


@requirement(
    "STREAM-20",
    Level.MUST,
    over=lambda judged: chain(_like_repetitions(judged), showing(Capability.REPEATS)(judged)),
    needs=[Capability.STREAM],
    source="contract: samples; Perplexity's message beside delta; 6 public bug threads",
)
def test_each_text_is_yielded_once(drive: Driver, scenario: Scenario) -> None:
    """Each text is yielded exactly once: messages that repeat it add nothing, equal pieces are all kept.

    Some services send the whole message again beside or after its pieces. To tell repetitions by comparing
    texts is no way out: "ha", "ha" is an answer, and so is "a", "ab".

    Remedy: know the events that bring text, and take it from these alone.
    """
    answer(drive(scenario), scenario, "a text is lost or repeated")


@requirement(
    "STREAM-21",
    Level.MUST,
    over=showing(Capability.PARTS),
    needs=[Capability.PARTS],
    source="contract: samples; Mistral's reasoning models; 3 public bug threads",
)
def test_typed_parts_yield_their_text(drive: Driver, scenario: Scenario) -> None:
    """Content that comes as a list of typed parts yields the text of its text parts, as str.

    The type of ``content`` changes within one stream; a list yielded as it is, or its ``str()``, is no text.

    Remedy: where content is a list, join the ``text`` of the parts whose type is ``text``.
    """
    answer(drive(scenario), scenario, "content as a list of typed parts")


@requirement(
    "STREAM-22",
    Level.MUST,
    over=showing(Capability.REASONING),
    needs=[Capability.REASONING],
    source="contract: samples; 11 public bug threads of thinking in answers and answers in thinking",
)
def test_reasoning_is_no_text(drive: Driver, scenario: Scenario) -> None:
    """Reasoning is never yielded as answer text, and text that shares its chunk is not swallowed.

    The chunk in which the thinking ends and the answer begins may hold both.

    Remedy: read both members of every chunk; never ``if reasoning: ... elif content: ...``.
    """
    answer(drive(scenario), scenario, "reasoning")


@requirement(
    "STREAM-23",
    Level.MUST,
    over=_calls,
    needs=[Capability.TOOL_CALLS],
    source="contract: samples; 22 public bug threads of merged and torn tool calls",
)
def test_tool_calls_are_put_together(drive: Driver, scenario: Scenario) -> None:
    """Fragments of tool calls are merged by index, else by id, else by order; none is merged with another or torn.

    Services leave the index out, send null or 0 for every call, repeat the id or send it empty. A provider
    that never yields tool calls is a SHOULD.

    Remedy: a fragment with a new id begins a call, whatever its index; an empty id or name is none.
    """
    transcript = drive(scenario)
    if not transcript.calls:
        if not any(drive(plain).calls for plain in _plainest(drive)):
            wire = draw(scenario.script)
            raise fail("tool calls are never yielded", expected=_shown(scenario), level=Level.SHOULD, wire=wire)
        transcript = drive(scenario)  # the last drive is the one that is blamed
    answer(transcript, scenario, "tool calls")
    got = [_comparable(call, wanted) for call, wanted in _paired(transcript.calls, scenario.expected.calls)]
    require_equal(_shown(scenario), got, "the tool calls differ", wire=draw(scenario.script))


def _plainest(drive: Driver) -> Sequence[Scenario]:
    return tuple(_calls(drive.subject))[:1]


def _shown(scenario: Scenario) -> list[dict[str, Any]]:
    return [_comparable(call, call) for call in scenario.expected.calls]


def _paired(
    got: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for index, call in enumerate(got):
        yield call, wanted[index] if index < len(wanted) else {"id": True}


def _comparable(call: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Give name, arguments as a JSON value, and the id where the wire had one."""
    arguments = call.get("arguments")
    if isinstance(arguments, str):
        with suppress(ValueError):  # torn arguments show themselves as they are
            arguments = json.loads(arguments)
    told = {"name": call.get("name"), "arguments": arguments}
    return {"id": call.get("id"), **told} if wanted.get("id") else told


@requirement(
    "STREAM-26",
    Level.MUST,
    over=showing(Capability.USAGE),
    needs=[Capability.USAGE],
    source="contract: samples; OpenAI's stream_options.include_usage; usage that grows with every chunk",
)
def test_usage_equals_the_wire(drive: Driver, scenario: Scenario) -> None:
    """Usage that is reported equals what the upstream told last, and a usage member never ends the stream.

    Some services tell it after the finish, some in every chunk, each time for all that has come so far. To
    report none is legal.

    Remedy: keep the last usage and go on reading; never add up what counts from the beginning.
    """
    transcript = drive(scenario)
    answer(transcript, scenario, "usage")
    wanted = dict(scenario.expected.usage or {})
    names = {name: drive.contract.counts.get(name, name) for name in wanted}
    told = [usage for usage in _usages(transcript, names) if usage]
    if not told:
        _require_none_elsewhere(drive, scenario, names)
    else:
        shown = {name: wanted[name] for name in told[-1]}
        require_equal(shown, told[-1], "the usage is not what the upstream told", wire=draw(scenario.script))


def _require_none_elsewhere(drive: Driver, silent: Scenario, names: Mapping[str, str]) -> None:
    """Require of a provider that reports no usage here that it reports none at another place either."""
    for other in showing(Capability.USAGE)(drive.subject):
        if any(_usages(drive(other), names)):
            reason, wire = f"the usage is lost; it is told where it comes as in {other.name}", draw(silent.script)
            raise fail(reason, expected=dict(silent.expected.usage or {}), observed="none", wire=wire)


def _usages(transcript: Transcript, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give the counts of usage items, and those within raw events, where they have the wire's names."""
    for item in transcript.items:
        if item.kind is Kind.USAGE:
            named = {_SYNONYMS.get(name, name): value for name, value in item.value.items()}
            yield {name: named[name] for name in names if named.get(name) is not None}
        elif item.kind is Kind.RAW:
            found = counts(item.value, tuple(names.values()))
            yield from ({name: usage[wire] for name, wire in names.items()} for usage in found)
