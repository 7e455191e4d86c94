from dataclasses import fields

import pytest

from harness.framing import Event, render
from harness.variations.style import Layout, Style, write
from providers.contract import Codec

A, B, END = Event({"a": "é/🍕"}, "x"), Event({"b": [1, {}]}), Event("[DONE]")


def written(codec, events, **changes):
    return b"".join(write(codec, events, Style(**changes))).decode()


@pytest.mark.parametrize("codec", Codec, ids=str)
def test_the_usual_style_is_what_render_writes(codec):
    events = {Codec.TEXT: [Event("Hé"), Event("🍕")], Codec.SSE: [A, B, END], Codec.JSON: [A]}.get(codec, [A, B])
    assert write(codec, events, Style()) == render(codec, events)


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"line_end": "\r\n"}, 'event: x\r\ndata: {"a": "é/🍕"}\r\n\r\ndata: [DONE]\r\n\r\n'),
        ({"line_end": "\r"}, 'event: x\rdata: {"a": "é/🍕"}\r\rdata: [DONE]\r\r'),
        ({"space": ""}, 'event:x\ndata:{"a": "é/🍕"}\n\ndata:[DONE]\n\n'),
        ({"before_json": " "}, 'event: x\ndata:  {"a": "é/🍕"}\n\ndata: [DONE]\n\n'),
        ({"before_sentinel": " "}, 'event: x\ndata: {"a": "é/🍕"}\n\ndata:  [DONE]\n\n'),
        ({"name_last": True}, 'data: {"a": "é/🍕"}\nevent: x\n\ndata: [DONE]\n\n'),
        ({"inside": (":", "id: 1")}, None),
        ({"between": ((": k",), ())}, None),
        ({"last_line_end": False}, 'event: x\ndata: {"a": "é/🍕"}\n\ndata: [DONE]'),
        ({"bom": True}, '\ufeffevent: x\ndata: {"a": "é/🍕"}\n\ndata: [DONE]\n\n'),
        ({"layout": Layout.TIGHT}, 'event: x\ndata: {"a":"é/🍕"}\n\ndata: [DONE]\n\n'),
        ({"layout": Layout.WIDE}, 'event: x\ndata: {"a"\t:  "é/🍕"}\n\ndata: [DONE]\n\n'),
        ({"layout": Layout.PRETTY}, 'event: x\ndata: {\ndata:  "a": "é/🍕"\ndata: }\n\ndata: [DONE]\n\n'),
        ({"escaped": True}, 'event: x\ndata: {"a": "\\u00e9\\/\\ud83c\\udf55"}\n\ndata: [DONE]\n\n'),
    ],
    ids=repr,
)
def test_every_freedom_of_sse(changes, body):
    expected = {
        "inside": ':\nid: 1\nevent: x\n:\nid: 1\ndata: {"a": "é/🍕"}\n:\nid: 1\n\n:\nid: 1\ndata: [DONE]\n:\nid: 1\n\n',
        "between": ': k\n\n\nevent: x\ndata: {"a": "é/🍕"}\n\n: k\n\n\ndata: [DONE]\n\n: k\n\n\n',
    }
    (name,) = changes
    assert written(Codec.SSE, [A, END], **changes) == (body or expected[name])


def test_json_lines_take_line_ends_and_blank_lines():
    assert written(Codec.NDJSON, [B, B], line_end="\r\n", between=((),)) == (
        '\r\n{"b": [1, {}]}\r\n\r\n{"b": [1, {}]}\r\n\r\n'
    )


def test_documents_and_arrays_take_line_ends_as_white_space():
    pretty = {"layout": Layout.PRETTY, "line_end": "\r\n"}
    document = '{\r\n "b": [\r\n  1,\r\n  {}\r\n ]\r\n}'
    assert written(Codec.JSON, [B], **pretty) == document
    assert written(Codec.JSON_ARRAY, [B, B], **pretty) == f"[{document}\r\n,\r\n{document}\r\n]"


def test_plain_text_is_written_as_it_is():
    assert write(Codec.TEXT, [Event("a/é\n")], Style(escaped=True, line_end="\r")) == ["a/é\n".encode()]


def test_every_freedom_has_a_plain_default():
    assert {field.name for field in fields(Style) if field.default not in {False, True, "", (), "\n", " "}} == {
        "layout",
        "media_type",
        "cut",
    }
