"""What every answer has in common: the check of the call before any I/O, and the one finish at its end.

A provider's generator describes what is its own: the request, and what its events mean.
"""

import functools
import inspect
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from .errors import Failure, RequestRefused, UpstreamFailed
from .messages import require_messages
from .request import to_json
from .response import FinishReason, Item, ToolCalls

_MAY_BE_EMPTY = {"tool_calls", "content_filter", "length"}
"""Finishes that tell why there is no text: a model can think until its length is used up."""


def answer(generate: Callable[..., Any]) -> Callable[..., AsyncIterator[Item]]:
    """Turn a provider's generator into one that a caller can trust.

    Before any I/O: ValueError for an option that ``generate`` does not name (``stream=True`` says nothing new
    and passes), for unusable messages, model or key. The messages handed on are copies.

    Then: the items as they come, blank texts left out. The finish is held back until all is read and the
    connection closed, so it is the last item and there is one. An answer without it, or without text whose finish
    does not tell why, is RuntimeError. Exceptions of ours get the text that had come, and lose the key. Closing
    closes all at once.
    """
    known, is_open = _options(generate)

    @functools.wraps(generate)
    async def create_async_generator(
        cls: type, model: str | None, messages: Any, proxy: str | None = None, **options: Any
    ) -> AsyncIterator[Item]:
        parts: list[str] = []
        called = False
        try:
            if not is_open:
                options = _refuse_unknown(cls, known, options)
            _require_key(options.get("api_key"))
            copies = _usable(model, messages)
            async with aclosing(generate(cls, model, copies, proxy, **options)) as items:
                finish = None
                async for item in items:
                    if isinstance(item, FinishReason):
                        finish = finish or item
                    elif not isinstance(item, str) or item:
                        parts.append(str(item))
                        called = called or isinstance(item, ToolCalls)
                        yield item
            yield _complete(finish, any(parts) or called)
        except Failure as error:
            error.settle("".join(parts), _secrets(options))
            raise

    return create_async_generator


def _options(generate: Callable[..., Any]) -> tuple[list[str], bool]:
    """Give the options that the generator names, and whether it takes any other."""
    parameters = inspect.signature(generate).parameters.values()
    known = sorted(parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY)
    return known, any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)


def _refuse_unknown(cls: type, known: list[str], options: dict[str, Any]) -> dict[str, Any]:
    if options.get("stream") is True:
        options = {name: value for name, value in options.items() if name != "stream"}
    for name in options:
        if name not in known:
            raise RequestRefused(f"{cls.__name__}: expected options among {', '.join(known)}, got {name!r}")
    return options


def _require_key(key: Any) -> None:
    """Raise ValueError for a key that no header could carry, without showing it."""
    if key is not None and not (isinstance(key, str) and key and all("!" <= character <= "~" for character in key)):
        raise RequestRefused("api_key: expected printable ASCII without blanks, got another value")


def _secrets(options: dict[str, Any]) -> list[str]:
    """Give the key, and what the credentials hold."""
    credentials = options.get("credentials")
    held = credentials.values() if isinstance(credentials, Mapping) else ()
    return [secret for secret in (options.get("api_key"), *held) if isinstance(secret, str)]


def _usable(model: Any, messages: Any) -> Any:
    if model is not None and not isinstance(model, str):
        raise RequestRefused(f"model: expected a str, got a value of type {type(model).__name__}")
    require_messages(messages)
    return json.loads(to_json(messages, "messages"))


def _complete(finish: FinishReason | None, answered: bool) -> FinishReason:  # noqa: FBT001
    if finish is None:
        raise UpstreamFailed("the answer ended before its finish")
    if not answered and finish.reason not in _MAY_BE_EMPTY:
        raise UpstreamFailed("expected an answer, got one without any text")
    return finish
