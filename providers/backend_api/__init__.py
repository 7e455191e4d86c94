"""BackendApi, which speaks to any g4f server."""

from .provider import BackendApi

__all__ = ["BackendApi"]
