"""AiAsk: a chat site of 2023 that streamed plain text, and told its quota as an answer."""

from typing import Any

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult
from ..http import post
from ..messages import Messages
from ..request import Request, endpoint
from ..response import FinishReason
from ..sentence import Withheld

_QUOTA = "您的免费额度不够使用这个模型啦，请点击右上角登录继续使用！"  # noqa: RUF001  full-width marks, verbatim


class AiAsk(AsyncGeneratorProvider):
    """Plain text from e.aiask.me. An answer that is just the quota sentence is a RuntimeError."""

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
        """Answer; the service takes no options."""
        headers = {
            "accept": "application/json, text/plain, */*",
            "origin": cls.url,
            "referer": f"{cls.url}/chat",
        }
        body: dict[str, Any] = {
            "continuous": True,
            "id": "fRMSQtuHl91A4De9cCvKD",
            "list": messages,
            "models": "0",
            "prompt": "",
            "temperature": 0.5,
            "title": "",
        }
        request = Request(endpoint(base_url, cls.url, "/v1/chat/gpt/"), headers, body)
        quota = Withheld(_QUOTA)
        async with post(request, proxy=proxy, timeout=timeout) as reply:
            async for text in reply.texts():
                for released in quota.feed(text):
                    yield released
        for rest in quota.end():
            yield rest
        yield FinishReason("stop")
