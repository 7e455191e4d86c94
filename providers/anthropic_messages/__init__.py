"""AnthropicMessages, which speaks Anthropic's Messages API to its service and to compatible ones."""

from .provider import AnthropicMessages

__all__ = ["AnthropicMessages"]
