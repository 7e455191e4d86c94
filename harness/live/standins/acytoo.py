"""The stand-in for chat.acytoo.com: POST /api/completions, the answer as plain text in chunks.

Refuses with plain text: 404, 405, 415, 400 (not JSON), 422 (payload), 429 (too many calls; gpt4free PR #726).
"""

from collections.abc import Iterator
from typing import Any

from ..service import Asked, Refused, Reply
from ..voice import Voice, recut
from .strict import is_chat, is_temperature, payload, posted

PATH = "/api/completions"
ADVERT = (
    "\n\nYou can try our new always-free website: https://chat.acytoo.com\n"
    "Or telegram bot @chatacytoo_bot\n"
    "For developers, you can use https://api.acytoo.net directly."
)
"""What the service appended to answers from September 2023 on (gpt4free issue #900)."""


class Acytoo:
    """Answers as the service did; ``calls_left`` counts down to the rate limit."""

    def __init__(self, voice: Voice, *, calls_left: int = 100, advert: bool = False) -> None:
        self._voice = voice
        self._calls_left = calls_left
        self._advert = advert

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        if self._calls_left < 1:
            raise Refused(_refusal(429, "Too Many Requests"))
        body = payload(
            asked,
            {
                "key": "",
                "model": "gpt-3.5-turbo",
                "messages": is_chat,
                "temperature": is_temperature,
                "password": "",
            },
            _refusal,
        )
        self._calls_left -= 1
        return Reply(recut(self._tokens(body)), "text/plain; charset=utf-8", chunked=True)

    def _tokens(self, body: dict[str, Any]) -> Iterator[str]:
        yield from self._voice.say(body["messages"], body["temperature"])
        if self._advert:
            yield ADVERT


def _refusal(status: int, message: str) -> Reply:
    return Reply((message.encode(),), "text/plain; charset=utf-8", status)
