"""Pizzagpt, which speaks to www.pizzagpt.it."""

from .provider import Pizzagpt

__all__ = ["Pizzagpt"]
