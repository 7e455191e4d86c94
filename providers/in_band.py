"""The exception that an error becomes which comes after status 200: by its status, type or code. No I/O."""

from collections.abc import Mapping
from typing import Any

from .errors import Failure, RequestRefused, UpstreamFailed, failure
from .wording import wait_in, words_in

_REFUSALS = {
    "authentication_error",
    "content_filter",
    "content_policy_violation",
    "context_length_exceeded",
    "exceed_context_size_error",
    "failed_to_download_image",
    "invalid_request_error",
    "model_not_found",
    "not_found_error",
    "permission_error",
    "request_too_large",
    "validation",
}
_REFUSING = ("empty_image", "image_", "invalid_", "unsupported_")
"""Types and codes that mean that the call must be changed, whole and by their beginning."""
_KINDS = ("code", "type", "status_code", "status")
_FIRST_STATUS, _LAST_STATUS = 400, 599


def error_in(event: Mapping[str, Any], error: Any) -> Failure:
    """Give the exception; ``error`` is the object that tells the kind, within the event that has the words."""
    said, code = words_in(event)
    said = said or "an error without explanation"
    kinds = [error.get(name) for name in _KINDS] if isinstance(error, Mapping) else [event.get("error_type")]
    status = next((number for kind in kinds if (number := _status(kind)) is not None), None)
    if status is not None:
        return failure(said, code=code, status=status, retry_after=wait_in(event))
    return (RequestRefused if any(map(_refuses, kinds)) else UpstreamFailed)(said, code=code)


def _refuses(kind: Any) -> bool:
    return isinstance(kind, str) and (kind in _REFUSALS or kind.startswith(_REFUSING))


def _status(value: Any) -> int | None:
    """Read a code that is an HTTP status, as a number or as digits."""
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) == len("400") else value
    whole = isinstance(number, int) and not isinstance(number, bool)
    return number if whole and _FIRST_STATUS <= number <= _LAST_STATUS else None
