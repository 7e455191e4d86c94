import base64
import json
import time

import pytest
from served import all_cuts, failing, serving

from providers.backend_api import BackendApi
from providers.codecs import EitherJson, JsonEvents, JsonLines, Malformed, ServerSentEvents, Text, parse_json
from providers.errors import RequestRefused, UpstreamFailed


def decoded(decoder, pieces, *, close=True):
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + list(decoder.close()) if close else events


def test_sse_vectors_hold_for_every_cut(shared):
    vectors = json.loads(shared("wire/sse_vectors.json").read_text())["vectors"]
    assert len(vectors) == 48
    for vector in (vector for vector in vectors if vector["connection_accepted"]):
        for pieces in all_cuts(base64.b64decode(vector["input_b64"])):
            decoder = ServerSentEvents()
            events = [
                {"event": event.name, "data": event.data, "last_event_id": event.last_event_id}
                for event in decoded(decoder, pieces, close=False)
            ]
            assert events == vector["expect"], (vector["id"], pieces)
            assert decoder.retry == vector["expect_retry_ms"], vector["id"]
            assert decoder.last_event_id == vector["expect_final_last_event_id"], vector["id"]


def test_the_connections_that_a_browser_refuses_are_refused(shared):
    vectors = json.loads(shared("wire/sse_vectors.json").read_text())["vectors"]
    refused = [vector for vector in vectors if not vector["connection_accepted"]]
    assert [vector["status"] for vector in refused] == [200, 204, 205, 210, 299, 404, 410, 503]
    for vector in refused:
        family = RequestRefused if vector["status"] in {404, 410} else UpstreamFailed
        body = base64.b64decode(vector["input_b64"])
        with serving(body, content_type=vector["content_type"], status=vector["status"]):
            assert failing(family, BackendApi, base_url="http://upstream.test")[0] == [], vector["id"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r", b"\r\n"], ids=repr)
def test_sse_close_gives_the_event_without_its_blank_line(end):
    for pieces in all_cuts(b"event: a\ndata: 1\n\nevent: b\ndata: 2" + end):
        events = decoded(ServerSentEvents(), pieces)
        assert [(event.name, event.data) for event in events] == [("a", "1"), ("b", "2")]


def test_sse_close_gives_nothing_where_nothing_is_open():
    assert decoded(ServerSentEvents(), [b"data: 1\n\n: comment"], close=True)[1:] == []


def test_text_survives_every_cut():
    text = "Hé 你好 🍕e\u0301\u2028\r\n"
    for bom in (b"", b"\xef\xbb\xbf"):
        for pieces in all_cuts(bom + text.encode()):
            assert "".join(decoded(Text(), pieces)) == text


def test_text_replaces_an_invalid_byte_alone():
    for pieces in all_cuts(b"a\xffb"):
        assert "".join(decoded(Text(), pieces)) == "a\ufffdb"


def test_text_that_ends_within_a_character_is_malformed():
    decoder = Text()
    assert list(decoder.feed("a🍕".encode()[:-1])) == ["a"]
    with pytest.raises(Malformed, match="within a character"):
        list(decoder.close())


LINES = '{"a": "\u2028\u0085\x0b\x0c"}\r\n\n \t\n{"b": "é🍕"} \n{"c": 1}'.replace("\x0b", "\\u000b").replace(
    "\x0c", "\\f"
)
OBJECTS = [{"a": "\u2028\u0085\x0b\x0c"}, {"b": "é🍕"}, {"c": 1}]


def test_json_lines_end_at_lf_alone_for_every_cut():
    for bom in (b"", b"\xef\xbb\xbf"):
        for pieces in all_cuts(bom + LINES.encode()):
            assert decoded(JsonLines(), pieces) == OBJECTS


def test_json_lines_give_what_precedes_garbage():
    for pieces in ([b'{"a": 1}\nno\n'], [b'{"a": 1}\n', b"no\n"]):
        events = (event for decoder in [JsonLines()] for piece in pieces for event in decoder.feed(piece))
        assert next(events) == {"a": 1}
        with pytest.raises(Malformed, match="expected JSON, got 'no'"):
            next(events)


def test_json_cut_in_its_last_line_is_malformed():
    decoder = JsonLines()
    assert list(decoder.feed(b'{"a": 1}\n{"b": ')) == [{"a": 1}]
    with pytest.raises(Malformed):
        list(decoder.close())


@pytest.mark.parametrize("line", [b"42", b"null", b"[1]", b'"x"'])
def test_json_lines_are_objects(line):
    with pytest.raises(Malformed, match="expected a JSON object"):
        list(JsonLines().feed(line + b"\n"))


@pytest.mark.parametrize(
    "data",
    [b"", b"{oops", b'{"a": "\xff"}', b"[" * 100_000, b"1" * 5_000, b"<html>"],
    ids=["nothing", "cut", "no UTF-8", "deep", "long number", "page"],
)
def test_what_is_no_json_is_malformed(data):
    with pytest.raises(Malformed, match="expected JSON, got"):
        parse_json(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (rb'"\ud83c\udf55"', "🍕"),
        (rb'"\ud83c"', "\ufffd"),
        (rb'"\udf55x"', "\ufffdx"),
        (rb'"\ud83cx"', "\ufffdx"),
        (rb'{"\udf55": ["\ud83c", 1]}', {"\ufffd": ["\ufffd", 1]}),
        (b"\xef\xbb\xbf[null]", [None]),
    ],
)
def test_every_str_of_json_can_be_encoded(data, value):
    assert parse_json(data) == value


EVENTS = b'event: a\ndata: {"x":\ndata: 1}\n\n: ping\n\ndata:\n\nevent: b\ndata:{"type": "c"}\n\ndata: {"y": 2}\n\n'
EVENT_OBJECTS = [{"x": 1, "type": "a"}, {"type": "c"}, {"y": 2}]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"], ids=repr)
def test_json_events_survive_every_cut_and_line_end(end):
    for pieces in all_cuts(EVENTS.replace(b"\n", end)):
        assert decoded(JsonEvents("type"), pieces) == EVENT_OBJECTS


def test_json_events_refuse_invalid_utf8():
    with pytest.raises(Malformed):
        list(JsonEvents("type").feed(b'data: {"a": "\xff"}\n\n'))


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n \r\n", b"\xef\xbb\xbf\n"], ids=repr)
def test_either_framing_is_told_by_its_first_byte(start):
    for pieces in all_cuts(start + LINES.encode()):
        assert decoded(EitherJson("type"), pieces) == OBJECTS
    for pieces in all_cuts(start + EVENTS):
        assert decoded(EitherJson("type"), pieces) == EVENT_OBJECTS


@pytest.mark.parametrize("body", [b"", b"\xef\xbb", b" \n"], ids=repr)
def test_nothing_is_no_event_in_either_framing(body):
    for pieces in all_cuts(body):
        assert decoded(EitherJson("type"), pieces) == []


@pytest.mark.parametrize("size", [1, 100, 65_536])
def test_a_huge_event_takes_linear_time(size):
    text = "x" * (2_097_152 if size > 1 else 262_144)
    body = b"data: " + json.dumps({"t": text}).encode() + b"\n\n"
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    start = time.process_time()
    assert decoded(EitherJson("type"), pieces) == [{"t": text}]
    assert time.process_time() - start < 10
