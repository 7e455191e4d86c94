"""Rules and what breaks them as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines.

Knows neither cassettes nor requirements. Printable ASCII, whatever the messages hold.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .block import escape

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "harness/v1"
_LINES = "\n"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What results refer to; ``level`` is ``error``, ``warning`` or ``note``."""

    id: str
    level: str
    title: str
    help: str
    """What to do where it is broken."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One breach of a rule; ``level`` is ``error``, ``warning`` or ``note``."""

    rule: str
    level: str
    message: str
    file: Path | None = None
    line: int | None = None
    """Counted from 1."""
    place: str = ""
    """Where it is in words that outlive an edit: a path within a document, provider and scenario. Tells results of a
    rule in a file apart."""


def render(tool: str, version: str, rules: Sequence[Rule], results: Iterable[Result], root: Path) -> str:
    """Give one run of a tool as a SARIF log; files below ``root`` are named relative to it.

    The fingerprint of a result is made of rule, file and place, so it stays when lines move and wordings change.
    """
    ids = [rule.id for rule in rules]
    run = {
        "tool": {"driver": {"name": tool, "semanticVersion": version, "rules": list(map(_rule, rules))}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, ids.index(result.rule), root) for result in results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": _text(rule.title),
        "fullDescription": _text(f"{rule.title}."),
        "help": _text(rule.help),
        "defaultConfiguration": {"level": rule.level},
    }


def _result(result: Result, index: int, root: Path) -> dict[str, Any]:
    where = _location(result, root)
    uri = "" if result.file is None else _uri(result.file, root)
    identity = json.dumps([result.rule, uri, escape(result.place)])
    return {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": _text(result.message),
        **({"locations": [where]} if where else {}),
        "partialFingerprints": {_FINGERPRINT: hashlib.sha256(identity.encode()).hexdigest()},
    }


def _location(result: Result, root: Path) -> dict[str, Any]:
    where: dict[str, Any] = {}
    if result.file is not None:
        where["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(result.file, root)},
            "region": {"startLine": result.line or 1},  # code hosts show no result without a line
        }
    if result.place:
        where["logicalLocations"] = [{"fullyQualifiedName": escape(result.place)}]
    return where


def _uri(file: Path, root: Path) -> str:
    """Give a reference (RFC 3986): relative below the root, else absolute."""
    path, above = file.absolute(), root.absolute()
    if path.is_relative_to(above):
        return quote(os.fsencode(path.relative_to(above).as_posix()))  # a colon is quoted: it would end a scheme
    return f"file://{quote(os.fsencode(path.as_posix()))}"


def _text(text: str) -> dict[str, str]:
    return {"text": escape(text, keep=_LINES)}
