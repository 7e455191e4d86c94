import base64
import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.openai_chat import OpenAiChat
from providers.openai_chat.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

KEY = "sk-canary-0123456789"
BASE = {"base_url": "http://chat.test/v1/"}
STOP = FinishReason("stop")
DONE = b"data: [DONE]\n\n"
IMAGE = b"GIF89a..."
URI = f"data:image/gif;base64,{base64.b64encode(IMAGE).decode()}"


def chunk(finish=None, /, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def events(*chunks, end=DONE):
    return b"".join(f"data: {json.dumps(each, ensure_ascii=False)}\n\n".encode() for each in chunks) + end


def document(finish="stop", /, usage=None, **message):
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage}


ANSWER = events(chunk(content="x"), chunk("stop"))


def streaming(*chunks, **options):
    return serving(events(*chunks), content_type="text/event-stream", **options)


def answering(told, **options):
    return serving(json.dumps(told).encode(), **{"content_type": "application/json", **options})


def asked(messages=MESSAGES, **options):
    with serving(ANSWER, content_type="text/event-stream") as served:
        run(OpenAiChat, messages, "m/a:b@c", **{**BASE, **options})
    return served.requests[0]


def read(*chunks):
    with streaming(*chunks):
        return run(OpenAiChat, MESSAGES, "m", **BASE)


def read_whole(told):
    with answering(told):
        return run(OpenAiChat, MESSAGES, "m", stream=False, **BASE)


def test_the_request_of_a_stream_asks_for_usage():
    request = asked(api_key=KEY, temperature=0, stop=[])
    assert (request.method, str(request.url)) == ("POST", "http://chat.test/v1/chat/completions")
    assert (request.headers["accept"], request.headers["authorization"]) == ("text/event-stream", f"Bearer {KEY}")
    assert json.loads(request.content) == {
        "model": "m/a:b@c",
        "messages": MESSAGES,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0,
        "stop": [],
    }


def test_the_request_of_a_document_does_not():
    with answering(document(content="x")) as served:
        run(OpenAiChat, MESSAGES, "m", stream=False, **BASE)
    (request,) = served.requests
    assert (request.headers["accept"], "authorization" in request.headers) == ("application/json", False)
    assert json.loads(request.content) == {"model": "m", "messages": MESSAGES, "stream": False}


def test_without_base_url_openai_is_asked():
    with serving(ANSWER, content_type="text/event-stream") as served:
        run(OpenAiChat, MESSAGES, "m")
    assert str(served.requests[0].url) == f"{CONTRACT.origin}{CONTRACT.root}{CONTRACT.path}"


def test_the_caller_may_choose_the_options_of_the_stream():
    assert json.loads(asked(stream_options={}).content)["stream_options"] == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [("see", [{"type": "text", "text": "see"}]), ([{"type": "text", "text": "see"}],) * 2, ([], [])],
    ids=["text", "parts", "nothing"],
)
def test_images_go_into_the_last_message_of_the_user(content, said):
    messages = [*MESSAGES, {"role": "user", "content": content}, {"role": "assistant", "content": "ok"}]
    sent = json.loads(asked(messages, media=[(IMAGE, "a.txt")]).content)["messages"]
    image = {"type": "image_url", "image_url": {"url": URI}}
    assert sent == [*MESSAGES, {"role": "user", "content": [*said, image]}, messages[-1]]
    assert messages[1]["content"] == content


@pytest.mark.parametrize(
    ("messages", "options"),
    [
        (MESSAGES, {"stream": None}),
        (MESSAGES, {"stream": False, "stream_options": {}}),
        (MESSAGES, {"media": ""}),
        ([{"role": "system", "content": "x"}], {"media": [(IMAGE, None)]}),
        ([{"role": "user", "content": []}], {}),
        ([{"role": "user", "content": [{"text": "x"}]}], {}),
        ([{"role": "user", "content": ["x"]}], {}),
        (MESSAGES, {"base_url": ""}),
        (MESSAGES, {"api_key": "a\r\nb"}),
    ],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(messages, options):
    with streaming() as served:
        failing(ValueError, OpenAiChat, messages, "m", **{**BASE, **options})
    assert served.requests == []


@pytest.mark.parametrize("model", ["", None])
def test_a_model_is_needed(model):
    with streaming() as served:
        failing(ValueError, OpenAiChat, MESSAGES, model, **BASE)
    assert served.requests == []


def test_the_answer_does_not_depend_on_cuts():
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    told = events(chunk(role="assistant", content=None), chunk(content="é"), chunk("stop"), {"usage": usage})
    for pieces in all_cuts(told):
        with serving(pieces, content_type="text/event-stream"):
            assert run(OpenAiChat, MESSAGES, "m", **BASE) == ["é", Usage(1, 2, 3), STOP]


def test_what_follows_the_sentinel_is_not_read():
    with serving(events(chunk("stop", content="x"), end=b"data:  [DONE] \r\n\r\n{garbage"), content_type="x/y"):
        assert run(OpenAiChat, MESSAGES, "m", **BASE) == ["x", STOP]


def test_a_finish_without_sentinel_is_enough_and_a_sentinel_without_finish_is_not():
    with serving(events(chunk("stop", content="x"), end=b""), content_type="text/event-stream"):
        assert run(OpenAiChat, MESSAGES, "m", **BASE) == ["x", STOP]
    with streaming(chunk(content="x")):
        assert failing(RuntimeError, OpenAiChat, MESSAGES, "m", **BASE)[0] == ["x"]


def test_blank_data_and_chunks_without_meaning_are_passed_over():
    odd = [{}, {"choices": None}, {"choices": [None]}, {"choices": []}, {"choices": [{"index": 1, "delta": {}}]}]
    told = b"data:\n\ndata:  \n\n" + events(*odd, {"choices": [{"delta": None}]}, chunk("stop", content="x"))
    with serving(told, content_type="text/event-stream"):
        assert run(OpenAiChat, MESSAGES, "m", **BASE) == ["x", STOP]


@pytest.mark.parametrize("data", ["{", "5", "null", '"x"', "[]", '{"a": "\xff"}'], ids=ascii)
def test_garbage_is_a_failure(data):
    with serving(f"data: {data}\n\n".encode("latin-1") + ANSWER, content_type="text/event-stream"):
        failing(RuntimeError, OpenAiChat, MESSAGES, "m", **BASE)


@pytest.mark.parametrize(
    ("delta", "items"),
    [
        ({"content": None, "reasoning_content": "t"}, [Reasoning("t")]),
        ({"reasoning": "t", "reasoning_details": [{"text": "t"}]}, [Reasoning("t")]),
        ({"reasoning_content": "t", "content": "a"}, [Reasoning("t"), "a"]),
        ({"reasoning_content": 5, "reasoning": None, "content": "a"}, ["a"]),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "t"}]}, {"text": "a"}, None]},
            [Reasoning("t"), "a"],
        ),
        ({"content": [{"type": "thinking", "thinking": "t"}, {"type": "image_url"}]}, [Reasoning("t")]),
        ({"content": {"text": "a"}}, []),
    ],
    ids=["content", "reasoning", "both", "odd", "parts", "part as text", "object"],
)
def test_reasoning_and_text_are_kept_apart(delta, items):
    assert read(chunk(**delta), chunk("stop", content="x")) == [*items, "x", STOP]


def test_a_document_keeps_reasoning_and_text_apart():
    assert read_whole(document(content="a", reasoning_content="t")) == [Reasoning("t"), "a", STOP]
    parts = [{"type": "thinking", "thinking": [{"text": "t"}]}, {"type": "text", "text": "a"}]
    assert read_whole(document(content=parts)) == [Reasoning("t"), "a", STOP]


def test_only_the_first_choice_is_read():
    other = {"index": 1, "delta": {"content": "other"}, "finish_reason": "length"}
    first = {"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}
    assert read({"choices": [other]}, {"choices": [other, first]}, {"choices": [other]}) == ["a", STOP]
    bare = [{"delta": {"content": "a"}, "finish_reason": "stop"}, {"delta": {"content": "other"}}]
    assert read({"choices": bare}) == ["a", STOP]


def test_tool_calls_come_merged_before_usage_and_finish():
    pieces = [
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}},
        {"index": 0, "function": {"arguments": "{}"}},
    ]
    calls = ToolCalls(({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},))
    usage = {"usage": {"total_tokens": 3, "prompt_tokens": True}}
    told = [chunk(tool_calls=[each]) for each in pieces]
    assert read(*told, chunk("tool_calls"), usage) == [
        calls,
        Usage(None, None, 3),
        FinishReason("tool_calls"),
    ]
    assert read(*told, chunk("stop")) == [calls, STOP]
    whole = [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]
    assert read_whole(document("tool_calls", content=None, tool_calls=whole)) == [calls, FinishReason("tool_calls")]


def test_the_former_function_call_is_a_tool_call():
    told = [chunk(function_call={"name": "f", "arguments": ""}), chunk(function_call={"arguments": "{}"})]
    (calls, finish) = read(*told, chunk("function_call"))
    assert calls.calls == ({"id": None, "type": "function", "function": {"name": "f", "arguments": "{}"}},)
    assert finish == FinishReason("tool_calls")


def test_usage_is_the_last_that_was_told_wherever_it_stands():
    first, last = ({"completion_tokens": number} for number in (1, 5))
    told = [{**chunk(content="x"), "usage": first}, chunk("stop"), {"usage": last}, {"usage": None}, {"usage": 5}]
    assert read(*told) == ["x", Usage(None, 5, None), STOP]
    assert read(chunk(content="x"), {**chunk("stop"), "x_groq": {"usage": last}}) == ["x", Usage(None, 5, None), STOP]
    assert read_whole(document(usage=last, content="x")) == ["x", Usage(None, 5, None), STOP]


@pytest.mark.parametrize(
    ("raw", "reason"), [*CONTRACT.finish.reasons.items(), ("eos", "stop"), ("load", "unknown"), (7, "unknown")]
)
def test_a_stop_value_maps_by_the_table_in_both_modes(raw, reason):
    finish = FinishReason(reason, raw if reason == "unknown" else None)
    assert read(chunk(content="x"), chunk(raw), chunk(None), chunk("length")) == ["x", finish]
    assert read_whole(document(raw, content="x")) == ["x", finish]


@pytest.mark.parametrize("raw", ["error", "ERROR", "insufficient_system_resource", "failed"])
def test_a_stop_value_that_means_failure_raises(raw):
    with streaming(chunk(content="x"), chunk("stop"), chunk(raw)):
        assert failing(RuntimeError, OpenAiChat, MESSAGES, "m", **BASE)[1].code == raw


@pytest.mark.parametrize("raw", [None, ""])
def test_an_absent_stop_value_is_no_finish(raw):
    assert read(chunk(raw, content="a"), chunk(raw), chunk("stop", content="b")) == ["a", "b", STOP]


def test_a_refusal_is_filtered_content_whatever_the_stop_value_says():
    finish = FinishReason("content_filter", "I can't.")
    assert read(chunk(refusal="I "), chunk(refusal="can't."), chunk("stop", refusal=None)) == [finish]
    assert read_whole(document(content=None, refusal="I can't.")) == [finish]


@pytest.mark.parametrize(
    ("error", "family", "code"),
    [
        ({"message": "why", "type": "server_error", "code": None}, RuntimeError, "server_error"),
        ({"message": "why", "type": "requests", "code": "rate_limit_exceeded"}, RuntimeError, "rate_limit_exceeded"),
        ({"message": "why", "type": "invalid_request_error", "code": "x"}, ValueError, "x"),
        ({"message": "why", "code": "model_not_found"}, ValueError, "model_not_found"),
        ({"message": "why", "code": 502}, RuntimeError, "502"),
        ({"message": "why", "code": "401"}, ValueError, "401"),
        ({"message": "why", "code": 7, "status_code": 400}, ValueError, "7"),
        ({"message": "why", "code": True}, RuntimeError, None),
        ("why", RuntimeError, None),
    ],
    ids=repr,
)
def test_an_error_after_status_200_maps_as_its_status_type_or_code(error, family, code):
    for place in range(3):
        told = [chunk(content="x"), chunk("stop")]
        told.insert(place, {**chunk(content="no answer"), "error": error})
        with streaming(*told):
            items, raised = failing(family, OpenAiChat, MESSAGES, "m", **BASE)
        assert (items, raised.code, "why" in str(raised)) == (["x"][:place], code, True)
    with answering({"error": error}):
        assert failing(family, OpenAiChat, MESSAGES, "m", stream=False, **BASE)[1].code == code


def test_an_error_may_be_empty_or_told_by_the_name_of_the_event():
    with streaming({"error": {}}):
        assert "without explanation" in str(failing(RuntimeError, OpenAiChat, MESSAGES, "m", **BASE)[1])
    for told in ('{"message": "why"}', '{"error": {"message": "why"}}'):
        with serving(f"event: error\ndata: {told}\n\n".encode(), content_type="text/event-stream"):
            assert str(failing(RuntimeError, OpenAiChat, MESSAGES, "m", **BASE)[1]) == "why"
    assert read({"error": None, **chunk("stop", content="x")}) == ["x", STOP]


@pytest.mark.parametrize("told", [[], None, "x", {}, {"choices": []}, document(content="")], ids=repr)
def test_a_document_without_answer_is_a_failure(told):
    with answering(told):
        failing(RuntimeError, OpenAiChat, MESSAGES, "m", stream=False, **BASE)


def test_what_is_no_answer_in_its_mode_is_a_failure():
    for body, content_type in ((b"<html>", "text/html"), (b"", "text/event-stream")):
        for stream in (True, False):
            with serving(body, content_type=content_type):
                failing(RuntimeError, OpenAiChat, MESSAGES, "m", stream=stream, **BASE)
    with answering(document(content="x")):
        failing(RuntimeError, OpenAiChat, MESSAGES, "m", **BASE)
    with serving(ANSWER, content_type="text/event-stream"):
        failing(RuntimeError, OpenAiChat, MESSAGES, "m", stream=False, **BASE)


def test_the_key_is_never_shown_though_the_upstream_echoes_it():
    with streaming(chunk(content=f"Your key: {KEY}"), {"error": {"message": KEY, "code": KEY}}):
        _, error = failing(RuntimeError, OpenAiChat, MESSAGES, "m", api_key=KEY, **BASE)
    assert KEY not in f"{error!r}{vars(error)!r}"
