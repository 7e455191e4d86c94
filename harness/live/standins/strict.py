"""How a stand-in looks at a request: exactly what is documented, or it is turned down."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..service import Asked, Refused, Reply

Refusal = Callable[[int, str], Reply]
"""Makes the reply of a service that turns a request down, from status and message."""

_ABSENT = object()


def posted(asked: Asked, path: str, refuse: Refusal) -> None:
    """Insist on this path (404), the method POST (405) and a JSON body (415)."""
    if asked.path != path:
        raise Refused(refuse(404, f"no such path: {asked.path}"))
    if asked.method != "POST":
        raise Refused(refuse(405, f"method {asked.method} is not allowed"))
    if asked.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(refuse(415, "content-type must be application/json"))


def with_headers(asked: Asked, wanted: Mapping[str, str], status: int, refuse: Refusal) -> None:
    """Insist on these header values; any other is refused with this status."""
    for name, value in wanted.items():
        if asked.headers.get(name) != value:
            raise Refused(refuse(status, f"header {name} is missing or wrong"))


def bearer(asked: Asked, refuse: Refusal) -> None:
    """Insist on a key, whichever (401)."""
    if not re.fullmatch(r"Bearer \S+", asked.headers.get("authorization", "")):
        raise Refused(refuse(401, "invalid api token"))


def payload(
    asked: Asked, members: Mapping[str, Any], refuse: Refusal, optional: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give the body, a JSON object (400) with these members, perhaps the optional ones, and no other (422).

    A member is given by its very value, or by a predicate that its value meets.
    """
    allowed = {**(optional or {}), **members}
    try:
        body = json.loads(asked.body)
    except ValueError:
        raise Refused(refuse(400, "the body is not JSON")) from None
    if not isinstance(body, dict):
        raise Refused(refuse(400, "the body is not a JSON object"))
    for name in members.keys() | body.keys():
        if not _fits(body.get(name, _ABSENT), allowed.get(name, _ABSENT)):
            raise Refused(refuse(422, f"member {name} is missing, wrong or unknown"))
    return body


def _fits(value: object, wanted: object) -> bool:
    if value is _ABSENT or wanted is _ABSENT:
        return False
    if callable(wanted):
        return bool(wanted(value))
    return type(value) is type(wanted) and value == wanted


def is_text(value: object) -> bool:
    """Tell whether this is text that says something."""
    return isinstance(value, str) and bool(value.strip())


def is_temperature(value: object) -> bool:
    """Tell whether this is a number from 0 to 2."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 2  # noqa: PLR2004


def is_number(value: object) -> bool:
    """Tell whether this is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Tell whether this is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_message(value: object) -> bool:
    """Tell whether this is one message: a role and text, nothing else."""
    roles = {"system", "user", "assistant"}
    return (
        isinstance(value, dict)
        and value.keys() == {"role", "content"}
        and value["role"] in roles
        and isinstance(value["content"], str)
    )


def is_chat(value: object) -> bool:
    """Tell whether this is a conversation of at least one message."""
    return isinstance(value, list) and bool(value) and all(map(is_message, value))
