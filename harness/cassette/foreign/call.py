"""Reads the call of a recorded request: model, messages and options, by the contract of its API. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from providers.contract import Contract, DocumentRule

from ... import endpoint
from ...framing import lookup, steps_of
from ...recording import Call, Interaction
from .plain import json_value

_KEYWORDS = frozenset({"cls", "model", "messages", "proxy", "base_url", "timeout", "api_key", "media"})
"""Keywords that mean something else to a provider than a member of the body."""
_EACH = "[*]."
_DEEPEST = 48
"""Levels of a request, so that a cassette, which holds the call within others, can be read again."""


def call_of(interaction: Interaction, contract: Contract) -> Call:
    """Give the call that a provider would make this request for; ValueError where the contract does not tell.

    ``stream`` and what goes with it is the provider's choice, but for a call that asks for one document.
    """
    body = _body(interaction.request_body)
    messages = tuple(_messages(body, contract))
    if not messages:
        paths = ", ".join(dict.fromkeys(contract.content_paths.values()))
        raise ValueError(f"expected messages at {paths} of the request, got none")
    return Call(_model(body, interaction, contract), messages, _options(body, interaction, contract))


def _body(data: bytes) -> dict[str, Any]:
    try:
        body = json_value(data.decode(), _DEEPEST)
    except ValueError as error:
        raise ValueError(f"expected a request of JSON, got {data[:60]!r}: {error}") from error
    if isinstance(body, dict):
        return body
    raise ValueError(f"expected a request that is a JSON object, got {data[:60]!r}")


def _messages(body: dict[str, Any], contract: Contract) -> Iterator[Mapping[str, Any]]:
    for path in dict.fromkeys(contract.content_paths.values()):
        roles = [role for role, place in contract.content_paths.items() if place == path]
        if _EACH in path:
            yield from _listed(body, path, contract, roles)
        elif text := lookup(body, path):
            yield {"role": "user" if "user" in roles else roles[0], "content": text}
    if contract.last_path is not None:
        yield {"role": "user", "content": lookup(body, contract.last_path)}


def _listed(body: dict[str, Any], path: str, contract: Contract, roles: list[str]) -> Iterator[Mapping[str, Any]]:
    """Give the messages of a list, as they stand where they have the usual members, else with role and text alone."""
    place, inner = path.split(_EACH, 1)
    meant = {sent: role for role, sent in contract.roles.items()}
    listed = lookup(body, place)
    for element in listed if isinstance(listed, list) else []:
        message = element if isinstance(element, dict) else {}
        if not message:
            raise ValueError(f"expected objects at {place} of the request, got {element!r:.60}")
        if inner in message and "role" in message:
            yield {**message, "role": meant.get(message["role"], message["role"])}
        else:
            role = message.get("role", roles[0])
            yield {"role": meant.get(role, role), "content": _content(message, inner)}


def _content(message: dict[str, Any], inner: str) -> Any:
    """Give what stands at a path within a message; of parts the texts, if they are nothing else."""
    place, each, text = inner.partition(_EACH)
    if not each:
        return lookup(message, inner)
    parts = lookup(message, place)
    if isinstance(parts, str):  # some APIs take a bare text for a list of one part
        return parts
    texts = [lookup(part, text) for part in parts if set(part) == {text}] if isinstance(parts, list) else []
    if not texts or len(texts) < len(parts):
        raise ValueError(f"expected parts with {text} alone at {place} of a message, got {parts!r:.60}")
    return "".join(map(str, texts))


def _model(body: dict[str, Any], interaction: Interaction, contract: Contract) -> str:
    if contract.model is None:
        return ""
    if endpoint.names_model(contract) and (told := endpoint.asked(contract, interaction.uri)):
        return told[0]
    for path, template in contract.model.paths.items():
        before, _, after = template.partition("{model}")
        found = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", str(lookup(body, path) or ""), re.DOTALL)
        if found:
            return found[1]
    raise ValueError(f"expected a model at {', '.join(contract.model.paths)} of the request, got none")


def _options(body: dict[str, Any], interaction: Interaction, contract: Contract) -> dict[str, Any]:
    named = {rule.name: lookup(body, rule.path) for rule in contract.options}
    options = {name: value for name, value in named.items() if value is not None}
    if contract.open_options:
        taken = {str(steps_of(path)[0]) for path in _taken(contract)}
        options |= {name: value for name, value in body.items() if name not in taken | _KEYWORDS}
    if contract.document is not None and _asks_for_document(body, interaction, contract, contract.document):
        options |= contract.document.options
    return options


def _taken(contract: Contract) -> Iterator[str]:
    """Name the places of the body that are no options."""
    yield from contract.content_paths.values()
    yield from (path for path in (contract.last_path, contract.api_key_path) if path)
    yield from contract.model.paths if contract.model else ()
    yield from contract.document.stream_paths if contract.document else ()
    yield from (rule.path for rule in contract.options)


def _asks_for_document(body: dict[str, Any], interaction: Interaction, contract: Contract, rule: DocumentRule) -> bool:
    """Tell the mode by the request, its path or body, or, where that does not say, by the reply."""
    mode = rule.options
    if rule.path is not None:
        told = endpoint.asked(contract, interaction.uri)
        return told is not None and told[1] == mode
    if mode.keys() <= body.keys():
        return all(body[name] == value for name, value in mode.items())
    return interaction.body.lstrip().startswith(b"{")
