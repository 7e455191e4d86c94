"""Reads from a raw recording which values are secrets by their place, so that they are found wherever else they stand.

A key that a service echoes in an error has no shape and no place there. Pure.
"""

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ...recording import Interaction, Recording
from .deltas import events
from .shapes import PUBLIC, names, places

_SHORTEST = 8
"""Characters of a value that is sought everywhere; shorter ones are removed in their place alone."""
_TELLING = re.compile(r"\d|[a-z][A-Z]|[^\W_]{20}")
"""A word is no secret that could be told from the others."""


def secrets(raw: Recording, headers: Collection[str], members: Collection[str] = ()) -> frozenset[str]:
    """Give the values of these headers (lower case) and of all members, options and parameters that are secrets."""
    named = names(members)
    found = list(handed(raw.call.options, named))
    for interaction in raw.interactions:
        found += _in_headers([*interaction.request_headers, *interaction.headers], headers)
        found += _in_url(interaction.uri, named)
        for body in (interaction.request_body, interaction.body):
            found += _in_body(body, named, members)
    return telling(found)


def telling(values: Iterable[str]) -> frozenset[str]:
    """Give those that can be told from other text, wherever they stand."""
    return frozenset(value for value in values if len(value) >= _SHORTEST and _TELLING.search(value))


def handed(value: Any, named: re.Pattern[str], *, secret: bool = False) -> Iterator[str]:
    """Give every str in a value that stands in a member with such a name, and those within."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from handed(member, named, secret=secret or named.fullmatch(str(name)) is not None)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from handed(member, named, secret=secret)
    elif isinstance(value, str):
        if secret:
            yield from _parts(value)
        yield from _userinfo(value)


def _in_headers(headers: Iterable[tuple[str, str]], secret: Collection[str]) -> Iterator[str]:
    for name, value in headers:
        if name.lower() == "set-cookie":
            yield value.partition(";")[0].partition("=")[2]
        elif name.lower() == "cookie":
            yield from (pair.partition("=")[2].strip() for pair in value.split(";"))
        elif name.lower() in secret and value not in PUBLIC:
            yield from _parts(value)


def _parts(value: str) -> Iterator[str]:
    """Give a credential, without its scheme, and what base64 hides in it."""
    scheme, blank, rest = value.strip().partition(" ")
    credential = rest.strip() if blank else scheme
    yield credential
    if scheme.lower() == "basic":
        try:
            user, _, word = base64.b64decode(credential).decode().partition(":")
        except ValueError:
            return
        yield from (user, word)


def _in_url(url: str, named: re.Pattern[str]) -> Iterator[str]:
    yield from _userinfo(url)
    yield from _in_query(url.partition("#")[0].partition("?")[2], named)


def _in_query(query: str, named: re.Pattern[str]) -> Iterator[str]:
    short = {"key", "token", "sig", "signature"}
    pairs = parse_qsl(query, keep_blank_values=True)
    yield from (value for name, value in pairs if named.fullmatch(name) or name.lower() in short)


def _userinfo(url: str) -> Iterator[str]:
    try:
        login = urlsplit(url).netloc.rpartition("@")[0]
    except ValueError:
        return
    for part in login.split(":") if login else ():
        yield from {part, unquote(part)}


def _in_body(body: bytes, named: re.Pattern[str], members: Collection[str]) -> Iterator[str]:
    yield from (value for event in events(body) for value in handed(event.value, named))
    text = body.decode(errors="replace")
    yield from _in_query(text if "=" in text and "{" not in text and "\n" not in text else "", named)
    try:
        yield from handed(json.loads(text), named)
    except (ValueError, RecursionError):  # not JSON as a whole, or cut off: then by the look of it
        for place in places(members)[:2]:
            yield from (match.group(2).decode(errors="replace") for match in place.finditer(body))


def texts(interactions: Iterable[Interaction]) -> Iterator[bytes]:
    """Give the parts of exchanges in which ids may stand, in order."""
    for one in interactions:
        yield one.uri.encode(errors="surrogatepass")
        yield from (f"{name}: {value}".encode(errors="surrogatepass") for name, value in one.request_headers)
        yield one.request_body
        yield one.body
