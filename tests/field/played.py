"""Plays an exchange of others to our provider of its API."""

import tempfile
from dataclasses import replace

import pytest
from oracle_facts import arguments

from harness.builtin import known
from harness.driver import KEY, Driver
from harness.recording import Call, Expected
from harness.scenario import Scenario, script_of
from harness.target import resolve
from providers.contract import Capability

_CALL = ({"role": "user", "content": "Say hi"},)


def driver_of(exchange, upstream):
    """Give a driver whose only recording is this exchange; skips where we have no provider of the API yet."""
    if exchange.api not in known():
        pytest.skip(f"providers/{exchange.api} is not there")
    with tempfile.TemporaryDirectory() as empty:
        subject = resolve(exchange.api, None, empty)
    return Driver(replace(subject, recordings=(scenario_of(exchange, subject.contract),)), upstream)


def scenario_of(exchange, contract):
    """Give the reply to a call of ours: what a provider makes of it may not depend on what others asked."""
    told = exchange.told()
    key = {"api_key": KEY} if Capability.API_KEY in contract.capabilities else {}
    mode = contract.document.options if exchange.whole and contract.document else {}
    expected = Expected(told.text, told.finish, None if told.error is None else "RuntimeError")
    return Scenario(
        exchange.name, Call("model-1", _CALL, {**key, **mode}), (script_of(exchange.interaction),), expected
    )


def calls_of(transcript):
    """Give the calls as the oracles tell them."""
    return [(call["id"], call["name"], arguments(call["arguments"])) for call in transcript.calls]


def usage_of(transcript):
    """Give the one usage that was reported, None where there was none."""
    assert len(transcript.usages) <= 1, "usage is told once"
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return next((tuple(usage[name] for name in names) for usage in transcript.usages), None)
