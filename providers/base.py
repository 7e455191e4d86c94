"""The seed interface: what a provider class looks like from outside. Knows no HTTP."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from .errors import RequestRefused
from .messages import Messages
from .response import Item

AsyncResult = AsyncIterator[Item]
"""What a call gives: iterate over it, do not await it."""


class AsyncGeneratorProvider:
    """A service that answers a conversation piece by piece."""

    url: str | None = None
    working = False
    needs_auth = False
    supports_stream = True
    supports_message_history = False
    supports_system_message = False

    @classmethod
    def create_async_generator(
        cls, model: str, messages: Messages, proxy: str | None = None, **kwargs: Any
    ) -> AsyncResult:
        """Give the answer: text as it comes, then one FinishReason.

        Raises ValueError where the call must be changed and RuntimeError where it could succeed later, both
        upon iteration.
        """
        raise NotImplementedError


class ProviderModelMixin:
    """Which models a service knows."""

    default_model: str | None = None
    models: ClassVar[list[str]] = []
    """Empty: the list is open, any id is passed on."""
    model_aliases: ClassVar[dict[str, str]] = {}

    @classmethod
    def get_model(cls, model: str | None) -> str | None:
        """Give the id to send: the default for an empty one, an alias's target, else the id itself.

        Raises ValueError where the list is closed and does not have it.
        """
        wanted = model or cls.default_model
        wanted = cls.model_aliases.get(wanted, wanted) if wanted else model
        if cls.models and wanted not in cls.models:
            known = ", ".join([*cls.models, *cls.model_aliases])
            raise RequestRefused(f"{cls.__name__}: expected a model among {known}, got {str(model)[:100]!r}")
        return wanted
