"""Misfits of REQ that spoil what is given: each breaks one step of a sound provider."""

import base64

from ground import Acytoo, Backend


class SendsNull(Acytoo):
    """Hands an empty turn on as it is."""

    fails = "REQ-07"

    @classmethod
    def check_content(cls, content):
        """Look at nothing."""


class StumblesOverNothing(Acytoo):
    """Takes every content for a str."""

    fails = "REQ-07"

    @classmethod
    def check_content(cls, content):
        content.strip()


class BelievesTheName(Backend):
    """Takes the type of an image from its name."""

    fails = "REQ-09"

    @classmethod
    def media(cls, data, name):
        kind = "jpeg" if name.endswith("jpg") else "png"
        return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


class PrefixesTwice(Backend):
    """Puts a data URI into a data URI."""

    fails = "REQ-09"

    @classmethod
    def media(cls, data, name):
        inner = super().media(data, name)
        return f"{inner.partition(',')[0]},{inner}"
