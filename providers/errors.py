"""What a provider may raise: ValueError if the caller must change something, RuntimeError if it could succeed later.

Owns the two exceptions and the choice between them. Knows no HTTP library.
"""

import html
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

_REFUSED = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
_LIMIT = 500
"""Characters of the upstream's words that are shown."""
_ROUGH_LIMIT = 8_000
"""What is kept until secrets have been hidden: cutting first could leave half a secret that no search finds."""
_CODE_LIMIT = 100
_SHORTEST_SECRET = 4
"""Anything shorter stands in ordinary words too."""


class Failure(Exception):
    """What both exceptions carry; raise one of the two families below.

    ``status`` is the HTTP status, ``code`` the upstream's raw code, ``message`` its words (at most 500
    characters), ``retry_after`` the seconds it asked to wait, ``partial`` the answer text that had come.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: Any = None, retry_after: float | None = None
    ) -> None:
        self.status = status
        self.code = None if code is None else shortened(str(code), _ROUGH_LIMIT)
        self.message = shortened(message, _ROUGH_LIMIT)
        self.retry_after = retry_after
        self.partial = ""
        super().__init__(self._summary())

    def _summary(self) -> str:
        head = [] if self.status is None else [f"HTTP {self.status}"]
        if self.code is not None and self.code not in self.message:
            head.append(f"({self.code})")
        return f"{' '.join(head)}: {self.message}" if head else self.message

    def settle(self, partial: str, secrets: Iterable[str]) -> None:
        """Note the text that had come, hide the secrets, then shorten message and code."""
        self.partial = partial
        for secret in secrets:
            self.message, self.partial = hidden(self.message, secret), hidden(self.partial, secret)
            self.code = None if self.code is None else hidden(self.code, secret)
        self.message = shortened(self.message, _LIMIT)
        self.code = None if self.code is None else shortened(self.code, _CODE_LIMIT)
        self.args = (self._summary(),)


class RequestRefused(Failure, ValueError):
    """The very call cannot succeed: the caller must change something."""


class UpstreamFailed(Failure, RuntimeError):
    """The very call could succeed later: wait, go elsewhere, or tell the upstream."""


def failure(
    message: str, *, status: int | None = None, code: Any = None, retry_after: float | None = None
) -> RequestRefused | UpstreamFailed:
    """Give the exception that an HTTP status becomes; without a status it is the upstream's fault."""
    family = RequestRefused if status in _REFUSED else UpstreamFailed
    return family(message, status=status, code=code, retry_after=retry_after)


def shortened(text: str, limit: int = _LIMIT) -> str:
    """Give at most so many characters, the last one an ellipsis where some are missing."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def hidden(text: str, secret: str) -> str:
    """Put ``***`` in the place of a secret, as it is and as URLs, JSON, HTML and Python write it."""
    if len(secret) < _SHORTEST_SECRET:
        return text
    written = {quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1], html.escape(secret), repr(secret)[1:-1]}
    for form in sorted({secret, *written}, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
