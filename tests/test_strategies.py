import json
import time

import pytest
from hypothesis import strategies as st

from harness import strategies
from harness.evidence import fail
from harness.recording import Call
from harness.requirement import Failure
from harness.strategies import TORTURE, calls, contents, for_all, models
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.flowgpt.contract import CONTRACT as FLOWGPT

USUAL = Call("usual", ())


def drawn(strategy):
    values = []
    for_all(strategy, values.append)
    return values


def test_the_same_is_drawn_every_time():
    assert drawn(calls(FLOWGPT, USUAL)) == drawn(calls(FLOWGPT, USUAL))


def test_conversations_end_with_the_user_and_hold_text_that_can_be_encoded():
    for call in drawn(calls(BACKEND_API, USUAL)):
        assert call.messages[-1]["role"] == "user"
        assert {message["role"] for message in call.messages} <= {"system", "user", "assistant"}
        assert all(message["content"].strip() for message in call.messages)
        json.dumps(call.messages, ensure_ascii=False).encode()


def test_options_are_those_of_the_contract():
    assert {name for call in drawn(calls(FLOWGPT, USUAL)) for name in call.options} == {"temperature"}


def test_models_are_known_where_the_list_is_closed_and_odd_where_it_is_open():
    assert set(drawn(models(FLOWGPT, "usual"))) <= {*FLOWGPT.model.known, *FLOWGPT.model.aliases, ""}
    assert "a/b/c:d@e" in drawn(models(BACKEND_API, "usual"))
    assert set(drawn(models(ACYTOO, "usual"))) == {"usual"}


def test_torture_and_huge_content_are_drawn():
    values = drawn(contents())
    assert TORTURE in values
    assert max(map(len, values)) >= 65_536


def test_a_failure_is_shrunk():
    def check(number):
        if number > 9:
            raise fail("too big", observed=number)

    with pytest.raises(Failure) as caught:
        for_all(st.integers(0, 1_000_000), check)
    assert caught.value.evidence.observed == "10"


def test_shrinking_ends_in_time_with_the_smallest_failure_so_far(monkeypatch):
    monkeypatch.setattr(strategies, "_SHRINKING", 0.05)

    def check(numbers):
        time.sleep(0.02)
        if sum(numbers) > 9:
            raise fail("too much", observed=numbers)

    began = time.monotonic()
    with pytest.raises(Failure) as caught:
        for_all(st.lists(st.integers(0, 1_000), min_size=3), check)
    assert (caught.value.evidence.reason, caught.value.__cause__) == ("too much", None)
    assert time.monotonic() - began < 5
