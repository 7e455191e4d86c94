"""OpenAiResponses, which speaks OpenAI's Responses API."""

from .provider import OpenAiResponses

__all__ = ["OpenAiResponses"]
