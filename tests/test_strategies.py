import json
import time

import pytest
from hypothesis import strategies as st

from harness import strategies
from harness.evidence import fail
from harness.recording import Call, Expected
from harness.requirement import Failure
from harness.scenario import Scenario
from harness.script import Chunk, reply
from harness.strategies import TORTURE, calls, contents, for_all, models, retold
from harness.variations.catalogue import applicable
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.codecs import EitherJson, Text
from providers.contract import Codec
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
    monkeypatch.setattr(strategies, "_SHRINKING_SECONDS", 0.05)

    def check(numbers):
        time.sleep(0.02)
        if sum(numbers) > 9:
            raise fail("too much", observed=numbers)

    began = time.monotonic()
    with pytest.raises(Failure) as caught:
        for_all(st.lists(st.integers(0, 1_000), min_size=3), check)
    assert (caught.value.evidence.reason, caught.value.__cause__) == ("too much", None)
    assert time.monotonic() - began < 5


LINES = '{"type": "content", "content": "x"}\n{"type": "finish", "finish": {"reason": "stop"}}\n'


def pieces_of(told):
    return [step.data for step in told.script.steps if isinstance(step, Chunk)]


@pytest.mark.parametrize("contract", [ACYTOO, BACKEND_API], ids=["text", "events"])
def test_an_answer_is_retold_in_many_ways_that_mean_its_text(contract):
    codec = Codec.TEXT if contract is ACYTOO else Codec.NDJSON
    body = b"x" if contract is ACYTOO else LINES.encode()
    recorded = Scenario("s", USUAL, (reply(body),), Expected("x", "stop"))
    ways = drawn(retold(contract, recorded, applicable(contract, codec)))
    assert len({told.script for told in ways}) > 10
    assert {len(pieces_of(told)) for told in ways} >= {1, 3}
    for told in ways:
        decoder = Text() if contract is ACYTOO else EitherJson("type")
        events = [event for piece in pieces_of(told) for event in decoder.feed(piece)] + list(decoder.close())
        texts = events if contract is ACYTOO else [one["content"] for one in events if one["type"] == "content"]
        assert "".join(texts) == told.expected.text


def test_a_cut_is_shrunk_to_one():
    recorded = Scenario("s", USUAL, (reply(b"x"),), Expected("x", "stop"))

    def require_uncut(told):
        if len(pieces_of(told)) > 1:
            raise fail("cut", observed=len(pieces_of(told)))

    with pytest.raises(Failure) as caught:
        for_all(retold(ACYTOO, recorded, ()), require_uncut)
    assert caught.value.evidence.observed == "2"
