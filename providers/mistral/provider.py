"""Mistral: Chat Completions in the dialect of Mistral's own service."""

from typing import Any, ClassVar

from ..openai_chat.provider import OpenAiChat


class Mistral(OpenAiChat):
    """As OpenAiChat; usage comes unasked, and ``stream_options`` would be refused as unknown.

    Options have Mistral's names: ``random_seed``, ``safe_prompt``.
    """

    url = "https://api.mistral.ai/v1"
    stream_members: ClassVar[dict[str, Any]] = {}
