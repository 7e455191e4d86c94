"""Failures in which the upstream repeats a secret of the caller, wherever it could. Pure."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from providers.contract import OK, Contract, ErrorCase

from ..scenario import Declared, Judged, Phase, Scenario, documents, one_answer
from ..script import HTML, JSON, TEXT, reply
from .grid import documented, failing, family_of, with_error
from .members import at, changed, kinds_of, name_of, places

IN_A_HEADER = "echoed-in-a-header"
"""Begins the names of failures that repeat the secret in a header alone."""


def echoing(judged: Judged, secret: str) -> Iterator[Scenario]:
    """Repeat a secret in error bodies of every kind, in a header, and in the members of in-band errors."""
    for answer in one_answer(judged):
        for name, (content_type, body) in _bodies(secret).items():
            yield _status(answer, 401, f"echoed-in-{name}", body, content_type)
        for status in (429, 503):
            yield _status(answer, status, f"{IN_A_HEADER}-{status}", b"{}", JSON, ("retry-after", secret))
        for case in judged.contract.errors:
            yield from _in_band(judged, answer, case, secret)


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
