import copy
import pickle

import pytest

from providers.response import FinishReason, RawResponse, Reasoning, ToolCalls, Usage


def test_finish_reason_has_the_seeds_dictionary_and_no_text():
    finish = FinishReason("unknown", raw="eos")
    assert (finish.get_dict(), str(finish), finish.raw) == ({"reason": "unknown"}, "", "eos")


def test_members_of_an_event_are_attributes():
    raw = RawResponse(type="finish", finish={"reason": "stop"}, _x=1)
    assert (raw.type, raw.finish, raw._x) == ("finish", {"reason": "stop"}, 1)
    with pytest.raises(AttributeError, match="got 'content'"):
        _ = raw.content


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"type": "content", "content": "a"}, "a"),
        ({"type": "content", "content": [{"type": "text", "text": "a"}]}, "a"),
        ({"type": "content", "content": None}, ""),
        ({"type": "reasoning", "content": "a"}, ""),
        ({}, ""),
    ],
)
def test_its_text_is_that_of_a_content_event(event, text):
    assert str(RawResponse(**event)) == text


def test_hostile_names_break_nothing():
    event = dict.fromkeys(("get_dict", "__class__", "self", "_event", "not a name", "__deepcopy__", "__str__"), 1)
    raw = RawResponse(**event)
    assert raw.get_dict() == event
    assert type(raw) is RawResponse
    assert raw.self == 1
    assert getattr(raw, "not a name") == 1
    assert str(raw) == ""
    assert repr(raw) == f"RawResponse({event!r})"
    assert copy.deepcopy(raw) == raw
    assert pickle.loads(pickle.dumps(raw)) == raw  # noqa: S301  our own bytes
    assert raw != RawResponse()
    assert raw != event


def test_other_items_carry_no_answer_text():
    items = [Usage(1, 2, 3), Reasoning("hm"), ToolCalls(({"name": "f"},))]
    assert [str(item) for item in items] == ["", "", ""]
