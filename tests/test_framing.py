from dataclasses import replace

import pytest

from harness.framing import (
    Event,
    at_path,
    codec_of,
    is_finish,
    leaves,
    lookup,
    matches,
    parse,
    render,
    stands,
    text_of,
    with_member,
    with_texts,
)
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.contract import Codec, TextRule
from providers.flowgpt.contract import CONTRACT as FLOWGPT
from providers.ollama.contract import CONTRACT as OLLAMA
from providers.openai_chat.contract import CONTRACT as OPENAI_CHAT
from providers.pizzagpt.contract import CONTRACT as PIZZAGPT

GEMINI = replace(BACKEND_API, codecs=(Codec.SSE, Codec.JSON_ARRAY))
CONTENT = {"type": "content", "content": "é🍕"}


@pytest.mark.parametrize(
    ("codec", "body", "events"),
    [
        (Codec.TEXT, "é", (Event("é"),)),
        (Codec.TEXT, "", ()),
        (Codec.JSON, '{"a": 1}', (Event({"a": 1}),)),
        (Codec.NDJSON, '{"a": 1}\n\n{"b": 2}', (Event({"a": 1}), Event({"b": 2}))),
        (Codec.SSE, 'event: x\ndata: {"a":\ndata: 1}\n\ndata:[DONE]\n\n', (Event({"a": 1}, "x"), Event("[DONE]"))),
        (Codec.JSON_ARRAY, '[{"a": 1}\n,\r\n{\n  "b": 2\n}\n]', (Event({"a": 1}), Event({"b": 2}))),
        (Codec.JSON_ARRAY, "[]", ()),
        (Codec.SSE, ": ping\r\nid: 1\r\ndata: 1\r\n\r\n\r\n", (Event(1),)),
        (Codec.SSE, "data: no blank line", (Event("no blank line"),)),
    ],
)
def test_parse_reads_the_events_of_a_recorded_body(codec, body, events):
    assert parse(codec, body.encode()) == events


@pytest.mark.parametrize(
    ("codec", "pieces"),
    [
        (Codec.JSON, ['{"type": "content", "content": "é🍕"}']),
        (Codec.NDJSON, ['{"type": "content", "content": "é🍕"}\n']),
        (Codec.SSE, ['event: content\ndata: {"type": "content", "content": "é🍕"}\n\n']),
    ],
)
def test_render_writes_unescaped_json_that_parse_reads_back(codec, pieces):
    event = Event(CONTENT, "content" if codec is Codec.SSE else None)
    assert render(codec, [event]) == [piece.encode() for piece in pieces]
    assert parse(codec, b"".join(render(codec, [event]))) == (event,)


def test_render_writes_an_array_with_its_commas_on_lines_of_their_own():
    events = [Event({"a": "é"}), Event({"b": 2}), Event({})]
    pieces = ['[{"a": "é"}'.encode(), b'\n,\r\n{"b": 2}', b"\n,\r\n{}\n]"]
    assert render(Codec.JSON_ARRAY, events) == pieces
    assert parse(Codec.JSON_ARRAY, b"".join(pieces)) == tuple(events)
    assert render(Codec.JSON_ARRAY, events[:1]) == ['[{"a": "é"}\n]'.encode()]
    assert render(Codec.JSON_ARRAY, []) == []


def test_codec_of_a_body_is_the_usual_one_unless_it_starts_like_json_lines():
    assert codec_of(BACKEND_API, b'{"a": 1}\n') is Codec.NDJSON
    assert codec_of(BACKEND_API, b"event: x\n") is Codec.SSE
    assert codec_of(ACYTOO, b"{") is Codec.TEXT
    assert codec_of(GEMINI, b" [{") is Codec.JSON_ARRAY
    assert codec_of(GEMINI, b"data: [") is Codec.SSE
    assert codec_of(BACKEND_API, b"[{") is Codec.SSE
    assert codec_of(OPENAI_CHAT, b"{") is Codec.JSON
    assert codec_of(replace(OPENAI_CHAT, document=None), b"{") is Codec.SSE


def test_render_writes_sse_without_a_name_and_plain_text():
    assert render(Codec.SSE, [Event("[DONE]")]) == [b"data: [DONE]\n\n"]
    assert render(Codec.TEXT, [Event("é")]) == ["é".encode()]


def test_matches_asks_for_all_members_of_an_object():
    assert matches({"type": "content"}, CONTENT)
    assert not matches({"type": "finish"}, CONTENT)
    assert not matches({}, "content")


@pytest.mark.parametrize(("path", "value"), [("a.b", 1), ("a.c", None), ("a.b.c", None), ("", {"a": {"b": 1}})])
def test_lookup_gives_none_where_nothing_stands(path, value):
    assert lookup({"a": {"b": 1}}, path) == value


def test_leaves_walks_objects_and_arrays_in_order():
    assert list(leaves({"a": [1, {"b": None}], "c": "d"})) == [("a[0]", 1), ("a[1].b", None), ("c", "d")]


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("messages[*].content", "messages[12].content", True),
        ("messages[*].content", "messages[0].content[1].text", True),
        ("messages[*].content", "messages[0].contents", False),
        ("question", "question", True),
        ("question", "the.question", False),
    ],
)
def test_at_path_accepts_the_place_and_what_lies_within(pattern, path, hit):
    assert at_path(pattern, path) is hit


@pytest.mark.parametrize(
    ("contract", "value", "text"),
    [
        (ACYTOO, "hello", "hello"),
        (FLOWGPT, {"event": "text", "data": "hello"}, "hello"),
        (FLOWGPT, {"event": "title", "data": "hello"}, None),
        (FLOWGPT, "[DONE]", None),
        (PIZZAGPT, {"answer": {"content": "hello"}}, "hello"),
        (PIZZAGPT, {"content": "hello"}, "hello"),
        (PIZZAGPT, {"content": 1}, None),
    ],
)
def test_text_of_reads_by_the_contract(contract, value, text):
    assert text_of(contract, Event(value)) == text


def test_with_texts_keeps_the_frame_of_the_recorded_answer():
    finish = Event({"type": "finish", "finish": {"reason": "stop"}}, "finish")
    recorded = [Event({"type": "provider"}), Event(CONTENT), Event({"type": "log"}), Event(CONTENT), finish]
    texts = with_texts(BACKEND_API, recorded, ["a", "b"])
    assert texts == (
        Event({"type": "provider"}),
        Event({"type": "content", "content": "a"}),
        Event({"type": "content", "content": "b"}),
        finish,
    )
    assert [is_finish(BACKEND_API, event) for event in texts] == [False, False, False, True]


def test_with_texts_joins_them_where_the_answer_is_one_document():
    assert with_texts(PIZZAGPT, [Event({"answer": {"content": "x"}})], ["a", "b"]) == (
        Event({"answer": {"content": "ab"}}),
    )


def test_with_texts_keeps_what_ends_the_answer():
    chunk, last = {"choices": [{"index": 0, "delta": {"content": "x"}}]}, "[DONE]"
    ended = {"choices": [{"index": 0, "delta": {"content": "y"}, "finish_reason": "stop"}]}
    emptied = {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}]}
    texts = with_texts(OPENAI_CHAT, [Event(chunk), Event(ended), Event(last)], ["x", "x"])
    assert texts == (Event(chunk), Event(chunk), Event(emptied), Event(last))


def test_with_texts_joins_them_where_the_only_text_ends_the_answer():
    ended = {"choices": [{"index": 0, "delta": {"content": "y"}, "finish_reason": "stop"}]}
    assert with_texts(OPENAI_CHAT, [Event(ended)], ["", "y"]) == (Event(ended),)


def test_with_texts_changes_nothing_in_the_recorded_events():
    recorded = Event({"answer": {"content": "x"}})
    with_texts(PIZZAGPT, [recorded], ["a"])
    assert recorded == Event({"answer": {"content": "x"}})


def test_with_texts_of_plain_text_are_its_pieces():
    assert with_texts(ACYTOO, [Event("recorded")], ["a", "b"]) == (Event("a"), Event("b"))


def test_a_contract_without_finish_has_no_terminal_marker():
    assert not is_finish(ACYTOO, Event("stop"))


def test_a_part_that_is_a_thought_has_no_text():
    part = "candidates[0].content.parts[0]"
    contract = replace(OPENAI_CHAT, text=TextRule(paths=(f"{part}.text",), unless={f"{part}.thought": True}))
    parts = [{"text": "x"}, {"text": "x", "thought": True}]
    events = [Event({"candidates": [{"content": {"parts": [part]}}]}) for part in parts]
    assert [text_of(contract, event) for event in events] == ["x", None]


@pytest.mark.parametrize(
    ("path", "stand"),
    [("a", True), ("a.b", True), ("a.b[1]", True), ("a.b[2]", False), ("a.c", False), ("a.b.c", False), ("d.e", False)],
)
def test_what_stands_at_a_path_may_be_null(path, stand):
    assert stands({"a": {"b": [0, None]}, "d": None}, path) is stand


def test_objects_and_lists_on_the_way_to_a_member_are_made():
    document = {"a": None, "b": [{"c": 1}]}
    assert with_member(document, "a.parts[0].text", "x") == {"a": {"parts": [{"text": "x"}]}, "b": [{"c": 1}]}
    assert with_member(document, "b[0].c", 2) == {"a": None, "b": [{"c": 2}]}
    assert document == {"a": None, "b": [{"c": 1}]}


@pytest.mark.parametrize(
    ("body", "codec"),
    [
        (b'{"a": {}}\n{"a": 1}\n', Codec.NDJSON),
        (b'{"a": 1}\n', Codec.NDJSON),
        (b'{"a": 1}\r\n{"a": 1}', Codec.NDJSON),
        (b' {"a": 1}', Codec.JSON),
        (b'{\n "a": 1\n}\n', Codec.JSON),
    ],
)
def test_a_document_among_lines_goes_on_beyond_a_line_end_or_has_none(body, codec):
    assert codec_of(OLLAMA, body) is codec
