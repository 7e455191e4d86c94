"""The stand-in for e.aiask.me: POST /v1/chat/gpt/, the answer as plain text in chunks.

Refuses with JSON: 404, 405, 415, 403 (origin, referer), 400 (not JSON), 422 (payload). A used-up quota is no
refusal by status: status 200 and one sentence (clients of the service compare the whole text with it).
"""

from ..service import Asked, Reply, json_reply
from ..voice import Voice, recut
from .strict import is_chat, payload, posted, with_headers

PATH = "/v1/chat/gpt/"
QUOTA = "您的免费额度不够使用这个模型啦，请点击右上角登录继续使用！"  # noqa: RUF001  full-width marks, verbatim
_TEMPERATURE = 0.5
_HEADERS = {"origin": "https://e.aiask.me", "referer": "https://e.aiask.me/chat"}


class AiAsk:
    """Answers as the service did; ``calls_left`` counts down to the end of the free quota."""

    def __init__(self, voice: Voice, *, calls_left: int = 100) -> None:
        self._voice = voice
        self._calls_left = calls_left

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request, or raise ``Refused``."""
        posted(asked, PATH, _refusal)
        with_headers(asked, _HEADERS, 403, _refusal)
        body = payload(
            asked,
            {
                "continuous": True,
                "id": "fRMSQtuHl91A4De9cCvKD",
                "list": is_chat,
                "models": "0",
                "prompt": "",
                "temperature": _TEMPERATURE,
                "title": "",
            },
            _refusal,
        )
        self._calls_left -= 1
        tokens = (
            self._voice.say(body["list"], _TEMPERATURE) if self._calls_left >= 0 else iter((QUOTA[:11], QUOTA[11:]))
        )
        return Reply(recut(tokens), "text/plain; charset=utf-8", chunked=True)


def _refusal(status: int, message: str) -> Reply:
    return json_reply({"message": message}, status)
