"""Pizzagpt: a chat site of 2024 that answers in one JSON document."""

from typing import Any, ClassVar

from ..answer import answer
from ..base import AsyncGeneratorProvider, AsyncResult, ProviderModelMixin
from ..errors import RequestRefused, failure
from ..http import NO_JSON, post
from ..messages import Messages, format_prompt
from ..request import Request, endpoint
from ..response import FinishReason
from ..wording import words_in

_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36"
_MISUSE = "misuse detected. please get in touch"


class Pizzagpt(AsyncGeneratorProvider, ProviderModelMixin):
    """One text from www.pizzagpt.it. The model is the service's own choice and is not sent."""

    url = "https://www.pizzagpt.it"
    default_model = "gpt-4o-mini"
    models: ClassVar[list[str]] = [default_model]

    @classmethod
    @answer
    async def create_async_generator(
        cls,
        model: str,  # noqa: ARG003  see the class
        messages: Messages,
        proxy: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
    ) -> AsyncResult:
        """Answer; the service takes no options."""
        headers = {
            "accept": "application/json",
            "accept-language": "en-US,en;q=0.9",
            "content-type": "application/json",
            "origin": cls.url,
            "referer": f"{cls.url}/en",
            "user-agent": _AGENT,
            "x-secret": "Marinara",
        }
        body = {"question": format_prompt(messages)}
        request = Request(endpoint(base_url, cls.url, "/api/chatx-completion"), headers, body)
        async with post(request, proxy=proxy, timeout=timeout, refused=NO_JSON) as reply:
            document = await reply.json()
        yield _content(document)
        yield FinishReason("stop")


def _content(document: Any) -> str:
    """Give the text of the answer, nested as in 2024 or at the top as later; anything else is a failure."""
    top = document if isinstance(document, dict) else {}
    inner = top["answer"] if isinstance(top.get("answer"), dict) else top
    content = inner.get("content")
    if not isinstance(content, str) or not content:
        raise _failure(document, top)
    if content.lower().startswith(_MISUSE):
        raise RequestRefused(content)
    return content


def _failure(document: Any, top: dict[str, Any]) -> Exception:
    """Read an h3/Nuxt error object; its status counts as if it were the reply's own."""
    said, code = words_in(document)
    status = top.get("statusCode")
    return failure(said or "expected a content, got none", status=status if type(status) is int else None, code=code)
