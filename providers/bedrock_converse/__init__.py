"""BedrockConverse, which speaks Converse and ConverseStream of Amazon Bedrock."""

from .provider import BedrockConverse

__all__ = ["BedrockConverse"]
