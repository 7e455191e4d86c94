"""Acytoo: plain text from chat.acytoo.com."""

from .provider import Acytoo as Acytoo
