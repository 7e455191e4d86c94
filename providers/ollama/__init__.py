"""Ollama, which speaks to a model server on this machine or in the cloud."""

from .provider import Ollama

__all__ = ["Ollama"]
