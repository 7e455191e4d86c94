"""Acytoo: plain text, streamed. Never imports its contract."""

from typing import Any

from ..base import AsyncGeneratorProvider, answer
from ..http import Request, join, post
from ..messages import AsyncResult, Messages
from ..response import FinishReason


class Acytoo(AsyncGeneratorProvider):
    """chat.acytoo.com: one fixed model, the answer as raw UTF-8."""

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
        """Yield the body as it comes; a complete one is ``stop``."""
        body: dict[str, Any] = {
            "key": "",
            "model": "gpt-3.5-turbo",
            "messages": messages,
            "temperature": temperature,
            "password": "",
        }
        request = Request(join(base_url or cls.url, "/api/completions"), {"Accept": "*/*"}, body)
        async with post(request, proxy=proxy, timeout=timeout, refuse=("text/html", "application/json")) as reply:
            async for text in reply.texts():
                yield text
        yield FinishReason("stop")
