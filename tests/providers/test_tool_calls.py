import pytest

from providers.openai_chat.calls import TOOL_CALLS
from providers.tool_calls import Assembly


def merged(*chunks):
    assembly = Assembly()
    for chunk in chunks:
        assembly.add(chunk)
    return [(call["id"], call["function"]["name"], call["function"]["arguments"]) for call in assembly.calls()]


def piece(arguments=None, *, name=None, **members):
    return {**members, "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize("sample", TOOL_CALLS, ids=[sample.name for sample in TOOL_CALLS])
def test_every_documented_way_to_send_calls_gives_the_calls(sample):
    chunks = [event["choices"][0]["delta"]["tool_calls"] for event in sample.events]

    assert merged(*chunks) == [(call["id"], call["name"], call["arguments"]) for call in sample.calls]


def test_calls_have_the_shape_of_openai():
    assembly = Assembly()
    assembly.add([piece("{}", name="f", id="a", index=0)])

    assert assembly.calls() == ({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},)


def test_a_custom_tool_takes_free_text():
    began = {"index": 0, "id": "a", "type": "custom", "custom": {"name": "f", "input": "free "}}

    assert merged([began], [{"index": 0, "custom": {"input": "text"}}]) == [("a", "f", "free text")]


@pytest.mark.parametrize(
    ("chunks", "calls"),
    [
        ([None, {}, "x", [None, 1]], []),
        ([[{"index": 0}], [{"index": 0, "function": None}]], [(None, None, "")]),
        ([[piece({"a": "é"}, name="f")]], [(None, "f", '{"a": "é"}')]),
        ([[piece([], name="f")]], [(None, "f", "[]")]),
        ([[piece("1", name="f", index=True)], [piece("2", index=False)]], [(None, "f", "12")]),
        ([[piece("", name="f")], [piece("{}", id="late")]], [("late", "f", "{}")]),
        ([[piece("{}", name="f", id="a")], [piece("{}", id="b")]], [("a", "f", "{}"), ("b", None, "{}")]),
        ([[piece("{}", id="a")]], [("a", None, "{}")]),
        ([[piece("{}")]], [(None, None, "{}")]),
        ([[piece("{}", name="f")], [piece("{}", name="f")]], [(None, "f", "{}"), (None, "f", "{}")]),
        (
            [[piece("{}", name="f", index=0)], [piece("{}", name="g", index=0)]],
            [(None, "f", "{}"), (None, "g", "{}")],
        ),
        (
            [[piece("{}", name="f", index=0)], [piece("{}", name="f", index=0)]],
            [(None, "f", "{}"), (None, "f", "{}")],
        ),
        ([[piece('{"a', name="f", index=0)], [piece('": 1}', name="f", index=0)]], [(None, "f", '{"a": 1}')]),
        ([[piece("{", name="f", id="a", index=0)], [piece("}", index=5)]], [("a", "f", "{}")]),
        ([[piece("{", name="f", id="a", index=0)], [piece("}", id="a", index=5)]], [("a", "f", "{}")]),
        (
            [[piece("{}", name="f", id="a", index=0)], [piece("{}", name="f", id="a", index=1)]],
            [("a", "f", "{}"), ("a", "f", "{}")],
        ),
        (
            [[piece("", name="f", id="a"), piece("", name="g", id="b")], [piece("1"), piece("2")]],
            [("a", "f", "1"), ("b", "g", "2")],
        ),
        ([[piece("", name="f", id="a")], [piece("1"), piece("2")]], [("a", "f", "12")]),
        (
            [
                [piece("1", name="f", id="a", index=0)],
                [piece("2", name="g", id="b", index=0)],
                [piece("3", id="a", index=0), piece("4", index=0)],
            ],
            [("a", "f", "13"), ("b", "g", "24")],
        ),
    ],
    ids=[
        "no list",
        "no function",
        "object",
        "list",
        "bool is no index",
        "id late",
        "id without name",
        "name never",
        "nothing but arguments",
        "whole calls without id and index",
        "index 0 without id, other name",
        "index 0 without id, complete",
        "name repeated",
        "unknown index continues",
        "same id at another index continues",
        "same id at another index with a name",
        "by order within a chunk",
        "more fragments than calls",
        "index 0 for all, by id",
    ],
)
def test_fragments_find_their_call(chunks, calls):
    assert merged(*chunks) == calls
