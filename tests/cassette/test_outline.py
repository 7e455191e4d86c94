import json
from dataclasses import replace

import pytest

from harness.cassette.outline import Place, outline, union
from harness.recording import Interaction, Wire
from providers.acytoo.contract import CONTRACT as ACYTOO
from providers.backend_api.contract import CONTRACT as BACKEND
from providers.contract import Codec, FinishRule
from providers.flowgpt.contract import CONTRACT as FLOWGPT
from providers.openai_chat.contract import CONTRACT as OPENAI
from providers.pizzagpt.contract import CONTRACT as PIZZA


def reply(body, status=200, media="text/event-stream", end="complete"):
    body = body if isinstance(body, bytes) else body.encode()
    headers = (("Content-Type", media),) if media else ()
    wire = Wire((len(body),), (0.0,), end)
    return Interaction("POST", "http://x/", (), b"", status, "", headers, body, wire)


def sse(*values):
    return "".join(f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n" for value in values)


def drawn(contract, interaction):
    """Give all places as text: kind, path and types."""
    return {
        f"{place.kind} {place.path}: {' '.join(sorted(types))}"
        for place, types in outline(contract, interaction).types.items()
    }


def test_places_have_kind_path_and_types_merged_over_events_and_elements():
    body = sse(
        {"choices": [{"delta": {"content": None}}, {"delta": {"content": "a"}}], "n": 1},
        {"choices": [], "n": 1.5, "ok": True},
    )
    assert drawn(OPENAI, reply(body)) == {
        "chunk $: object",
        "chunk choices: array",
        "chunk choices[*]: object",
        "chunk choices[*].delta: object",
        "chunk choices[*].delta.content: null string",
        "chunk n: number",
        "chunk ok: boolean",
    }


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("a-b_1", ".a-b_1"),
        ("12", ".{*}"),
        ("2024-05-01", ".{*}"),
        ("550e8400-e29b-11d4-a716-446655440000", ".{*}"),
        ("9f86d081884c7d65", ".{*}"),
        ("call_9f86d081884c7d65", ".{*}"),
        ("completion_tokens_details", ".completion_tokens_details"),
        ("content_filter_results", ".content_filter_results"),
        ("a.b", '["a.b"]'),
        ("[*]", '["[*]"]'),
        ("{*}", '["{*}"]'),
        ("\u00e9\n", '["\\u00e9\\n"]'),
        ("", '[""]'),
    ],
)
def test_names_are_steps_and_volatile_names_are_one(name, step):
    found = outline(PIZZA, reply(json.dumps({name: 1})))
    assert set(found.types) == {Place("document"), Place("document", (step,))}


def test_a_place_tells_its_path_and_what_is_within():
    inner, outer = Place("chunk", (".a", "[*]", ".b")), Place("chunk", (".a",))
    assert (inner.path, inner.parent, outer.path, Place("chunk").path) == (
        "a[*].b",
        Place("chunk", (".a", "[*]")),
        "a",
        "$",
    )
    assert [inner.within(outer), outer.within(inner), inner.within(Place("error", (".a",)))] == [True, False, False]


@pytest.mark.parametrize(
    ("contract", "interaction", "kinds"),
    [
        (BACKEND, reply('event: log\ndata: {"type": "content", "content": "a"}\n\n'), {"content"}),
        (BACKEND, reply('event: log\ndata: {"a": 1}\n\n'), {"log"}),
        (BACKEND, reply('{"type": "finish", "finish": {}}\n{"x": 1}\n'), {"finish", "chunk"}),
        (FLOWGPT, reply('{"event": "text", "data": "a"}\n\n{"event": 7}\n{"type": "b"}'), {"text", "chunk", "b"}),
        (
            OPENAI,
            reply(sse({"error": {"message": "no"}}, {"error": None}, [1], "plain", "[DONE]")),
            {"error", "chunk", "text"},
        ),
        (OPENAI, reply("event: message\ndata: {}\n\nevent: message\ndata: hi\n\n"), {"chunk", "text"}),
        (OPENAI, reply(sse("null")), {"chunk"}),
        (PIZZA, reply("null"), {"document"}),
        (PIZZA, reply('"text"'), {"document"}),
        (OPENAI, reply(": hi\n\nevent: ping\ndata:\n\ndata: \n\n"), set()),
        (OPENAI, reply('event: done\ndata: [DONE]\n\nevent: ping\ndata: hi\n\n{"x"'), {"ping"}),
        (OPENAI, reply('{"object": "chat.completion"}'), {"document"}),
        (OPENAI, reply('{"error": "no"}', 400), {"status 400"}),
        (OPENAI, reply("<html>", 404, "text/html"), {"status 404"}),
        (OPENAI, reply("<html>"), {"unreadable"}),
        (PIZZA, reply("[" * 100_000), {"unreadable"}),
        (PIZZA, reply("1" * 5000), {"unreadable"}),
        (PIZZA, reply(b"\xef\xbb\xbf{}"), {"document"}),
        (PIZZA, reply(""), set()),
        (ACYTOO, reply(b"caf\xc3"), {"text"}),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_event_has_a_kind(contract, interaction, kinds):
    assert {place.kind for place in outline(contract, interaction).types} == kinds


def test_plain_text_in_a_stream_of_json_is_a_kind():
    assert {place.kind for place in outline(OPENAI, reply(sse("[END]"))).types} == {"text"}


def test_deep_documents_are_looked_at_to_a_bound():
    deep = json.loads('{"a":' * 500 + "1" + "}" * 500)
    assert max(len(place.steps) for place in outline(PIZZA, reply(json.dumps(deep))).types) == 64


def test_the_rest_of_a_reply_is_told():
    answer = outline(
        OPENAI,
        reply(
            sse({"choices": [{"delta": {"content": "a"}}]}, {"choices": [{"finish_reason": "stop"}]}, "[DONE]"),
            media="Text/Event-Stream; charset=utf-8",
        ),
    )
    finish = Place("chunk", (".choices", "[*]", ".finish_reason"))
    assert (answer.status, answer.media_type, answer.end, answer.codec) == (200, "text/event-stream", "complete", "sse")
    assert answer.texts == {Place("chunk", (".choices", "[*]", ".delta", ".content"))}
    assert (answer.finishes, answer.terminators, answer.refusal) == ({"stop": finish}, {"finish", "[DONE]"}, None)


def test_a_document_and_a_bare_marker_end_answers_too():
    document = outline(OPENAI, reply('{"choices": [{"message": {"content": "a"}, "finish_reason": 7}]}', media=""))
    assert document.finishes == {"7": Place("document", (".choices", "[*]", ".finish_reason"))}
    assert document.texts == {Place("document", (".choices", "[*]", ".message", ".content"))}
    assert (document.media_type, document.codec, document.terminators) == ("", "json", {"finish"})
    marker = outline(BACKEND, reply('{"type": "finish", "finish": {"reason": null}}'))
    assert (marker.finishes, marker.terminators) == ({}, {"finish"})


def test_text_that_says_nothing_is_no_text():
    assert outline(ACYTOO, reply("a")).texts == {Place("text")}
    assert outline(ACYTOO, reply("")).texts == frozenset()
    assert outline(PIZZA, reply('{"content": ""}')).texts == frozenset()


@pytest.mark.parametrize(
    ("contract", "body", "refusal"),
    [
        (BACKEND, '{"type": "error", "error": "E", "message": "m"}', {"type": "error", "error": "E", "message": "m"}),
        (BACKEND, '{"type": "auth"}', {"type": "auth"}),
        (BACKEND, '{"type": "content", "content": "error"}', None),
        (OPENAI, sse({"error": {"message": "no"}}), {"error": {"message": "no"}}),
        (OPENAI, sse({"choices": [{"delta": {"content": "a"}}], "error": "no"}), None),
        (PIZZA, '{"statusCode": 400, "message": "no", "url": "/"}', {"statusCode": 400, "message": "no", "url": "/"}),
        (PIZZA, '{"answer": {"text": "a"}}', None),
        (PIZZA, '{"content": 42}', None),
        (PIZZA, '{"message": "no"}', None),
        (ACYTOO, "error", None),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_documented_failure_within_an_answer_is_told(contract, body, refusal):
    assert outline(contract, reply(body)).refusal == refusal


def test_a_failure_by_its_status_is_no_failure_within():
    assert outline(OPENAI, reply('{"error": "no"}', 500)).refusal is None


def test_events_in_an_array_are_read():
    contract = replace(
        OPENAI, codecs=(Codec.JSON_ARRAY,), finish=FinishRule(match={}, path="f", reasons={}, source="-")
    )
    found = outline(contract, reply('[{"f": "STOP"}, {"a": {}}]', media="application/json"))
    assert (found.codec, found.finishes) == ("json-array", {"STOP": Place("chunk", (".f",))})


def test_nulls_are_there_and_are_nothing():
    one = outline(PIZZA, reply('{"a": null, "b": {"c": 1}}'))
    places = [Place("document", steps) for steps in ((".a",), (".b",), (".b", ".c"), (".d",))]
    assert [one.has(place) for place in places] == [False, True, True, False]
    assert [one.is_object(place) for place in places] == [False, True, False, False]


def test_types_of_several_replies_are_united():
    replies = [outline(PIZZA, reply(body)) for body in ('{"a": null}', '{"a": 1}', '{"b": []}')]
    assert union(replies) == {
        Place("document"): {"object"},
        Place("document", (".a",)): {"null", "number"},
        Place("document", (".b",)): {"array"},
    }
