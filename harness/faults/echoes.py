"""Failures in which the upstream repeats a secret of the caller, wherever it could. Pure."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from providers.contract import OK, Contract, ErrorCase

from ..scenario import Declared, Judged, Phase, Scenario, documents, one_answer
from ..script import HTML, JSON, TEXT, reply
from .grid import MESSAGE, documented, failing, family_of, with_error
from .members import Steps, at, changed, kinds_of, name_of, places

IN_A_HEADER = "echoed-in-a-header"
"""Begins the names of failures that repeat the secret in a header alone."""
AT_A_CUT = "echoed-after"
"""Is in the names of failures that repeat the secret where a provider may cut their text."""
_LATE = range(0, 1200, 240)
"""Characters before a secret of 256 or more: together they hold every cut up to 1,200 and some."""


def echoing(judged: Judged, secret: str) -> Iterator[Scenario]:
    """Repeat a secret in error bodies of every kind, in a header, and in the members of in-band errors."""
    for answer in one_answer(judged):
        for name, (content_type, body) in _bodies(secret).items():
            yield _status(answer, 401, f"echoed-in-{name}", body, content_type)
        for status in (429, 503):
            yield _status(answer, status, f"{IN_A_HEADER}-{status}", b"{}", JSON, ("retry-after", secret))
        for case in judged.contract.errors:
            yield from _in_band(judged, answer, case, secret)


def echoing_late(judged: Judged, secret: str) -> Iterator[Scenario]:
    """Repeat a long secret in the message of a status and of an in-band error, late enough to be cut in two."""
    contract = judged.contract
    cases = [case for case in contract.errors if case.event is not None][:1]
    for answer in one_answer(judged):
        for padding in _LATE:
            name = f"{AT_A_CUT}-{padding}"
            words = (f"{MESSAGE}; " * padding)[:padding] + secret
            body = json.dumps({"error": {"message": words}}).encode()
            yield _status(answer, 401, name, body, JSON)
            for case in cases:
                for steps in _sentences(case.event):
                    event, other = changed(case.event, steps, words), replace(case, name=f"{case.name}-{name}")
                    yield with_error(contract, answer, other, event, Phase.MIDDLE, Declared.EITHER)


def _sentences(value: Any) -> Iterator[Steps]:
    """Give the places of texts with a space in them: no code has one."""
    found = ((steps, at(value, steps)) for steps in places(value))
    yield from (steps for steps, text in found if isinstance(text, str) and " " in text)


def _status(answer: Scenario, status: int, name: str, body: bytes, *headers: tuple[str, str]) -> Scenario:
    return answer.answered(reply(body, status=status, headers=headers), failing(family_of(status)), name)


def _bodies(secret: str) -> dict[str, tuple[tuple[str, str], bytes]]:
    words = f"Incorrect API key provided: {secret}"
    escaped = "".join(f"\\u{ord(character):04x}" for character in words)
    errors: dict[str, Any] = {
        "message": {"message": words},
        "code": {"message": "no", "code": words},
        "type": {"message": "no", "type": words},
        "a-list": [{"message": words}],
        "a-string": words,
    }
    return {
        **{name: (JSON, json.dumps({"error": error}).encode()) for name, error in errors.items()},
        "escapes": (JSON, f'{{"error": {{"message": "{escaped}"}}}}'.encode()),
        "detail": (JSON, json.dumps({"detail": words}).encode()),
        "cut-json": (JSON, f'{{"error": {{"message": "{words}'.encode()),
        "html": (HTML, f"<!doctype html><html><head><title>401</title></head><h1>{words}</h1></html>".encode()),
        "text": (TEXT, words.encode()),
    }


def _in_band(judged: Judged, answer: Scenario, case: ErrorCase, secret: str) -> Iterator[Scenario]:
    """Repeat it in each text of an error event, alone and as a document, and of a documented body."""
    contract = judged.contract
    for name, event in _repeating(contract, case.event, secret):
        other = replace(case, name=f"{case.name}-echoed-in-{name}")
        yield with_error(contract, answer, other, event, Phase.MIDDLE, Declared.EITHER)
        for document in documents(judged)[:1]:
            body = json.dumps(event).encode()
            yield _status(document, OK, f"in-band-{other.name}-document", body, JSON)
    for name, body in _repeating(contract, case.body, secret):
        yield documented(judged, replace(case, name=f"{case.name}-echoed-in-{name}", body=body))


def _repeating(contract: Contract, value: Any, secret: str) -> Iterator[tuple[str, Any]]:
    """Add the secret to each text in a document, but for those at the top that tell what it is."""
    for steps in places(value):
        text = at(value, steps)
        if isinstance(text, str) and steps[0] not in kinds_of(contract):
            yield name_of(steps), changed(value, steps, f"{text} {secret}")
