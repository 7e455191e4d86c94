"""AiAsk: plain text, streamed; a used-up quota is one whole sentence under status 200. Never imports its contract."""

from typing import Any

from ..base import AsyncGeneratorProvider, answer
from ..http import Request, join, post
from ..messages import AsyncResult, Messages
from ..response import FinishReason
from ..sentence import Withheld

_QUOTA = "您的免费额度不够使用这个模型啦，请点击右上角登录继续使用！"  # noqa: RUF001  full-width marks, verbatim


class AiAsk(AsyncGeneratorProvider):
    """e.aiask.me: one fixed model, the answer as raw UTF-8."""

    url = "https://e.aiask.me"
    supports_message_history = True

    @classmethod
    @answer
    async def create_async_generator(
        cls,
        model: str,  # noqa: ARG003  the service has one model
        messages: Messages,
        proxy: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
    ) -> AsyncResult:
        """Yield the body as it comes, unless the whole of it is the quota sentence; a complete one is ``stop``."""
        headers = {"Accept": "application/json, text/plain, */*", "Origin": cls.url, "Referer": f"{cls.url}/chat"}
        body: dict[str, Any] = {
            "continuous": True,
            "id": "fRMSQtuHl91A4De9cCvKD",
            "list": messages,
            "models": "0",
            "prompt": "",
            "temperature": 0.5,
            "title": "",
        }
        request = Request(join(base_url or cls.url, "/v1/chat/gpt/"), headers, body)
        withheld = Withheld(_QUOTA)
        async with post(request, proxy=proxy, timeout=timeout, refuse=("text/html", "application/json")) as reply:
            async for text in reply.texts():
                for part in withheld.feed(text):
                    yield part
        for part in withheld.end():
            yield part
        yield FinishReason("stop")
