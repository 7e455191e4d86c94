"""An answer as one document instead of a stream, for an API that has both modes. Pure."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from providers.contract import Contract, DocumentRule

from ..framing import is_finish, lookup, with_member
from ..recording import Expected
from ..scenario import Judged, Scenario, answers, one_answer
from ..script import JSON, reply
from ..stop_value import StopValue, in_events
from .answers import events_of


def as_document(contract: Contract, rule: DocumentRule, stream: Scenario, raw: Any = None) -> Scenario:
    """Give a stream as a document: the same call, text, finish and usage; ``raw`` replaces the stop value."""
    events = [event.value for event in events_of(contract, stream.script)]
    stop = raw if raw is not None else _stop(contract, stream)
    document = with_member(dict(rule.document), rule.text_path, stream.expected.text)
    document = StopValue(rule.finish_path, rule.finish_written).put(document, stop)
    usage = _usage(contract, rule, events)
    document = with_member(document, rule.usage_path, usage) if rule.usage_path else {**document, **(usage or {})}
    body = json.dumps(document, ensure_ascii=False).encode()
    call = replace(stream.call, options={**stream.call.options, **rule.options})
    return Scenario(f"{stream.name}-as-document", call, (reply(body, headers=[JSON]),), stream.expected)


def _usage(contract: Contract, rule: DocumentRule, events: Sequence[Any]) -> dict[str, Any] | None:
    """Give the usage that the events of a stream tell in all, each member as it was told last."""
    told: dict[str, Any] = {}
    for event in events:
        for path in rule.usage_paths or (rule.usage_path,):
            usage = lookup(event, path)
            if isinstance(usage, dict):
                told |= usage if path else {name: usage[name] for name in contract.counts.values() if name in usage}
    return told or None


def _stop(contract: Contract, stream: Scenario) -> Any:
    """Give the stop value that a recorded stream ends with."""
    where = in_events(contract)
    found = (event.value for event in events_of(contract, stream.script) if is_finish(contract, event))
    return next((where.of(value) for value in found if where), None)


def streams_as_documents(judged: Judged) -> Iterator[Scenario]:
    """Choose the recorded streams, each as a document."""
    rule = judged.contract.document
    if rule is not None:
        yield from (as_document(judged.contract, rule, stream) for stream in answers(judged))


def finishes_of_documents(judged: Judged) -> Iterator[Scenario]:
    """Choose one answer as a document with every stop value of the contract."""
    contract = judged.contract
    for stream in one_answer(judged):
        if contract.document is not None and contract.finish is not None:
            for raw, reason in contract.finish.reasons.items():
                whole = as_document(contract, contract.document, stream, raw)
                yield replace(whole, name=f"document-ending-in-{raw}", expected=Expected(stream.expected.text, reason))
