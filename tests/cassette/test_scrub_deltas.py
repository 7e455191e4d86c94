import json

import pytest

from harness.cassette.scrub import Body, Scrub, deltas
from harness.recording import Wire
from providers.contract import TextRule

KEY = "my-very-own-key-1"
SPLIT = ("is it my-v", "ery-own", "-key-1?", " yes")
CLEAN = ("is it REDACTED", "", "?", " yes")
CHAT = TextRule(paths=("choices[0].delta.content", "choices[0].message.content"))
TYPED = TextRule(paths=("content",), match={"type": "content"})


def chat(text):
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"content": text}}]}


def sse(values):
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values) + b"data: [DONE]\n\n"


def ndjson(values):
    return b"".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\r\n" for value in values)


def array(values):
    return b"[" + b"\n,\r\n".join(json.dumps(value).encode() for value in values) + b"\n]"


def bare(values):
    return b"\r\r".join(b"data:" + json.dumps(value).encode() for value in values)


def cut(values):
    return array(values)[:-9]


@pytest.mark.parametrize("framed", [sse, ndjson, array, bare], ids=lambda framed: framed.__name__)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_secret_that_is_split_over_events_is_replaced_once(make_interaction, framed, size):
    body = framed(map(chat, SPLIT))
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    raw = make_interaction(body=body, wire=Wire(tuple(map(len, chunks)), tuple(map(float, range(len(chunks))))))
    clean = Scrub(secrets=frozenset({KEY}), answer=CHAT).interaction(raw)
    assert clean.body == framed(map(chat, CLEAN))
    assert sum(clean.wire.chunks) == len(clean.body)
    assert len(clean.wire.at) == len(clean.wire.chunks)


def test_a_stream_that_was_cut_off_is_searched_as_far_as_it_goes():
    body = Scrub(secrets=frozenset({KEY}), answer=CHAT)
    raw = Body.of([cut(map(chat, SPLIT))])
    clean = deltas.cleaned(raw, CHAT, body.body)
    assert clean.data == cut(map(chat, CLEAN))


def test_texts_belong_together_by_path_type_and_index():
    def event(kind, index, text):
        return {"type": kind, "index": index, "delta": {"text": text}}

    scrub = Scrub(secrets=frozenset({KEY}))
    events = [event("a", 0, "my-very"), event("a", 1, "-own-"), event("a", 0, "-own-key-1"), event("b", 0, "-x")]
    assert deltas.joined(events, None, scrub.body) == [
        event("a", 0, "REDACTED"),
        event("a", 1, "-own-"),
        event("a", 0, ""),
        event("b", 0, "-x"),
    ]


def test_answer_text_belongs_together_wherever_it_stands():
    scrub = Scrub(secrets=frozenset({KEY}))
    events = [
        {"type": "content", "content": "my-very-"},
        {"type": "note", "content": "-"},
        {"choices": [{"message": {"content": "x"}}]},
        {"type": "content", "index": 7, "content": "own-key-1"},
        "text",
    ]
    expected = [{"type": "content", "content": "REDACTED"}, *events[1:3], {**events[3], "content": ""}, "text"]
    assert deltas.joined(events, TYPED, scrub.body) == expected
    assert deltas.joined(events, None, scrub.body) == events


def test_an_event_without_a_split_secret_stays_to_the_byte():
    body = Body.of(
        [b'data: {"a":  1.0, "t": "my-very-own-key-1 \\u0061"}\n\n', b'data: {"a":  1.0, "t": "b"}\n\n', b"{no}\n"]
    )
    scrub = Scrub(secrets=frozenset({KEY}))
    assert deltas.cleaned(body, None, scrub.body) is body


def test_what_is_the_same_in_all_events_is_no_text_in_pieces():
    events = [{"user": "me@corp.com", "t": text} for text in "ab"]
    assert deltas.joined(events, None, Scrub().body) == events


def test_halves_of_a_character_in_two_events_survive():
    events = [chat("my-very-"), chat("own-key-1 \ud83c"), chat("\udf55")]
    clean = deltas.joined(events, CHAT, Scrub(secrets=frozenset({KEY})).body)
    assert [event["choices"][0]["delta"]["content"] for event in clean] == ["REDACTED", " \ud83c", "\udf55"]


def test_the_outcome_is_cleaned_as_the_body_is():
    whole = {"text": "".join(SPLIT), "finish": ["stop"], "raw": [{"type": "r", "t": text} for text in SPLIT]}
    clean = {"text": "".join(CLEAN), "finish": ["stop"], "raw": [{"type": "r", "t": text} for text in CLEAN]}
    assert Scrub(secrets=frozenset({KEY})).outcome(whole) == clean


@pytest.mark.parametrize("data", [b"[" * 9999, b'{"a":' * 9999, b'[{"a": "b"}, {"a": ' + b"[" * 9999, b"[", b""])
def test_hostile_nesting_ends_the_search(data):
    assert deltas.cleaned(Body.of([data]), CHAT, Scrub().body).data == data
