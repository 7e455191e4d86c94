"""What an upstream says of its failure, found in the many shapes of error replies. Pure."""

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_MESSAGES = ("message", "Message", "statusMessage", "detail", "error_description", "title", "msg", "reason", "data")
_CODES = ("code", "type", "status", "name")
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_DEPTH = 4


def words(body: bytes, content_type: str = "") -> tuple[str, Any]:
    """Give message and raw code of an error body: JSON of any usual shape, the title of a page, or plain text."""
    text = body.decode(errors="replace").strip()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        page = text.startswith("<") or (text and "html" in content_type.lower())
        return (_title(text) or "an HTML page" if page else " ".join(text.split())), None
    return words_in(document)


def words_in(document: Any, depth: int = _DEPTH) -> tuple[str, Any]:
    """Give message and raw code of an error that came as JSON; the message is empty where there is none."""
    if isinstance(document, str):
        return document, None
    if isinstance(document, list) and document and depth:
        return words_in(document[0], depth - 1)
    if not isinstance(document, Mapping) or not depth:
        return "", None
    error = document.get("error")
    inner, code = ("", None) if isinstance(error, str) else words_in(error, depth - 1)
    told = [inner, *(words_in(document.get(name), depth - 1)[0] for name in _MESSAGES)]
    said = next((text for text in (*told, error) if isinstance(text, str) and text), "")
    codes = (code, error if error != said else None, *(document.get(name) for name in _CODES))
    return said, next((value for value in codes if _is_code(value)), None)


def _is_code(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _title(page: str) -> str:
    low = page.lower()
    start = low.find(">", low.find("<title"))
    end = low.find("</title", start)
    found = "<title" in low and 0 <= start < end and len(low) == len(page)
    return " ".join(html.unescape(page[start + 1 : end]).split()) if found else ""


def wait_of(body: bytes) -> float | None:
    """Give the seconds to wait that an error body tells itself."""
    try:
        return wait_in(json.loads(body))
    except (ValueError, RecursionError):
        return None


def wait_in(document: Any) -> float | None:
    """Give the seconds to wait that an error tells itself: google.rpc.RetryInfo, ``{"retryDelay": "37s"}``."""
    document = document[0] if isinstance(document, list) and document else document
    error = document.get("error") if isinstance(document, Mapping) else None
    details = error.get("details") if isinstance(error, Mapping) else None
    for detail in details if isinstance(details, list) else []:
        told = detail.get("retryDelay") if isinstance(detail, Mapping) else None
        if isinstance(told, str) and _SECONDS.fullmatch(told.removesuffix("s")):
            return float(told.removesuffix("s"))
    return None


def retry_after(value: str | None) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3) as seconds from now; None where it is neither form."""
    value = (value or "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
