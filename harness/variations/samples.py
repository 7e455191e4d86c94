"""Answers with a contract's samples in them: documented events at every place, and what is expected then. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from providers.contract import Capability, Codec, Contract, Place, Sample

from ..framing import Event, codec_of, event_of, is_finish, lookup, render, suffix, text_of
from ..recording import Expected
from ..scenario import Judged, Scenario, one_answer, one_per_codec
from ..script import JSON, reply
from ..stop_value import stopped
from .answers import compact, events_of

_STREAMS = {Codec.SSE, Codec.NDJSON, Codec.JSON_ARRAY, Codec.FRAMES}
_PLACEHOLDER = "{text}"
_TOOL_CALLS = "tool_calls"

About = Callable[[Contract, Sample], bool]


def showing(
    shows: Capability, about: About = lambda _contract, _sample: True
) -> Callable[[Judged], Iterator[Scenario]]:
    """Choose the answers with each sample of this kind at each of its places, in each codec that has events."""

    def choose(judged: Judged) -> Iterator[Scenario]:
        contract = judged.contract
        wanted = [sample for sample in contract.samples if sample.shows is shows and about(contract, sample)]
        for answer in one_per_codec(judged):
            if codec_of(contract, answer.script.body) in _STREAMS:
                for sample in wanted:
                    yield from _with_sample(contract, answer, sample)
        yield from _documents(judged, shows, about)

    return choose


def _documents(judged: Judged, shows: Capability, about: About) -> Iterator[Scenario]:
    """Give the documented documents of this kind, for an API with both modes."""
    rule = judged.contract.document
    if rule is None:
        return
    for answer in one_answer(judged):
        call = replace(answer.call, options={**answer.call.options, **rule.options})
        for sample in rule.samples:
            if sample.shows is shows and about(judged.contract, sample):
                body = json.dumps(sample.events[0], ensure_ascii=False).encode()
                expected = Expected(sample.text, sample.finish, calls=sample.calls, usage=sample.usage)
                yield Scenario(sample.name, call, (reply(body, headers=[JSON]),), expected)


def is_of_another_choice(contract: Contract, sample: Sample) -> bool:
    """Tell whether the sample's events hold a choice that is not the first."""
    lists = (lookup(event, contract.choices or "") for event in sample.events)
    choices = [choice for choices in lists if isinstance(choices, list) for choice in choices]
    return any(choice.get("index") for choice in choices)


def _with_sample(contract: Contract, answer: Scenario, sample: Sample) -> Iterator[Scenario]:
    short = compact(contract, answer)
    if sample.whole:
        yield whole(contract, short, sample)
        return
    events = list(events_of(contract, short.script))
    if sample.usage is not None:
        events = _without_usage(contract, events, sample)
    if sample.calls:
        events = _ending_in_calls(contract, events)
    for place, index in _places(contract, events).items():
        if place in sample.places:
            yield _put(contract, short, sample, events, index, f"{sample.name}-{place}")
    if sample.calls:
        silent = [event for event in events if not text_of(contract, event)]
        yield _put(contract, short, sample, silent, _places(contract, silent)[Place.LAST], f"{sample.name}-alone")


def whole(contract: Contract, short: Scenario, sample: Sample) -> Scenario:
    """Give the answer that the sample's events are."""
    return _put(contract, short, sample, (), 0, sample.name)


def _places(contract: Contract, events: Sequence[Event]) -> dict[Place, int]:
    """Give the index before which to put something, for each place that the answer has."""
    texts = [index for index, event in enumerate(events) if text_of(contract, event)]
    finish = next((index for index, event in enumerate(events) if is_finish(contract, event)), None)
    middle = texts[len(texts) // 2] if texts else 0
    places = {Place.FIRST: 0, Place.MIDDLE: middle, Place.LAST: len(events) if finish is None else finish}
    return places if finish is None else {**places, Place.AFTER: finish + 1}


def _put(
    contract: Contract, short: Scenario, sample: Sample, events: Sequence[Event], index: int, name: str
) -> Scenario:
    """Give the answer with the sample's events before one of its own."""
    before, after = (_text(contract, part) for part in (events[:index], events[index:]))
    added = [event_of(contract, _filled(value, before + after)) for value in sample.events]
    codec = codec_of(contract, short.script.body)
    finish = _TOOL_CALLS if sample.calls else sample.finish or short.expected.finish
    expected = Expected(before + sample.text + after, finish, calls=sample.calls, usage=sample.usage)
    script = short.script.with_body(render(codec, [*events[:index], *added, *events[index:]]))
    return short.answered(script, expected, name + suffix(contract, codec))


def _text(contract: Contract, events: Sequence[Event]) -> str:
    return "".join(text_of(contract, event) or "" for event in events)


def _filled(value: Any, text: str) -> Any:
    """Give a copy with the whole text in the place of ``{text}``."""
    if isinstance(value, Mapping):
        return {name: _filled(member, text) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(member, text) for member in value]
    return text if value == _PLACEHOLDER else value


def _ending_in_calls(contract: Contract, events: Sequence[Event]) -> list[Event]:
    """Give the events with the stop value of an answer with calls: the one that means them, else the usual one."""
    rule = contract.finish
    if rule is None:
        return list(events)
    meant = _TOOL_CALLS if _TOOL_CALLS in rule.reasons.values() else "stop"
    raw = next(raw for raw, reason in rule.reasons.items() if reason == meant)
    return [stopped(contract, event, raw) if is_finish(contract, event) else event for event in events]


def counts(value: Any, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Find the objects in a JSON value that have members of all these names."""
    if isinstance(value, Mapping):
        if all(name in value for name in names):
            yield value
        for member in value.values():
            yield from counts(member, names)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from counts(member, names)


def _without_usage(contract: Contract, events: Sequence[Event], sample: Sample) -> list[Event]:
    """Leave out the usage that the recorded answer tells itself, with an event that tells nothing else."""
    names = tuple(contract.counts.get(name, name) for name in sample.usage or ())
    kept = []
    for event in events:
        if not any(counts(event.value, names)):
            kept.append(event)
        elif text_of(contract, event) or is_finish(contract, event):
            kept.append(Event(_uncounted(event.value, names), event.name))
    return kept


def _uncounted(event: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Give an event without the counts at its top, and null for each object within that has them."""
    return {name: _nulled(member, names) for name, member in event.items() if name not in names}


def _nulled(value: Any, names: Sequence[str]) -> Any:
    if isinstance(value, Mapping):
        return None if all(name in value for name in names) else {key: _nulled(m, names) for key, m in value.items()}
    return [_nulled(member, names) for member in value] if isinstance(value, list) else value
