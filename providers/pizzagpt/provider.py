"""Pizzagpt: one JSON document; misuse and errors come under status 200. Never imports its contract."""

import json
from typing import Any

from ..base import AsyncGeneratorProvider, ProviderModelMixin, answer
from ..errors import RequestRefused, Told, UpstreamFailed, family, words
from ..http import Request, join, post
from ..messages import AsyncResult, Messages, format_prompt
from ..response import FinishReason

_MISUSE = "misuse detected. please get in touch"
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36"


class Pizzagpt(AsyncGeneratorProvider, ProviderModelMixin):
    """www.pizzagpt.it: one question, one answer; the model is not asked for."""

    url = "https://www.pizzagpt.it"
    default_model = "gpt-4o-mini"
    models = [default_model]  # noqa: RUF012  the seed interface has plain lists

    @classmethod
    @answer
    async def create_async_generator(
        cls,
        model: str,  # noqa: ARG003  never sent
        messages: Messages,
        proxy: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
    ) -> AsyncResult:
        """Yield the content of the document; a complete one is ``stop``."""
        headers = {
            "Accept": "application/json",
            "Accept-Language": "en-US,en;q=0.9",
            "Origin": cls.url,
            "Referer": f"{cls.url}/en",
            "User-Agent": _AGENT,
            "X-Secret": "Marinara",
        }
        request = Request(
            join(base_url or cls.url, "/api/chatx-completion"), headers, {"question": format_prompt(messages)}
        )
        async with post(request, proxy=proxy, timeout=timeout) as reply:
            yield _content(await reply.document())
        yield FinishReason("stop")


def _content(document: Any) -> str:
    """Find the answer, or tell why there is none."""
    members = document if isinstance(document, dict) else {}
    answered = members.get("answer", members)
    content = answered.get("content") if isinstance(answered, dict) else None
    if isinstance(content, str) and content:
        if content.lower().startswith(_MISUSE):
            raise RequestRefused(content, Told(message=content))
        return content
    message, code = words(json.dumps(document, ensure_ascii=False).encode())
    status = members.get("statusCode")
    if isinstance(status, int):
        raise family(status)(f"status {status} within the answer: {message}", Told(status, code, message))
    raise UpstreamFailed(f"expected an answer with content, got {message}", Told(message=message))
