import json
from dataclasses import replace
from itertools import combinations

import pytest

from harness.framing import Event, parse
from harness.recording import Call, Expected
from harness.scenario import Scenario
from harness.script import Chunk, reply
from harness.variations.answers import events_of
from harness.variations.catalogue import CATALOGUE, applicable, compatible, own, pairs, style_of
from harness.variations.codings import ENCODERS
from harness.variations.restyling import labelled, plain, remarked, restyled, text_first, varied, without
from harness.variations.style import Cut, Layout, Style
from harness.verdict import Level
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND_API
from providers.codecs import JsonEvents, JsonLines, ServerSentEvents, Text, parse_json
from providers.contract import Codec
from providers.flowgpt.contract import CONTRACT as FLOWGPT
from providers.json_array import JsonArray
from providers.openai_chat.contract import CONTRACT as OPENAI_CHAT
from providers.pizzagpt.contract import CONTRACT as PIZZAGPT

GEMINI = replace(BACKEND_API, codecs=(Codec.JSON_ARRAY,))
CALL = Call("m", ({"role": "user", "content": "hi"},))
FINISH = {"type": "finish", "finish": {"reason": "stop"}}
VALUES = [{"type": "provider"}, {"type": "content", "content": "Hé/"}, {"type": "content", "content": "🍕"}, FINISH]
CHUNK = {"choices": [{"index": 0, "delta": {"content": "Hé/🍕"}}]}
END = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None}
BODIES = {
    Codec.SSE: (
        BACKEND_API,
        "".join(f"event: {value['type']}\ndata: {json.dumps(value)}\n\n" for value in VALUES),
    ),
    Codec.NDJSON: (BACKEND_API, "".join(f"{json.dumps(value)}\n" for value in VALUES)),
    Codec.JSON_ARRAY: (GEMINI, json.dumps(VALUES)),
    Codec.JSON: (PIZZAGPT, '{"answer": {"content": "Hé/🍕"}}'),
    Codec.TEXT: (ACYTOO, "Hé/🍕"),
    "sentinel": (OPENAI_CHAT, f"data: {json.dumps(CHUNK)}\n\ndata: {json.dumps(END)}\n\ndata: [DONE]\n\n"),
}


def scenario(body):
    script = reply(body.encode(), headers=[("Content-Type", "text/event-stream"), ("x-a", "b")])
    return Scenario("one-turn", CALL, (script,), Expected("Hé/🍕", "stop"))


SSE, NDJSON, JSON, ARRAY, TEXT = (
    scenario(BODIES[codec][1]) for codec in (Codec.SSE, Codec.NDJSON, Codec.JSON, Codec.JSON_ARRAY, Codec.TEXT)
)


def read(contract, codec, script):
    """Read the text of a reply by the decoders of the providers, written apart from the harness."""
    pieces = [step.data for step in script.steps if isinstance(step, Chunk)]
    if codec is Codec.JSON:
        return parse_json(b"".join(pieces))["answer"]["content"]
    decoders = {
        Codec.SSE: JsonEvents("type"),
        Codec.NDJSON: JsonLines(),
        Codec.JSON_ARRAY: JsonArray(),
        Codec.TEXT: Text(),
    }
    decoder = decoders.get(codec) or ServerSentEvents()
    events = [event for piece in pieces for event in decoder.feed(piece)] + list(decoder.close())
    if codec is Codec.TEXT:
        return "".join(events)
    if codec == "sentinel":
        *chunks, end = [event.data.strip() for event in events if event.data]
        assert end == "[DONE]"
        return "".join(json.loads(chunk)["choices"][0]["delta"].get("content", "") for chunk in chunks)
    return "".join(event["content"] for event in events if event["type"] == "content")


@pytest.mark.parametrize("codec", BODIES, ids=str)
def test_every_variation_and_every_pair_is_read_alike(codec):
    contract, body = BODIES[codec]
    known = applicable(contract, Codec.SSE if codec == "sentinel" else codec)
    chosen = [*((one,) for one in known), *(pair for pair in combinations(known, 2) if compatible(*pair))]
    assert len(chosen) > len(known)
    for variations in chosen:
        told = varied(contract, scenario(body), style_of(*variations))
        marks = style_of(*variations).marks
        assert read(contract, codec, told.script) == told.expected.text, [one.name for one in variations]
        assert told.expected.text.replace(marks, "") == "Hé/🍕"


def test_every_variation_changes_the_reply():
    for codec, (contract, body) in BODIES.items():
        for one in applicable(contract, Codec.SSE if codec == "sentinel" else codec, ENCODERS):
            told = varied(contract, plain(contract, scenario(body)), style_of(one))
            assert told.script != plain(contract, scenario(body)).script, (codec, one.name)


def test_names_are_unique_and_every_field_of_a_change_is_one_of_the_style():
    assert len({variation.name for variation in CATALOGUE}) == len(CATALOGUE)
    assert {field for variation in CATALOGUE for field in variation.changes} <= set(Style.__dataclass_fields__)


def test_what_an_api_does_not_have_is_not_varied():
    names = {one.name for one in applicable(FLOWGPT, Codec.NDJSON)}
    assert "events of an unknown type" in names
    assert not {"CR", "name after the data", "gzip"} & names
    names = {one.name for one in applicable(OPENAI_CHAT, Codec.SSE, ["gzip"])}
    assert {"two spaces before the end sentinel", "gzip"} <= names
    assert not {"events of an unknown type", "name after the data", "br"} & names
    assert [one.name for one in own(ACYTOO, TEXT, "STREAM-15")] == ["a charset", "capitals and a parameter"]
    assert own(ACYTOO, TEXT, "STREAM-03") == []


def test_variations_that_contradict_each_other_do_not_pair():
    known = applicable(BACKEND_API, Codec.SSE)
    chosen = {(first.name, second.name) for first, second in pairs(known, "STREAM-03")}
    assert ("CRLF", "CR") not in chosen
    assert ("CRLF", "data over several lines") in chosen
    assert ("BOM", "CRLF") not in chosen
    assert ("BOM", "CRLF") in {(first.name, second.name) for first, second in pairs(known, "STREAM-10")}


def test_noise_adds_up():
    noise = [one for one in CATALOGUE if one.name in {"pings without data", "id and retry alone"}]
    assert compatible(*noise)
    assert style_of(*noise).between == (("event: ping",), ("id: 7",), ("retry: 3000",))


def test_blank_json_lines_are_debatable_unless_the_api_writes_them():
    (blank,) = (one for one in CATALOGUE if one.name == "blank lines")
    (mark,) = (one for one in CATALOGUE if one.name == "BOM")
    assert blank.level(Codec.SSE, b"") is Level.MUST
    assert blank.level(Codec.NDJSON, b"{}\n{}\n") is Level.SHOULD
    assert blank.level(Codec.NDJSON, b"{}\n\n{}\n") is Level.MUST
    assert mark.level(Codec.NDJSON, b"{}\n\n{}\n") is Level.SHOULD


def test_plain_keeps_the_frame_and_the_end_sentinel():
    contract, body = BODIES["sentinel"]
    short = plain(contract, scenario(body.replace("data: [DONE]", 'data: {"usage": {}}\n\ndata: [DONE]')))
    values = [event.value for event in events_of(contract, short.script)]
    assert values[-2:] == [END, "[DONE]"]
    assert len(values) == 5
    assert short.expected == Expected("Hé,你好🍕,end.", "stop")


def test_text_first_moves_the_first_text_before_all_else():
    kinds = [event.value["type"] for event in events_of(BACKEND_API, text_first(BACKEND_API, SSE).script)]
    assert kinds == ["content", "provider", "content", "finish"]
    assert text_first(ACYTOO, TEXT).script.body == TEXT.script.body


def test_without_leaves_out_one_event_and_its_text():
    fewer = without(BACKEND_API, NDJSON, 1)
    assert fewer.expected == Expected("🍕", "stop")
    assert [event.value for event in events_of(BACKEND_API, fewer.script)] == [VALUES[0], *VALUES[2:]]
    assert without(BACKEND_API, NDJSON, 4) is None
    assert without(ACYTOO, TEXT, 0) is None


def test_unknown_events_stand_before_each_event_and_carry_text_of_their_own():
    events = parse(Codec.SSE, varied(BACKEND_API, SSE, Style(unknown=True)).script.body)
    unknown = Event({"type": "x_new_event", "content": "x_new"}, "x_new_event")
    assert events[::2] == (unknown,) * 4
    assert [event.value for event in events[1::2]] == VALUES
    unchanged = varied(OPENAI_CHAT, scenario(BODIES["sentinel"][1]), Style(unknown=True))
    assert events_of(OPENAI_CHAT, unchanged.script) == events_of(OPENAI_CHAT, scenario(BODIES["sentinel"][1]).script)


def test_unknown_members_stand_at_every_object_and_nowhere_else():
    told = varied(*((OPENAI_CHAT, scenario(BODIES["sentinel"][1]))), Style(members=True))
    chunk, _, sentinel = (event.value for event in events_of(OPENAI_CHAT, told.script))
    new = {"x_new": [1, None, "x_new", {}]}
    assert chunk == {**new, "choices": [{**new, "index": 0, "delta": {**new, "content": "Hé/🍕"}}]}
    assert sentinel == "[DONE]"


def test_remarked_puts_an_unknown_member_into_the_terminal_marker_alone():
    values = [event.value for event in events_of(BACKEND_API, remarked(BACKEND_API, SSE, "a\u2028").script)]
    assert values == [*VALUES[:-1], {**FINISH, "x_new": "a\u2028"}]


def test_without_a_last_line_end_nothing_follows_the_terminal_marker():
    body = BODIES[Codec.NDJSON][1] + '{"type": "log"}\n'
    assert varied(BACKEND_API, scenario(body), Style(last_line_end=False)).script.body.endswith(b'"stop"}}')
    sentinel = varied(OPENAI_CHAT, scenario(BODIES["sentinel"][1]), Style(last_line_end=False))
    assert sentinel.script.body.endswith(b"\n\ndata: [DONE]")


def test_the_envelope_is_typed_coded_and_cut():
    style = Style(media_type="{TYPE};x=1", coding="gzip", cut=Cut.WHOLE)
    script = restyled(ACYTOO, TEXT.script, [Event("a"), Event("b")], style)
    head = (("Content-Type", "Text/Event-Stream;x=1"), ("x-a", "b"), ("content-encoding", "gzip"))
    assert script.head.headers == head
    assert len(script.steps) == 2
    bytewise = restyled(ACYTOO, TEXT.script, [Event("ab")], Style(cut=Cut.BYTES))
    assert bytewise.steps[1:] == (Chunk(b"a"), Chunk(b"b"))


def test_labelled_replaces_or_removes_the_media_type():
    assert labelled(TEXT.script, "a/b").head.headers == (("x-a", "b"), ("content-type", "a/b"))
    assert labelled(TEXT.script, None).head.headers == (("x-a", "b"),)


def test_pretty_json_fills_many_lines_of_an_array():
    told = varied(GEMINI, ARRAY, Style(layout=Layout.PRETTY, line_end="\r\n")).script.body
    assert told.startswith(b'[{\r\n "type": "provider"\r\n}\r\n,\r\n{\r\n')
    assert [event.value for event in parse(Codec.JSON_ARRAY, told)] == VALUES
