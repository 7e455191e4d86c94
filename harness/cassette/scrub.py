"""Removes what must not be in a file: credentials by value, shape and place, and what changes from day to day. Pure.

Headers are kept by allow-list, in both directions. Replacements in a body move its chunk borders along.
"""

import base64
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from ..recording import Interaction

PLACEHOLDER = "REDACTED"
REQUEST_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "origin", "referer"})
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "cache-control", "vary"})
_PUBLIC = frozenset({"Bearer null"})
"""Values of credential headers that are documented constants and no secret."""
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})
_SHAPES = (
    rb"\b(?:sk|pk|rk|gsk|xai|hf|r8|nvapi|glpat)[-_][A-Za-z0-9_\-]{16,}",  # vendors' keys
    rb"\bAIza[A-Za-z0-9_\-]{30,}",
    rb"\bgh[pousr]_[A-Za-z0-9]{30,}",
    rb"\bAKIA[A-Z0-9]{16}\b",
    rb"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}",  # JSON web tokens
    rb"(?i)\bBearer +(?!null\b)[A-Za-z0-9._\-]{8,}",
)
_MEMBERS = re.compile(
    rb'("(?:api_?key|apikey|token|access_token|refresh_token|secret|client_secret|password)"\s*:\s*")([^"\\]+)(")',
    re.IGNORECASE,
)
"""Members whose value is a secret by their name; never max_tokens, prompt_tokens and the like."""
_MACHINE_PATH = re.compile(rb'/(?:[^"/\\\s:]+/)+(?=[^"/\\\s]+\.gguf)')
"""The folders of a model's file, which differ from machine to machine."""


_BASE64 = re.compile(rb"[A-Za-z0-9+/]{12,}={0,2}")
Replace = Callable[[re.Match[bytes]], bytes]


@dataclass(frozen=True)
class Body:
    """Bytes with the borders of their chunks."""

    data: bytes
    sizes: tuple[int, ...]

    def replaced(self, pattern: re.Pattern[bytes], replacement: bytes | Replace) -> "Body":
        """Replace every match; a border within one moves to the end of its replacement."""
        borders = list(_borders(self.sizes))
        parts: list[bytes] = []
        moved = list(borders)
        last = shift = 0
        for match in pattern.finditer(self.data):
            new = match.expand(replacement) if isinstance(replacement, bytes) else replacement(match)
            start, end = match.span()
            parts += [self.data[last:start], new]
            for index in range(bisect_left(borders, start + 1), len(borders)):
                if borders[index] < end:
                    moved[index] = start + shift + len(new)
                else:
                    moved[index] = borders[index] + shift + len(new) - (end - start)
            shift += len(new) - (end - start)
            last = end
        data = b"".join([*parts, self.data[last:]])
        return Body(data, tuple(end - start for start, end in zip([0, *moved], moved, strict=False)))


def _borders(sizes: Iterable[int]) -> Iterable[int]:
    at = 0
    for size in sizes:
        at += size
        yield at


def scrubbed(interaction: Interaction, secrets: Collection[str], keep: Collection[str] = ()) -> Interaction:
    """Give an interaction without secrets; ``keep`` names further request headers that the contract documents."""
    names = REQUEST_HEADERS | {name.lower() for name in keep}
    body = clean(Body(interaction.body, interaction.wire.chunks), secrets)
    request_body = clean(Body(interaction.request_body, (len(interaction.request_body),)), secrets)
    return replace(
        interaction,
        uri=_clean_text(interaction.uri, secrets),
        request_headers=_headers(interaction.request_headers, names, secrets),
        request_body=request_body.data,
        headers=_headers(interaction.headers, RESPONSE_HEADERS, secrets),
        body=body.data,
        wire=replace(interaction.wire, chunks=body.sizes),
    )


def clean(body: Body, secrets: Collection[str]) -> Body:
    """Remove secrets and paths of a machine from a body."""
    placeholder = PLACEHOLDER.encode()
    body = body.replaced(_BASE64, lambda match: placeholder if _hides(match.group(), secrets) else match.group())
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        body = body.replaced(re.compile(re.escape(secret.encode())), placeholder)
    for shape in _SHAPES:
        body = body.replaced(re.compile(shape), placeholder)
    return body.replaced(_MEMBERS, rb"\g<1>" + placeholder + rb"\g<3>").replaced(_MACHINE_PATH, b"")


def _hides(encoded: bytes, secrets: Collection[str]) -> bool:
    """Tell whether base64 says a secret, wherever in it the secret begins."""
    bare = encoded.rstrip(b"=")
    bare = bare[:-1] if len(bare) % 4 == 1 else bare  # such a length is no base64: the last character is another's
    rest = base64.b64decode(bare + b"=" * (-len(bare) % 4))
    return any(secret.encode() in rest for secret in secrets if secret)


def _clean_text(text: str, secrets: Collection[str]) -> str:
    return clean(Body(text.encode(), (len(text.encode()),)), secrets).data.decode()


def _headers(
    headers: Iterable[tuple[str, str]], names: Collection[str], secrets: Collection[str]
) -> tuple[tuple[str, str], ...]:
    kept = []
    for name, value in headers:
        if name.lower() in _CREDENTIALS and value not in _PUBLIC:
            kept.append((name, PLACEHOLDER))
        elif name.lower() in names:
            kept.append((name, _clean_text(value, secrets)))
    return tuple(kept)
