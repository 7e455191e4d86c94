import base64
import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.openai_responses import OpenAiResponses
from providers.openai_responses.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

BASE = {"base_url": "http://responses.test/v1/"}
STOP = FinishReason("stop")
IMAGE = b"GIF89a..."
URI = f"data:image/gif;base64,{base64.b64encode(IMAGE).decode()}"
USAGE = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}


def event(kind, /, **members):
    return {"type": f"response.{kind}", **members}


def text(delta):
    return event("output_text.delta", delta=delta)


def ending(status="completed", /, **members):
    return event(status, response={"status": status, **members})


def written(*events, end=b""):
    told = (f"event: {one['type']}\ndata: {json.dumps(one, ensure_ascii=False)}\n\n" for one in events)
    return "".join(told).encode() + end


def streaming(*events, **options):
    return serving(written(*events), content_type="text/event-stream", **options)


def read(*events):
    with streaming(*events):
        return run(OpenAiResponses, MESSAGES, "m", **BASE)


def read_whole(document):
    with serving(json.dumps(document).encode(), content_type="application/json"):
        return run(OpenAiResponses, MESSAGES, "m", stream=False, **BASE)


def asked(messages=MESSAGES, **options):
    with streaming(text("x"), ending()) as served:
        run(OpenAiResponses, messages, "m", **{**BASE, **options})
    return served.requests[0]


def call(id_, name, arguments):
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def message(*parts):
    return {"type": "message", "role": "assistant", "content": [*parts]}


def test_the_request_of_a_stream():
    request = asked(api_key="sk-canary-0123", temperature=0, max_tokens=16, store=False)
    assert (request.method, str(request.url)) == ("POST", "http://responses.test/v1/responses")
    assert (request.headers["accept"], request.headers["authorization"]) == (
        "text/event-stream",
        "Bearer sk-canary-0123",
    )
    assert json.loads(request.content) == {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": "Say hi"}],
        "stream": True,
        "temperature": 0,
        "max_output_tokens": 16,
        "store": False,
    }


def test_without_base_url_openai_is_asked():
    with streaming(text("x"), ending()) as served:
        run(OpenAiResponses, MESSAGES, "m")
    assert str(served.requests[0].url) == f"{CONTRACT.origin}{CONTRACT.root}{CONTRACT.path}"


def test_parts_get_the_types_that_the_role_needs():
    other = {"type": "input_file", "file_id": "f"}
    image = {"type": "image_url", "image_url": {"url": "https://images.test/a", "detail": "low"}}
    messages = [
        {"role": "assistant", "content": [{"type": "text", "text": "so"}]},
        {"role": "user", "content": [{"type": "text", "text": "see"}, image, other]},
    ]
    sent = json.loads(asked(messages, media=[(IMAGE, "a.txt")]).content)["input"]
    assert [item["content"] for item in sent] == [
        [{"type": "output_text", "text": "so"}],
        [
            {"type": "input_text", "text": "see"},
            {"type": "input_image", "image_url": "https://images.test/a", "detail": "low"},
            other,
            {"type": "input_image", "image_url": URI},
        ],
    ]


def test_calls_and_results_of_tools_become_items():
    messages = [
        {"role": "assistant", "content": "", "tool_calls": [call("a", "weather", "{}")]},
        {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "sunny"}]},
        {"role": "assistant", "content": "So?", "tool_calls": []},
    ]
    assert json.loads(asked(messages).content)["input"] == [
        {"type": "function_call", "call_id": "a", "name": "weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "sunny"},
        {"type": "message", "role": "assistant", "content": "So?"},
    ]


def test_tools_lose_the_level_that_chat_completions_has():
    weather = {"name": "weather", "parameters": {}}
    search = {"type": "web_search"}
    tools = [{"type": "function", "function": weather}, search]
    choice = {"type": "function", "function": {"name": "weather"}}
    sent = json.loads(asked(tools=tools, tool_choice=choice).content)
    assert sent["tools"] == [{"type": "function", **weather}, search]
    assert sent["tool_choice"] == {"type": "function", "name": "weather"}
    assert json.loads(asked(tools=[], tool_choice="auto").content)["tool_choice"] == "auto"
    assert tools[0] == {"type": "function", "function": weather}


@pytest.mark.parametrize(
    ("messages", "model", "options"),
    [
        (MESSAGES, "", {}),
        (MESSAGES, "m", {"stream": None}),
        (MESSAGES, "m", {"stop": ["x"]}),
        (MESSAGES, "m", {"base_url": ""}),
        ([{"role": "assistant", "content": "", "tool_calls": ["weather"]}], "m", {}),
        ([{"role": "tool", "content": [{"type": "image_url", "image_url": {"url": URI}}]}], "m", {}),
    ],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(messages, model, options):
    with streaming() as served:
        failing(ValueError, OpenAiResponses, messages, model, **{**BASE, **options})
    assert served.requests == []


def test_the_answer_does_not_depend_on_cuts():
    told = written(event("created", response={}), text("é"), ending(usage=USAGE), end=b": the rest is not read {")
    for pieces in all_cuts(told):
        with serving(pieces, content_type="text/event-stream"):
            assert run(OpenAiResponses, MESSAGES, "m", **BASE) == ["é", Usage(1, 2, 3), STOP]


def test_text_that_comes_again_is_not_read_twice():
    again = [event("output_text.done", text="x"), event("output_item.done", item=message({"text": "x"}))]
    assert read(text("x"), *again, ending(output=[message({"type": "output_text", "text": "x"})])) == ["x", STOP]


def test_reasoning_is_no_text():
    thoughts = [event("reasoning_summary_text.delta", delta="a"), event("reasoning_text.delta", delta="b")]
    got = read(*thoughts, event("reasoning_text.delta", delta=None), text("x"), text(None), ending())
    assert got == [Reasoning("a"), Reasoning("b"), "x", STOP]


@pytest.mark.parametrize(
    ("last", "finish"),
    [
        (ending("completed"), STOP),
        (event("completed"), STOP),
        (ending("incomplete", incomplete_details={"reason": "max_output_tokens"}), FinishReason("length")),
        (ending("incomplete", incomplete_details={"reason": "content_filter"}), FinishReason("content_filter")),
        (ending("incomplete", incomplete_details={"reason": "tired"}), FinishReason("unknown", "tired")),
        (ending("incomplete", incomplete_details=None), FinishReason("unknown", "incomplete")),
        (ending(usage={"input_tokens": True}), STOP),
    ],
    ids=ascii,
)
def test_status_and_reason_tell_the_finish(last, finish):
    assert read(text("x"), last)[-1] == finish


@pytest.mark.parametrize("status", ["failed", "cancelled", "incomplete"])
def test_a_failed_response_is_no_answer(status):
    error = {"code": "server_error", "message": "broken"}
    with streaming(text("x"), ending(status, error=error)):
        got, raised = failing(RuntimeError, OpenAiResponses, MESSAGES, "m", **BASE)
    assert (got, str(raised), raised.code) == (["x"], "(server_error): broken", "server_error")


@pytest.mark.parametrize(
    ("last", "family"),
    [
        (ending("failed"), RuntimeError),
        (event("cancelled"), RuntimeError),
        ({"type": "error", "code": None, "message": "no"}, RuntimeError),
        ({"type": "error", "error": {"code": "rate_limit_exceeded", "message": "no"}}, RuntimeError),
        ({"type": "error", "error": {"code": 400, "message": "no"}}, ValueError),
        ({"type": "error", "code": "context_length_exceeded", "message": "no"}, ValueError),
        (ending("failed", error={"code": "invalid_prompt", "message": "no"}), ValueError),
        (ending("failed", error={"code": "image_too_large", "message": "no"}), ValueError),
        (text("the rest is missing"), RuntimeError),
    ],
    ids=ascii,
)
def test_errors_in_the_stream(last, family):
    with streaming(text("x"), last):
        failing(family, OpenAiResponses, MESSAGES, "m", **BASE)


def test_an_error_without_a_type_is_one():
    with serving(b'data: {"error": {"message": "no"}}\n\n', content_type="text/event-stream"):
        failing(RuntimeError, OpenAiResponses, MESSAGES, "m", **BASE)


def item(kind, id_, at=None, /, **members):
    told = {"type": "function_call", "id": id_, "call_id": f"call-{id_}", "name": "weather", **members}
    return event(f"output_item.{kind}", item=told, **({} if at is None else {"output_index": at}))


def piece(delta, **members):
    return event("function_call_arguments.delta", delta=delta, **members)


A, B = ToolCalls((call("call-a", "weather", "[1]"),)), ToolCalls((call("call-b", "weather", "[1]"),))
BOTH = ToolCalls((*A.calls, *B.calls))


@pytest.mark.parametrize(
    ("events", "calls"),
    [
        ([item("added", "a", 0), piece("[", output_index=0), piece("1]", output_index=0)], A),
        ([item("added", "a"), piece("[", item_id="a"), piece("1]", item_id="call-a")], A),
        ([item("added", "a", 0), piece("[1]")], A),
        ([item("added", "a", 0), item("done", "another", 0, call_id="call-a", arguments="[1]")], A),
        ([item("added", "a", 0), piece("[", output_index=0), item("done", "a", 0, arguments="[1]")], A),
        ([item("added", "a", 0), event("function_call_arguments.done", output_index=0, arguments="[1]")], A),
        ([item("done", "b", arguments="[1]")], B),
        ([item("added", "b", 1, arguments="[1]"), item("done", "b", 1, arguments="")], B),
        ([item("added", "a", 0), item("added", "b", 1), piece("[1]", output_index=1), piece("[1]", item_id="a")], BOTH),
        ([item("done", "b", 1, type="custom_tool_call", input="[1]")], B),
        (
            [
                item("added", "b", 1, type="custom_tool_call"),
                event("custom_tool_call_input.delta", output_index=1, delta="["),
                event("custom_tool_call_input.done", output_index=1, input="[1]"),
            ],
            B,
        ),
    ],
    ids=range(11),
)
def test_calls_are_put_together(events, calls):
    again = ending(output=[{"type": "function_call", "call_id": "x", "name": "weather", "arguments": ""}])
    assert read(*events, again) == [calls, FinishReason("tool_calls")]


def test_pieces_that_belong_to_no_call_add_nothing():
    lost = [piece("[1]"), event("function_call_arguments.done", arguments="[1]"), item("done", "a", type="message")]
    assert read(*lost, text("x"), ending()) == ["x", STOP]


def test_calls_that_only_the_last_event_tells_are_told():
    told = {"type": "function_call", "call_id": "call-a", "name": "weather", "arguments": "[1]"}
    assert read(ending(output=[None, told], usage=USAGE)) == [A, Usage(1, 2, 3), FinishReason("tool_calls")]


def test_an_answer_cut_within_its_calls_ends_in_length():
    got = read(item("added", "a", 0), ending("incomplete", incomplete_details={"reason": "max_output_tokens"}))
    assert got[-1] == FinishReason("length")


def test_a_refusal_is_no_answer():
    pieces = [event("refusal.delta", delta="I "), event("refusal.delta", delta="won't."), event("refusal.done")]
    assert read(*pieces, ending()) == [FinishReason("content_filter", "I won't.")]


def test_a_document_gives_what_a_stream_gives():
    document = {
        "status": "completed",
        "output": [
            {"type": "reasoning", "summary": [{"text": "a"}], "content": [{"text": "b"}]},
            message({"type": "output_text", "text": "x"}, {"type": "refusal", "refusal": ""}, {"type": "output_text"}),
            {"type": "function_call", "call_id": "call-a", "name": "weather", "arguments": "[1]"},
            {"type": "web_search_call"},
        ],
        "usage": USAGE,
    }
    assert read_whole(document) == [
        Reasoning("a"),
        Reasoning("b"),
        "x",
        A,
        Usage(1, 2, 3),
        FinishReason("tool_calls"),
    ]


def test_a_refusal_in_a_document():
    document = {"status": "completed", "output": [message({"type": "refusal", "refusal": "No."})]}
    assert read_whole(document) == [FinishReason("content_filter", "No.")]


@pytest.mark.parametrize("document", [[], {}, {"status": "queued"}, {"error": {"message": "no"}}], ids=ascii)
def test_a_document_that_is_no_answer(document):
    with serving(json.dumps(document).encode(), content_type="application/json"):
        failing(RuntimeError, OpenAiResponses, MESSAGES, "m", stream=False, **BASE)
