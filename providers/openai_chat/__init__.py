"""OpenAiChat, which speaks OpenAI Chat Completions to its service and to the many that are compatible."""

from .provider import OpenAiChat

__all__ = ["OpenAiChat"]
