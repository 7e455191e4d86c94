"""What a provider may raise: two families, told apart by whether this very call could succeed later.

ValueError
└── RequestRefused   no: the caller must change something
RuntimeError
└── UpstreamFailed   yes: wait, fail over, or report upstream
"""

import email.utils
import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

_REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
_LIMIT = 500
"""Characters of the upstream's words that are kept."""
_KNOWN_STATUSES = frozenset(int(status) for status in HTTPStatus)


@dataclass(frozen=True)
class Told:
    """What is known of a failure. ``retry_after`` in seconds; ``partial`` is the text yielded before it."""

    status: int | None = None
    code: str | None = None
    message: str = ""
    retry_after: float | None = None
    partial: str = ""


class _Failure(Exception):
    def __init__(self, summary: str, told: Told | None = None) -> None:
        """Keep what is known beside the summary."""
        super().__init__(summary)
        self.told = told or Told()

    @property
    def status(self) -> int | None:
        """The HTTP status; None where the failure had none."""
        return self.told.status

    @property
    def code(self) -> str | None:
        """The upstream's own code."""
        return self.told.code

    @property
    def message(self) -> str:
        """The upstream's own words, bounded."""
        return self.told.message

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, as the upstream asked."""
        return self.told.retry_after

    @property
    def partial(self) -> str:
        """The text that was yielded before the failure."""
        return self.told.partial


class RequestRefused(_Failure, ValueError):
    """The caller must change something."""


class UpstreamFailed(_Failure, RuntimeError):
    """The same call may succeed later."""


ProviderError = RequestRefused | UpstreamFailed


def family(status: int) -> type[RequestRefused] | type[UpstreamFailed]:
    """Tell which family a status belongs to."""
    return RequestRefused if status in _REFUSALS else UpstreamFailed


def from_reply(status: int, headers: Mapping[str, str], body: bytes, secrets: Iterable[str] = ()) -> ProviderError:
    """Make the exception of an HTTP status; the body serves for the message alone."""
    message, code = words(body)
    message = redacted(message, secrets)
    code = None if code is None else redacted(code, secrets)
    name = HTTPStatus(status).phrase if status in _KNOWN_STATUSES else "unknown status"
    parts = [f"status {status} {name}", *([f"code {code}"] if code else []), *([message] if message else [])]
    return family(status)(": ".join(parts), Told(status, code, message, retry_after(headers.get("retry-after"))))


def words(body: bytes) -> tuple[str, str | None]:
    """Give the upstream's message and raw code: JSON of the usual shapes, the title of a page, or text; bounded."""
    text = body.decode(errors="replace").strip()
    if re.match(r"<(!doctype|html|head|body)", text, re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return bounded(f"an HTML page: {title.group(1)}" if title else "an HTML page"), None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return bounded(text), None
    message, code = _from_json(document)
    return bounded(message or text), code


def _from_json(document: Any) -> tuple[str, str | None]:
    if isinstance(document, list) and document:
        document = document[0]
    if not isinstance(document, dict):
        return (document, None) if isinstance(document, str) else ("", None)
    inner = document.get("error")
    places = [inner, document] if isinstance(inner, dict) else [document]
    if isinstance(inner, str):
        places.insert(0, {"message": inner})
    found = {
        name: value
        for name in ("message", "detail", "statusMessage", "code", "type")
        for place in reversed(places)
        if isinstance(value := place.get(name), str | int) and not isinstance(value, bool)
    }
    message = next((str(found[name]) for name in ("message", "detail", "statusMessage") if name in found), "")
    return message, next((bounded(str(found[name])) for name in ("code", "type") if name in found), None)


def bounded(text: str) -> str:
    """Cut a text to what fits a log line."""
    text = " ".join(text.split())
    return text if len(text) <= _LIMIT else text[:_LIMIT] + "..."


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Replace every secret that a text shows, also as JSON would write it."""
    for secret in secrets:
        for shape in {secret, json.dumps(secret)[1:-1]}:
            text = text.replace(shape, "***")
    return text


def retry_after(value: str | None) -> float | None:
    """Read Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date, as seconds from now; garbage is None."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}(\.\d+)?\s*", value):
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
