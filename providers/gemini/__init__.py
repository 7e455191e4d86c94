"""Gemini, which speaks Google's generateContent to its service, to Vertex AI and to what is compatible."""

from .provider import Gemini

__all__ = ["Gemini"]
