"""CohereV2, which speaks Cohere's chat API of version 2."""

from .provider import CohereV2

__all__ = ["CohereV2"]
