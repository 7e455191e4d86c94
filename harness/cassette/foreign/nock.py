"""Reads what nock records: a list of ``{scope, method, path, body, status, response, rawHeaders}``.

A reply is text, a JSON value, or, where it is binary or coded, hexadecimal digits in one piece or in several.
"""

import re
from collections.abc import Iterator

from ...recording import Interaction
from ..shape import Shape
from . import exchange

_DEFAULT_PORT = re.compile(r"(?<=^https://)([^/]+):443$|(?<=^http://)([^/]+):80$")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


def interactions(definitions: Shape) -> Iterator[Interaction]:
    """Read all definitions of a file."""
    return map(_interaction, definitions.items())


def _interaction(definition: Shape) -> Interaction:
    asked = exchange.Asked(
        definition.member("method"),
        _uri(definition),
        exchange.headers(definition.optional("reqheaders")),
        exchange.body(definition.optional("body")),
    )
    status = definition.member("status").integer(100, 599)
    told = definition.optional("rawHeaders") or definition.optional("headers")
    answered = exchange.Answered(definition, status, "", exchange.headers(told), _reply(definition))
    return exchange.exchange(asked, answered)


def _uri(definition: Shape) -> Shape:
    scope = _DEFAULT_PORT.sub(r"\1\2", definition.member("scope").text())
    path = definition.member("path")
    return path.instead(scope + path.text())


def _reply(definition: Shape) -> bytes:
    reply = definition.member("response")
    flag = definition.optional("responseIsBinary")
    if isinstance(reply.value, list) and _are_hex(reply.value):
        return b"".join(map(exchange.hex_data, reply.items()))
    if flag is not None and flag.value is True and reply.value:
        return exchange.hex_data(reply)
    return exchange.body(reply)


def _are_hex(parts: list[object]) -> bool:
    return bool(parts) and all(isinstance(part, str) and _HEX.fullmatch(part) for part in parts)
