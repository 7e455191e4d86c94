import base64
import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.ollama import Ollama
from providers.ollama.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

BASE = {"base_url": "http://chat.test/"}
STOP = FinishReason("stop")
IMAGE = b"GIF89a..."
BASE64 = base64.b64encode(IMAGE).decode()
NDJSON = "application/x-ndjson"
COUNTS = {"prompt_eval_count": 7, "eval_count": 5}


def line(content="", **message):
    return {"message": {"role": "assistant", "content": content, **message}, "done": False}


def last(reason="stop", content="", /, counts=None, **message):
    return {**line(content, **message), "done": True, "done_reason": reason, **(counts or {})}


def lines(*told):
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in told)


def read(*told):
    with serving(lines(*told), content_type=NDJSON):
        return run(Ollama, MESSAGES, "m", **BASE)


def read_whole(document):
    with serving(json.dumps(document).encode(), content_type="application/json; charset=utf-8"):
        return run(Ollama, MESSAGES, "m", stream=False, **BASE)


def asked(messages=MESSAGES, **options):
    with serving(lines(last("stop", "x")), content_type=NDJSON) as served:
        run(Ollama, messages, "m", **{**BASE, **options})
    return served.requests[0]


def body(messages=MESSAGES, **options):
    return json.loads(asked(messages, **options).content)


def test_the_request_of_a_stream_and_of_a_document():
    request = asked(api_key="sk-canary")
    assert (str(request.url), request.headers["accept"]) == ("http://chat.test/api/chat", NDJSON)
    assert request.headers["authorization"] == "Bearer sk-canary"
    assert json.loads(request.content) == {"model": "m", "messages": MESSAGES, "stream": True}
    with serving(json.dumps(last("stop", "x")).encode(), content_type="application/json") as served:
        run(Ollama, MESSAGES, "m", stream=False)
    (request,) = served.requests
    assert (str(request.url), "authorization" in request.headers) == (f"{CONTRACT.origin}{CONTRACT.path}", False)
    assert json.loads(request.content) == {"model": "m", "messages": MESSAGES, "stream": False}


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"temperature": 0, "max_tokens": 8}, {"options": {"temperature": 0, "num_predict": 8}}),
        ({"stop": "."}, {"options": {"stop": ["."]}}),
        ({"options": {"new": 1}, "seed": 2}, {"options": {"new": 1, "seed": 2}}),
        ({"options": None, "think": False, "format": ""}, {"think": False, "format": ""}),
    ],
    ids=str,
)
def test_options_have_their_places(options, sent):
    assert body(**options) == {"model": "m", "messages": MESSAGES, "stream": True, **sent}


def test_images_stand_beside_the_text():
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": f"data:image/gif;base64,{BASE64}"}]
    assert body([{"role": "user", "content": parts}])["messages"] == [
        {"role": "user", "content": "a", "images": [BASE64]}
    ]
    assert body(media=[(IMAGE, None)])["messages"] == [{"role": "user", "content": "Say hi", "images": [BASE64]}]


def test_calls_have_objects_as_arguments_and_results_the_name_of_the_tool():
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    messages = [
        {"role": "developer", "content": "d"},
        {"role": "assistant", "content": "c", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "name": "f", "content": "r"},
        {"role": "tool", "tool_call_id": "a", "content": "r"},
    ]
    whole = {**call, "function": {"name": "f", "arguments": {"x": 1}}}
    assert body(messages)["messages"] == [
        {"role": "system", "content": "d"},
        {"role": "assistant", "content": "c", "tool_calls": [whole]},
        {"role": "tool", "tool_call_id": "a", "tool_name": "f", "content": "r"},
        {"role": "tool", "tool_call_id": "a", "content": "r"},
    ]


@pytest.mark.parametrize(
    ("messages", "options"),
    [
        (MESSAGES, {"stream": 1}),
        (MESSAGES, {"top": 1}),
        ([{"role": "user", "content": [{"type": "file"}]}], {}),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://a.test/b"}}]}], {}),
        ([{"role": "user", "content": [{"type": "image_url"}]}], {}),
    ],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(messages, options):
    with serving(lines(last("stop", "x"))) as served:
        failing(ValueError, Ollama, messages, "m", **{**BASE, **options})
    assert served.requests == []


@pytest.mark.parametrize("model", ["", None])
def test_a_model_is_needed(model):
    with serving(lines(last("stop", "x"))) as served:
        failing(ValueError, Ollama, MESSAGES, model, **BASE)
    assert served.requests == []


def test_the_answer_does_not_depend_on_cuts():
    for pieces in all_cuts(lines(line("é\u2028"), last(counts=COUNTS))):
        with serving(pieces, content_type=NDJSON):
            assert run(Ollama, MESSAGES, "m", **BASE) == ["é\u2028", Usage(7, 5), STOP]


def test_what_follows_the_end_is_not_read_and_an_answer_without_end_is_cut():
    with serving(lines(last("stop", "x")) + b"{garbage\n", content_type=""):
        assert run(Ollama, MESSAGES, "m", **BASE) == ["x", STOP]
    with serving(lines(line("x")), content_type=NDJSON):
        assert failing(RuntimeError, Ollama, MESSAGES, "m", **BASE)[0] == ["x"]


def test_thinking_is_reasoning_in_both_modes():
    assert read(line(thinking="t"), line("a", thinking="u"), last()) == [Reasoning("t"), Reasoning("u"), "a", STOP]
    assert read_whole(last("stop", "a", thinking="t", counts=COUNTS)) == [Reasoning("t"), "a", Usage(7, 5), STOP]


def test_stop_with_calls_is_tool_calls_and_length_stays():
    told = [{"id": "a", "function": {"index": 0, "name": "f", "arguments": {"x": 1}}}]
    calls = ToolCalls(({"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},))
    assert read(line(tool_calls=told), last()) == [calls, FinishReason("tool_calls", "stop")]
    assert read_whole(last("stop", "", tool_calls=told)) == [calls, FinishReason("tool_calls", "stop")]
    assert read(line(tool_calls=told), last("length")) == [calls, FinishReason("length")]


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("stop", STOP),
        ("length", FinishReason("length")),
        ("load", FinishReason("unknown", "load")),
        (None, FinishReason("unknown")),
    ],
)
def test_a_stop_value_maps_by_the_table_in_both_modes(raw, finish):
    assert read(line("x"), last(raw)) == ["x", finish]
    assert read_whole(last(raw, "x")) == ["x", finish]


def test_counts_that_are_missing_or_odd_are_not_told():
    assert read(line("x"), last(counts={"eval_count": 5})) == ["x", Usage(None, 5), STOP]
    assert read(line("x"), last(counts={"eval_count": True})) == ["x", STOP]


def test_an_error_in_a_line_or_a_document_is_a_failure():
    with serving(lines(line("x"), {"error": "why"}), content_type=NDJSON):
        items, raised = failing(RuntimeError, Ollama, MESSAGES, "m", **BASE)
    assert (items, raised.message) == (["x"], "why")
    with serving(b'{"error": "why"}', content_type="application/json"):
        assert str(failing(RuntimeError, Ollama, MESSAGES, "m", stream=False, **BASE)[1]) == "why"
    with serving(b'{"error": "model \'m\' not found"}', content_type="application/json", status=404):
        assert "not found" in str(failing(ValueError, Ollama, MESSAGES, "m", **BASE)[1])


@pytest.mark.parametrize("told", ["[]", "5", "{}", '{"message": "x", "done": true, "done_reason": "stop"}'])
def test_a_document_without_answer_is_a_failure(told):
    with serving(told.encode(), content_type="application/json"):
        failing(RuntimeError, Ollama, MESSAGES, "m", stream=False, **BASE)
