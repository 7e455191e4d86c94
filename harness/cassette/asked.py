"""Whether the recorded requests agree with the contract, as far as a scrubbed recording tells. Pure."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema

from providers.contract import Contract, Family, HeaderRule

from .. import endpoint
from ..recording import Call, Interaction, Provenance, Recording
from .rules import ASKED, Finding, quoted
from .scrub import PLACEHOLDER

_NUMBERED = re.compile(r"[a-z]+[-_]\d{1,3}|00000000-0000-4000-8000-\d{12}")
"""What the scrub puts in the place of ids."""


def agrees(recording: Recording, file: Path, contract: Contract) -> Iterator[Finding]:
    """Compare method, target, headers and body of every request; times and signatures are long past.

    What was refused as bad input may have had a bad body. What was imported was asked by another client, maybe of
    another service: method and endpoint are all that it has to have in common.
    """
    own = recording.provenance is not Provenance.IMPORTED
    refused = recording.expected.error == Family.VALUE_ERROR
    for index, interaction in enumerate(recording.interactions):
        found = list(_odd_line(interaction, recording.call, contract, own=own))
        found += _odd_headers(interaction, contract) if own else ()
        found += _odd_body(interaction.request_body, contract) if own and not refused else ()
        for way, message in found:
            yield Finding(ASKED, file, message, f"interactions[{index}].request.{way}")


def _odd_line(asked: Interaction, call: Call, contract: Contract, *, own: bool) -> Iterator[tuple[str, str]]:
    if asked.method != "POST":
        yield "method", f"expected POST, got {quoted(asked.method)}"
    want = contract.root + endpoint.target(contract, call)
    try:
        parts = urlsplit(asked.uri)
        got = f"{parts.path}?{parts.query}" if "?" in want else parts.path
    except ValueError:
        got = asked.uri
    good = endpoint.same(contract, want, got) if own else endpoint.asked(contract, asked.uri) is not None
    if not good:
        yield "uri", f"expected the path {want}, got {quoted(got)}"


def _odd_headers(asked: Interaction, contract: Contract) -> Iterator[tuple[str, str]]:
    headers = {name.lower(): value for name, value in asked.request_headers}
    media_type = _media_type(headers.get("content-type", ""))
    if media_type != "application/json":
        yield "headers", f"expected content-type application/json, got {quoted(media_type)}"
    if not endpoint.admits(headers.get("accept"), contract.accept):
        expected = " or ".join(contract.accept)
        yield "headers", f"expected an Accept that admits {expected}, got {quoted(headers['accept'])}"
    for rule in contract.headers:
        if not _holds(rule, headers.get(rule.name)):
            yield f"headers.{rule.name}", f"expected {rule.name}: {rule.value}, got {quoted(headers.get(rule.name))}"


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _holds(rule: HeaderRule, value: str | None) -> bool:
    """Tell whether a header is as documented; what was scrubbed may have been, and a value for one call is past."""
    if not rule.required:
        return True
    passing = rule.fresh or rule.recent is not None or rule.digest is not None
    return value is not None and (passing or _scrubbed(value) or re.fullmatch(rule.value, value) is not None)


def _scrubbed(value: Any) -> bool:
    return isinstance(value, str) and (PLACEHOLDER in value or _NUMBERED.fullmatch(value) is not None)


def _odd_body(body: bytes, contract: Contract) -> Iterator[tuple[str, str]]:
    try:
        value = json.loads(body.decode())
        broken = [error for error in _errors(contract, value) if not _scrubbed(error.instance)]
    except (ValueError, RecursionError) as error:
        yield "body", f"expected JSON in UTF-8, got {error}"
        return
    if worst := jsonschema.exceptions.best_match(broken):
        yield "body", f"expected the payload schema to hold, got at {worst.json_path}: {quoted(worst.message)}"


def _errors(contract: Contract, value: Any) -> Iterator[jsonschema.ValidationError]:
    return jsonschema.Draft202012Validator(contract.payload).iter_errors(value)
