"""Acytoo, which speaks to chat.acytoo.com."""

from .provider import Acytoo

__all__ = ["Acytoo"]
