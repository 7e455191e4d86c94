"""Misfits of SEC: each breaks one step of a sound provider."""

import logging

from ground import Backend


class PutsTheKeyIntoTheUrl(Backend):
    """Sends the key where access logs keep it."""

    fails = "SEC-01"

    @classmethod
    def request(cls, client, target, content, options):
        key = options.get("api_key")
        return super().request(client, f"{target}?key={key}" if key else target, content, options)


class SendsTheKeyTwice(Backend):
    """Adds the header that other services want."""

    fails = "SEC-01"

    @classmethod
    def headers(cls, options):
        return {**super().headers(options), "authorization": f"Bearer {options.get('api_key')}"}


class LogsTheKey(Backend):
    """Tells the log what it was given."""

    fails = "SEC-02"

    @classmethod
    def check(cls, messages, options):
        logging.getLogger(__name__).debug("options: %s", options)
        super().check(messages, options)


class RepeatsTheKey(Backend):
    """Shows what the upstream echoes."""

    fails = "SEC-02"

    @classmethod
    async def check_status(cls, response, options):
        await super().check_status(response, {name: options[name] for name in options if name != "api_key"})
