from dataclasses import replace

import pytest

from harness.cassette import store
from harness.errors import UsageError
from harness.live.usual import answers, calls
from harness.target import CASSETTES, contract_named


def contract(name):
    return contract_named(name, name)


def test_every_api_is_asked_for_answers_of_three_kinds():
    found = calls(contract("pizzagpt"))
    assert {name: [one["role"] for one in call.messages] for name, call in found.items()} == {
        "one-turn": ["user"],
        "conversation": ["system", "user", "assistant", "user"],
        "unicode": ["user"],
    }
    assert {(call.model, *call.options) for call in found.values()} == {("",)}


def test_answers_are_kept_short_and_both_modes_are_asked_for():
    found = calls(contract("openai_chat"), "m")
    assert {name: call.options for name, call in found.items()} == {
        "one-turn": {"max_tokens": 64},
        "conversation": {"max_tokens": 64},
        "unicode": {"max_tokens": 64},
        "length": {"max_tokens": 8},
        "document": {"max_tokens": 64, "stream": False},
    }
    assert {call.model for call in found.values()} == {"m"}


def test_a_failure_is_no_answer():
    one = store.load(CASSETTES / "acytoo" / "one-turn.yaml")
    failed = store.load(CASSETTES / "acytoo" / "refusal-rate-limit.yaml")
    assert answers({"a": one, "b": failed, "c": "not asked"}) == {
        "a": one,
        "b": "expected an answer, got RuntimeError (status 429)",
        "c": "not asked",
    }


def test_the_model_is_the_contracts_unless_it_is_told():
    flowgpt = contract("flowgpt")
    assert calls(flowgpt)["unicode"].model == flowgpt.model.default
    first = replace(flowgpt, model=replace(flowgpt.model, default=""))
    assert calls(first)["unicode"].model == flowgpt.model.known[0]
    with pytest.raises(UsageError, match="expected the id of a model of openai_chat, got none"):
        calls(contract("openai_chat"))
