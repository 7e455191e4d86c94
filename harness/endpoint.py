"""Where requests go, with the model's id in the path and in both modes of an API, and what they accept. Pure."""

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from providers.contract import Contract

from .recording import Call
from .transcript import Request

_MODEL = "{model}"


def names_model(contract: Contract) -> bool:
    """Tell whether the model's id is a part of the path."""
    return contract.model is not None and _MODEL in contract.path


def target(contract: Contract, call: Call) -> str:
    """Give path and query that a call asks for, by its mode and model."""
    rule, path = contract.document, contract.path
    if rule is not None and rule.path is not None and rule.options.items() <= call.options.items():
        path = rule.path
    where, mark, query = path.replace(_MODEL, quote(_sent(contract, call.model), safe="")).partition("?")
    asked = {f"?{name}": value for name, value in parse_qsl(query)}
    given = {rule.path: call.options[rule.name] for rule in contract.options if rule.name in call.options}
    asked |= {name: value for name, value in given.items() if name in asked}
    return where + mark + urlencode({name[1:]: value for name, value in asked.items()})


def in_query(target: str, path: str) -> str | None:
    """Give the parameter that a path such as ``?api-version`` names; None where it is absent."""
    return dict(parse_qsl(target.partition("?")[2])).get(path.removeprefix("?"))


def _sent(contract: Contract, model: str) -> str:
    rule = contract.model
    return model if rule is None else rule.aliases.get(model, model) or rule.default


def same(contract: Contract, want: str, got: str) -> bool:
    """Tell whether two targets are one, however they are spelled (RFC 3986, 6.2.2)."""
    return _normal(contract, want) == _normal(contract, got)


def _normal(contract: Contract, spelled: str) -> tuple[str, list[tuple[str, str]]]:
    """Give a target decoded, but for the characters of an id that have to stay encoded."""
    path, _, query = spelled.partition("?")
    for character in contract.model.encodes if contract.model else "":
        code = f"%{ord(character):02X}"
        path = path.replace(code, f"%25{code[1:]}").replace(code.lower(), f"%25{code[1:]}")
    return unquote(path), sorted(parse_qsl(query, keep_blank_values=True))


def asked(contract: Contract, uri: str) -> tuple[str, Mapping[str, Any]] | None:
    """Read a target: the model in it, if any, and the options of its mode, if it tells; None for another endpoint.

    The path may stand behind any other. The query is not looked at.
    """
    rule = contract.document
    modes: list[tuple[str, Mapping[str, Any]]] = [(contract.path, {})]
    if rule is not None and rule.path is not None:
        modes.append((rule.path, rule.options))
    try:
        path = urlsplit(uri).path
    except ValueError:
        return None
    for template, options in modes:
        before, _, after = template.partition("?")[0].partition(_MODEL)
        pattern = re.escape(before) + (f"([^/]+){re.escape(after)}" if _MODEL in template else "()")
        if found := re.search(f"{pattern}$", path):
            return unquote(found[1]), options
    return None


def asks_for(contract: Contract, mode: Mapping[str, Any], requests: Sequence[Request]) -> bool:
    """Tell whether the first request was for this mode, by its path or body; also meant where none is named."""
    with contextlib.suppress(ValueError, IndexError):
        if contract.document is not None and contract.document.path is not None:
            told = asked(contract, requests[0].path)
            return told is not None and told[1] == mode
        body = json.loads(requests[0].body)
        return isinstance(body, dict) and all(body.get(name, mode[name]) == mode[name] for name in mode)
    return False


def admits(accept: str | None, media_types: Sequence[str]) -> bool:
    """Tell whether Accept admits one of the types; without the header anything is admitted (RFC 9110, 12.5.1)."""
    if accept is None:
        return True
    ranges = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return any({"*/*", kind, kind.partition("/")[0] + "/*"} & ranges for kind in media_types)
