"""AiAsk: plain text from e.aiask.me, with its quota told in a sentence."""

from .provider import AiAsk as AiAsk
