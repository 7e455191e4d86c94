"""The seed interface, and ``answer``, which turns the description of an answer into it. Knows nothing of HTTP."""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar

from .errors import RequestRefused, UpstreamFailed
from .messages import AsyncResult, Messages, checked
from .response import FinishReason, RawResponse

Generate = Callable[..., AsyncIterator[Any]]


class AsyncGeneratorProvider:
    """A class that asks an upstream and yields its answer piece by piece."""

    url: ClassVar[str | None] = None
    working: ClassVar[bool] = False
    needs_auth: ClassVar[bool] = False
    supports_stream: ClassVar[bool] = True
    supports_message_history: ClassVar[bool] = False
    supports_system_message: ClassVar[bool] = False

    @classmethod
    def create_async_generator(
        cls, model: str, messages: Messages, proxy: str | None = None, **kwargs: Any
    ) -> AsyncResult:
        """Yield text and at last one FinishReason; raise ValueError or RuntimeError."""
        raise NotImplementedError


class ProviderModelMixin:
    """Which models a provider serves. A non-empty ``models`` is a closed list."""

    default_model: ClassVar[str | None] = None
    models: ClassVar[list[str]] = []
    model_aliases: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def get_model(cls, model: str | None) -> str:
        """Give the default for an empty model, an alias's target, or the model itself; ValueError if unknown."""
        if not model:
            return cls.default_model or ""
        model = cls.model_aliases.get(model, model)
        if cls.models and model not in cls.models:
            raise RequestRefused(f"expected a model of {cls.__name__}: {', '.join(cls.models)}; got {model!r}")
        return model


def answer(generate: Generate) -> Generate:
    """Make an async generator of the seed interface from one that yields text and, when complete, a FinishReason.

    It refuses unknown options and unusable messages before any I/O, hands on copies, closes what it opened
    when the caller leaves, notes the text already yielded on the exception, and holds the FinishReason back
    to the end. An answer without text, or one that ends without FinishReason, is an UpstreamFailed.
    """
    parameters = inspect.signature(generate).parameters.values()
    known = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)

    @functools.wraps(generate)
    async def create_async_generator(
        cls: type, model: str, messages: Messages, proxy: str | None = None, **options: Any
    ) -> AsyncIterator[Any]:
        if not takes_any:
            options = _admitted(cls, options, known)
        given = checked(messages)
        finish, yielded = None, ""
        try:
            async with aclosing(generate(cls, model, given, proxy, **options)) as items:  # type: ignore[type-var]
                async for item in items:
                    if isinstance(item, FinishReason):
                        finish = item
                        continue
                    yielded += str(item) if isinstance(item, str | RawResponse) else ""
                    yield item
            _require_complete(finish, yielded)
        except (RequestRefused, UpstreamFailed) as error:
            error.told = replace(error.told, partial=yielded)
            raise
        yield finish

    return create_async_generator


def _admitted(cls: type, options: dict[str, Any], known: list[str]) -> dict[str, Any]:
    """Refuse what the provider cannot take; ``stream=True`` asks for what it does anyway."""
    unknown = [name for name in options if name not in known and not (name == "stream" and options[name] is True)]
    if unknown:
        raise RequestRefused(f"expected options of {cls.__name__}: {', '.join(known)}; got {', '.join(unknown)}")
    return {name: value for name, value in options.items() if name in known}


def _require_complete(finish: FinishReason | None, yielded: str) -> None:
    if finish is None:
        raise UpstreamFailed("the answer ended before it was complete")
    if not yielded:
        raise UpstreamFailed("the answer is empty")
