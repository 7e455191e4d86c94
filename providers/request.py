"""A request as a description, and its check and serialisation before any I/O. Knows no HTTP library."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .errors import RequestRefused

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110, 5.5
_URL = re.compile(r"[\x21-\x7e\xa1-\U0010ffff]+")
_LAST_PORT = 65_535


@dataclass(frozen=True)
class Request:
    """One POST of JSON: the URL, headers beyond Content-Type, and the document of the body."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    def content(self) -> bytes:
        """Give the body as it goes over the wire."""
        return to_json(self.body, "the request")

    def header_lines(self) -> list[tuple[bytes, bytes]]:
        """Give the headers as bytes; of two that differ in case alone the later one counts."""
        lines = {"content-type": ("Content-Type", "application/json")}
        for name, value in self.headers.items():
            _require_header(name, value)
            lines[name.lower()] = (name, value)
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in lines.values()]


def _require_header(name: Any, value: Any) -> None:
    """Raise ValueError for what would not stay one header; the value is not shown, it may be a secret."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RequestRefused("expected a header name of letters, digits and hyphens, got another")
    if not isinstance(value, str) or not _VALUE.fullmatch(value) or value != value.strip():
        raise RequestRefused(
            f"header {name}: expected Latin-1 text of one line without blanks around it, got other text"
        )


def to_json(value: Any, what: str) -> bytes:
    """Serialise as UTF-8 JSON; what JSON or UTF-8 cannot carry (NaN, a lone surrogate) is a ValueError."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain).encode()
    except UnicodeEncodeError:
        problem = "a lone surrogate"
    except (TypeError, ValueError, RecursionError) as error:  # no JSON type, NaN, a circle, too deep
        problem = str(error)
    raise RequestRefused(f"{what}: expected what JSON can carry, got {problem}")


def _plain(value: Any) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a value of type {type(value).__name__}")


def require_model(model: str | None) -> str:
    """Give the id of the model; ValueError for an API that has no default and a call that names none."""
    if not model:
        raise RequestRefused("model: expected the id of a model, got none")
    return model


def require_mode(stream: Any) -> None:
    """Raise ValueError for a mode that is no bool."""
    if not isinstance(stream, bool):
        raise RequestRefused(f"stream: expected a bool, got a value of type {type(stream).__name__}")


def endpoint(base_url: str | None, default: str | None, path: str) -> str:
    """Give the URL of ``path`` below ``base_url``, which may end in a slash, or below the default when it is None."""
    base = default if base_url is None else base_url
    parts = split_url(base, "base_url")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise RequestRefused("base_url: expected scheme, host and path alone, got a query, a fragment or a user")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}"


def split_url(url: Any, what: str) -> SplitResult:
    """Take an http(s) URL apart; anything else is a ValueError that does not show it, for it may hold a password."""
    if isinstance(url, str) and _URL.fullmatch(url):
        try:
            parts = urlsplit(url)
            port = parts.port
            (parts.hostname or "").encode("idna")  # what the resolver will do; a label may have 63 characters
        except ValueError:  # UnicodeError included
            pass
        else:
            if parts.scheme in {"http", "https"} and parts.hostname and (port is None or 0 < port <= _LAST_PORT):
                return parts
    got = "none" if url is None else "another value"
    raise RequestRefused(f"{what}: expected a URL such as http://127.0.0.1:8080, got {got}")
