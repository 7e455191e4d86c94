import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.cohere_v2 import CohereV2
from providers.cohere_v2.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

KEY = "co-canary-0123456789"
BASE = {"base_url": "http://cohere.test/"}
STOP = FinishReason("stop")
DONE = b"data: [DONE]\n\n"
PIXEL = b"GIF89a..."


def told(kind, **members):
    return {"type": kind, **members}


def part(kind, index=0, **message):
    return told(kind, index=index, delta={"message": message})


def said(**content):
    return part("content-delta", content=content)


def ended(finish="COMPLETE", **members):
    return told("message-end", delta={"finish_reason": finish, **members})


def stream(*events, end=DONE):
    names = (f"event: {event['type']}\n" if event.get("type") else "" for event in events)
    data = (f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
    return "".join(name + line for name, line in zip(names, data, strict=True)).encode() + end


def read(*events, end=DONE):
    with serving(stream(*events, end=end), content_type="text/event-stream"):
        return run(CohereV2, MESSAGES, "m", **BASE)


def read_whole(document):
    with serving(json.dumps(document).encode(), content_type="application/json"):
        return run(CohereV2, MESSAGES, "m", stream=False, **BASE)


def failed(*events):
    with serving(stream(*events), content_type="text/event-stream"):
        return failing(RuntimeError, CohereV2, MESSAGES, "m", **BASE)


def test_the_request_is_what_the_caller_says():
    with serving(stream(said(text="x"), ended()), content_type="text/event-stream") as served:
        run(CohereV2, MESSAGES, "m/a:b", api_key=KEY, temperature=0, stop_sequences=[], **BASE)
    (request,) = served.requests
    assert (request.method, str(request.url)) == ("POST", "http://cohere.test/v2/chat")
    assert (request.headers["accept"], request.headers["authorization"]) == ("text/event-stream", f"Bearer {KEY}")
    assert json.loads(request.content) == {
        "model": "m/a:b",
        "messages": MESSAGES,
        "stream": True,
        "temperature": 0,
        "stop_sequences": [],
    }


def test_without_base_url_cohere_is_asked_and_a_document_is_accepted_as_json():
    answered = {"finish_reason": "COMPLETE", "message": {"content": [{"type": "text", "text": "x"}]}}
    with serving(json.dumps(answered).encode(), content_type="application/json") as served:
        assert run(CohereV2, MESSAGES, "m", stream=False) == ["x", STOP]
    (request,) = served.requests
    assert str(request.url) == f"{CONTRACT.origin}{CONTRACT.path}"
    assert (request.headers["accept"], json.loads(request.content)["stream"]) == ("application/json", False)


def test_images_become_parts_of_the_last_message():
    with serving(stream(said(text="x"), ended()), content_type="text/event-stream") as served:
        run(CohereV2, MESSAGES, "m", media=[(PIXEL, "a.gif")], **BASE)
    (sent,) = json.loads(served.requests[0].content)["messages"]
    assert [part["type"] for part in sent["content"]] == ["text", "image_url"]


@pytest.mark.parametrize(
    ("model", "options"),
    [("", {}), (None, {}), ("m", {"stream": None}), ("m", {"media": ""}), ("m", {"api_key": "a\nb"})],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(model, options):
    with serving() as served:
        failing(ValueError, CohereV2, MESSAGES, model, **BASE, **options)
    assert served.requests == []


ANSWER = stream(
    {"id": "1", **part("message-start", role="assistant", content=[], tool_calls=[])},
    part("content-start", content={"type": "thinking", "thinking": ""}),
    said(thinking="Hm."),
    said(text="Grüezi 👋🏽"),
    part("tool-plan-delta", tool_plan="I look it up."),
    part("tool-call-start", tool_calls={"id": "a", "function": {"name": "f", "arguments": ""}}),
    part("tool-call-delta", tool_calls={"function": {"arguments": "{}"}}),
    told("tool-call-end", index=0),
    ended(
        "TOOL_CALL", usage={"billed_units": {"input_tokens": 1}, "tokens": {"input_tokens": 5, "output_tokens": 2.0}}
    ),
)
ITEMS = [
    Reasoning("Hm."),
    "Grüezi 👋🏽",
    Reasoning("I look it up."),
    ToolCalls(({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},)),
    Usage(5, 2),
    FinishReason("tool_calls"),
]


@pytest.mark.parametrize(
    "pieces", all_cuts(ANSWER)[:2] + all_cuts(ANSWER)[2::7], ids=lambda pieces: str(len(pieces[0]))
)
def test_a_stream_reads_the_same_however_it_is_cut(pieces):
    with serving(pieces, content_type="text/event-stream"):
        assert run(CohereV2, MESSAGES, "m", **BASE) == ITEMS


def test_a_document_gives_the_same_items_as_a_stream():
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert read_whole(
        {
            "finish_reason": "TOOL_CALL",
            "message": {
                "tool_plan": "Plan.",
                "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "x"}],
                "tool_calls": [call],
            },
            "usage": {"billed_units": {"input_tokens": 1, "output_tokens": True}},
        }
    ) == [Reasoning("Plan."), Reasoning("Hm."), "x", ToolCalls((call,)), Usage(1), FinishReason("tool_calls")]


@pytest.mark.parametrize(
    "content", ["x", {"text": "x"}, [{"text": "x"}, None, 1, {"text": 1}]], ids=["text", "object", "list"]
)
def test_content_is_read_in_any_shape(content):
    assert read_whole({"finish_reason": "COMPLETE", "message": {"content": content, "tool_calls": [None]}}) == [
        "x",
        STOP,
    ]


def test_other_events_add_nothing():
    events = [
        {},
        {"type": "error"},
        {"type": None, "delta": None},
        part("citation-start", citations={"text": "x"}),
        {"type": "debug", "prompt": "y"},
        {"type": "x_new", "message": "z"},
        part("tool-call-delta", tool_calls=None),
    ]
    assert read(*events, said(text="x"), ended(usage=None), said(text="")) == ["x", STOP]


def test_the_sentinel_ends_the_stream_at_once():
    assert read(said(text="x"), ended(), end=b"data:  [DONE] \n\ndata: {oops") == ["x", STOP]


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("COMPLETE", STOP),
        ("STOP_SEQUENCE", STOP),
        ("MAX_TOKENS", FinishReason("length")),
        ("TOOL_CALL", FinishReason("tool_calls")),
        ("NEWS", FinishReason("unknown", "NEWS")),
    ],
)
def test_every_stop_value_has_its_meaning(raw, finish):
    assert read(said(text="x"), ended(raw)) == ["x", finish]


@pytest.mark.parametrize("raw", ["ERROR", "TIMEOUT"])
def test_a_stop_value_that_means_failure_raises(raw):
    items, error = failed(said(text="x"), ended(raw))
    assert (items, error.code) == (["x"], raw)


def test_an_error_beside_the_finish_raises_with_its_words():
    items, error = failed(said(text="x"), ended("COMPLETE", error="the model is overloaded"))
    assert (items, str(error)) == (["x"], "the model is overloaded")


@pytest.mark.parametrize("event", [{"message": "no"}, {"type": "error", "message": "no"}, {"error": {"message": "no"}}])
def test_an_error_event_raises(event):
    assert "no" in str(failed(said(text="x"), event)[1])


@pytest.mark.parametrize("document", [[], None, {}, {"message": "too many tokens"}, {"error": {"message": "no"}}])
def test_a_document_that_is_no_answer_raises(document):
    with serving(json.dumps(document).encode(), content_type="application/json"):
        failing(RuntimeError, CohereV2, MESSAGES, "m", stream=False, **BASE)


def test_a_stream_without_its_end_raises():
    items, error = failed(said(text="x"))
    assert (items, str(error)) == (["x"], "the answer ended before its finish")


@pytest.mark.parametrize(("status", "family"), [(400, ValueError), (404, ValueError), (429, RuntimeError)])
def test_an_error_body_is_read(status, family):
    with serving(b'{"id":"1","message":"no"}', content_type="application/json", status=status):
        _, error = failing(family, CohereV2, MESSAGES, "m", **BASE)
    assert str(error) == f"HTTP {status}: no"


def test_the_end_of_the_body_ends_it_too():
    assert read(said(text="x"), ended(), end=b"") == ["x", STOP]
