from dataclasses import replace

import pytest

from harness import stop_value
from harness.framing import Event, matches
from harness.stop_value import StopValue
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.openai_chat.contract import CONTRACT as CHAT
from providers.openai_responses.contract import CONTRACT as RESPONSES

WRITTEN = {"done": {"kind": "end", "why": None}, "*": {"kind": "cut"}}
WHERE = StopValue("why.word", WRITTEN)


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ({"kind": "end", "why": None}, "done"),
        ({"kind": "end"}, "done"),
        ({"kind": "cut", "why": {"word": "length"}}, "length"),
        ({"kind": "cut", "why": {"word": ""}}, ""),
        ({"kind": "cut"}, None),
    ],
    ids=ascii,
)
def test_a_stop_value_is_read_at_its_path_or_known_by_its_members(value, raw):
    assert WHERE.of(value) == raw


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("done", {"kind": "end", "why": None}),
        ("length", {"kind": "cut", "why": {"word": "length"}}),
        (7, {"kind": "cut", "why": {"word": 7}}),
    ],
    ids=ascii,
)
def test_a_stop_value_is_put_with_all_that_tells_it(raw, value):
    before = {"kind": "end", "why": None}
    assert WHERE.put(before, raw) == value
    assert before == {"kind": "end", "why": None}


def test_all_places_that_tell_it_are_known():
    assert WHERE.paths == ("why.word", "kind", "why")
    assert StopValue("finish").put({}, "stop") == {"finish": "stop"}


def test_a_contract_tells_where():
    assert (stop_value.in_events(ACYTOO), stop_value.in_documents(ACYTOO)) == (None, None)
    assert stop_value.in_events(CHAT) == stop_value.in_documents(CHAT) == StopValue("choices[0].finish_reason")


def test_the_name_of_an_event_follows_its_stop_value():
    ended = Event({"type": "response.completed", "response": {"status": "completed"}}, "response.completed")
    cut = stop_value.stopped(RESPONSES, ended, "max_output_tokens")
    response = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert cut == Event({"type": "response.incomplete", "response": response}, "response.incomplete")
    unnamed = stop_value.stopped(RESPONSES, replace(ended, name=None), "max_output_tokens")
    assert unnamed == replace(cut, name=None)
    assert stop_value.stopped(ACYTOO, ended, "x") == replace(ended, name=None)


def test_a_match_may_leave_a_choice():
    assert [matches({"type": ("a", "b")}, {"type": kind}) for kind in ("a", "b", "c", ("a", "b"))] == [
        True,
        True,
        False,
        True,
    ]
