"""Pizzagpt: one JSON document from www.pizzagpt.it."""

from .provider import Pizzagpt as Pizzagpt
