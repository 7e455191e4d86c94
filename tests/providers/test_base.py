from typing import ClassVar

import pytest

from providers.base import AsyncGeneratorProvider, ProviderModelMixin
from providers.errors import RequestRefused
from providers.response import FinishReason


class Closed(ProviderModelMixin):
    default_model = "a"
    models: ClassVar = ["a", "b/C:1@x"]
    model_aliases: ClassVar = {"short": "b/C:1@x"}


class Open(ProviderModelMixin):
    default_model = "a"


def test_the_interface_is_the_seeds():
    base = AsyncGeneratorProvider
    assert (base.url, base.working, base.needs_auth, base.supports_stream) == (None, False, False, True)
    assert (base.supports_message_history, base.supports_system_message) == (False, False)
    with pytest.raises(NotImplementedError):
        base.create_async_generator("", [])


@pytest.mark.parametrize(
    ("provider", "model", "sent"),
    [
        (Closed, "", "a"),
        (Closed, None, "a"),
        (Closed, "short", "b/C:1@x"),
        (Closed, "b/C:1@x", "b/C:1@x"),
        (Open, "", "a"),
        (Open, "any/Thing", "any/Thing"),
        (ProviderModelMixin, "", ""),
        (ProviderModelMixin, None, None),
    ],
)
def test_a_model_is_the_default_an_alias_or_itself(provider, model, sent):
    assert provider.get_model(model) == sent


@pytest.mark.parametrize("model", ["A", "a ", "gpt", "x" * 1_000])
def test_an_unknown_model_of_a_closed_list_is_refused(model):
    with pytest.raises(RequestRefused, match="among a, b/C:1@x, short") as caught:
        Closed.get_model(model)
    assert len(str(caught.value)) < 200


def test_finish_is_known_by_its_class_name():
    assert type(FinishReason("stop")).__name__ == "FinishReason"
