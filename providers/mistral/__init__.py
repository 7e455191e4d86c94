"""Mistral, which speaks Mistral's dialect of Chat Completions."""

from .provider import Mistral

__all__ = ["Mistral"]
