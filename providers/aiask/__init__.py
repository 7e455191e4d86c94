"""AiAsk, which speaks to e.aiask.me."""

from .provider import AiAsk

__all__ = ["AiAsk"]
