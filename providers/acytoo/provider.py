"""Acytoo: a chat site of 2023 that streamed plain text."""

from typing import Any

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult
from ..http import post
from ..messages import Messages
from ..request import Request, endpoint
from ..response import FinishReason


class Acytoo(AsyncGeneratorProvider):
    """Plain text from chat.acytoo.com. A complete body is a complete answer; its advert belongs to the text."""

    url = "https://chat.acytoo.com"
    supports_message_history = True

    @classmethod
    @answer
    async def create_async_generator(
        cls,
        model: str,  # noqa: ARG003  the service has one model
        messages: Messages,
        proxy: str | None = None,
        *,
        temperature: float | None = 0.5,
        base_url: str | None = None,
        timeout: float | None = None,
    ) -> AsyncResult:
        """Answer; ``temperature`` is the only option of the service."""
        body: dict[str, Any] = {
            "key": "",
            "model": "gpt-3.5-turbo",
            "messages": messages,
            "temperature": temperature,
            "password": "",
        }
        request = Request(endpoint(base_url, cls.url, "/api/completions"), {"accept": "*/*"}, body)
        async with post(request, proxy=proxy, timeout=timeout) as reply:
            async for text in reply.texts():
                yield text
        yield FinishReason("stop")
