import base64
import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.anthropic_messages import AnthropicMessages
from providers.anthropic_messages.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

KEY = "sk-ant-canary-0123456789"
BASE = {"base_url": "http://chat.test/"}
STOP = FinishReason("stop")
IMAGE = b"GIF89a..."
BASE64 = base64.b64encode(IMAGE).decode()
URI = f"data:image/gif;base64,{BASE64}"
START = {"type": "message_start", "message": {"usage": {"input_tokens": 7, "output_tokens": 1}}}
OVER = {"type": "message_stop"}
SSE = "text/event-stream; charset=utf-8"


def block(index, kind="text", **members):
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **members}}


def delta(index, kind, **members):
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **members}}


def text(piece, index=0):
    return delta(index, "text_delta", text=piece)


def ended(reason="end_turn", usage=None, **members):
    return {"type": "message_delta", "delta": {"stop_reason": reason, **members}, "usage": usage}


def events(*told):
    return b"".join(
        f"event: {each['type']}\ndata: {json.dumps(each, ensure_ascii=False)}\n\n".encode() for each in told
    )


ANSWER = events(START, block(0, text=""), text("x"), ended(usage={"output_tokens": 5}), OVER)


def read(*told):
    with serving(events(*told), content_type=SSE):
        return run(AnthropicMessages, MESSAGES, "m", **BASE)


def read_whole(*content, stop="end_turn", **members):
    with serving(json.dumps({"content": content, "stop_reason": stop, **members}).encode(), content_type="x/json"):
        return run(AnthropicMessages, MESSAGES, "m", stream=False, **BASE)


def asked(messages=MESSAGES, **options):
    with serving(ANSWER, content_type=SSE) as served:
        run(AnthropicMessages, messages, "m", **{**BASE, **options})
    return served.requests[0]


def body(messages=MESSAGES, **options):
    return json.loads(asked(messages, **options).content)


def test_the_request_has_version_key_and_a_limit():
    request = asked(api_key=KEY, temperature=0)
    assert (request.method, str(request.url)) == ("POST", "http://chat.test/v1/messages")
    assert {name: request.headers[name] for name in ("accept", "anthropic-version", "x-api-key")} == {
        "accept": "text/event-stream",
        "anthropic-version": "2023-06-01",
        "x-api-key": KEY,
    }
    assert json.loads(request.content) == {
        "model": "m",
        "messages": MESSAGES,
        "stream": True,
        "temperature": 0,
        "max_tokens": 4096,
    }


def test_without_base_url_anthropic_is_asked_and_without_key_none_is_sent():
    with serving(ANSWER, content_type=SSE) as served:
        run(AnthropicMessages, MESSAGES, "m")
    assert str(served.requests[0].url) == f"{CONTRACT.origin}{CONTRACT.path}"
    assert "x-api-key" not in served.requests[0].headers


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"stop": "."}, {"stop_sequences": ["."], "max_tokens": 4096}),
        ({"stop": [], "max_tokens": 8}, {"stop_sequences": [], "max_tokens": 8}),
        ({"max_tokens": None, "tools": None}, {"max_tokens": 4096, "tools": None}),
        ({"max_tokens": 0, "tool_choice": "required"}, {"max_tokens": 0, "tool_choice": {"type": "any"}}),
        (
            {"max_tokens": 1, "tool_choice": {"type": "function", "function": {"name": "f"}}},
            {"max_tokens": 1, "tool_choice": {"type": "tool", "name": "f"}},
        ),
        ({"max_tokens": 1, "tool_choice": {"type": "any"}}, {"max_tokens": 1, "tool_choice": {"type": "any"}}),
        (
            {
                "max_tokens": 1,
                "tools": [
                    {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "x"}}},
                    {"type": "function", "function": {"name": "g"}},
                    {"name": "h", "input_schema": {}},
                ],
            },
            {
                "max_tokens": 1,
                "tools": [
                    {"name": "f", "description": "d", "input_schema": {"type": "x"}},
                    {"name": "g", "input_schema": {"type": "object"}},
                    {"name": "h", "input_schema": {}},
                ],
            },
        ),
    ],
    ids=str,
)
def test_options_arrive_under_the_names_of_the_api(options, sent):
    assert body(**options) == {"model": "m", "messages": MESSAGES, "stream": True, **sent}


def test_system_messages_stand_apart():
    system, developer = ({"role": role, "content": f" {role}"} for role in ("system", "developer"))
    assert body([system, *MESSAGES])["system"] == " system"
    sent = body([system, *MESSAGES, developer])
    assert sent["system"] == [{"type": "text", "text": f" {role}"} for role in ("system", "developer")]
    assert sent["messages"] == MESSAGES


def test_images_become_blocks():
    parts = [
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": {"url": "https://a.test/b.png"}},
        {"type": "image_url", "image_url": URI},
        {"type": "document", "source": {"type": "text"}},
    ]
    url, data, document = body([{"role": "user", "content": parts}])["messages"][0]["content"][1:]
    assert url == {"type": "image", "source": {"type": "url", "url": "https://a.test/b.png"}}
    assert data == {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": BASE64}}
    assert document == parts[3]
    assert body(media=[(IMAGE, "a.txt")])["messages"][0]["content"] == [{"type": "text", "text": "Say hi"}, data]


def test_calls_of_tools_and_their_results_become_blocks():
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    bare = {"id": "b", "function": {"name": "g", "arguments": None}}
    whole = {"id": "c", "function": {"name": "h", "arguments": {"y": 2}}}
    messages = [
        *MESSAGES,
        {"role": "assistant", "content": "let me see", "tool_calls": [call, bare, whole]},
        {"role": "tool", "tool_call_id": "a", "content": "r"},
        {"role": "assistant", "content": "", "tool_calls": [bare]},
    ]
    uses = [
        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
        {"type": "tool_use", "id": "b", "name": "g", "input": {}},
        {"type": "tool_use", "id": "c", "name": "h", "input": {"y": 2}},
    ]
    assert body(messages)["messages"][1:] == [
        {"role": "assistant", "content": [{"type": "text", "text": "let me see"}, *uses]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "r"}]},
        {"role": "assistant", "content": [uses[1]]},
    ]


def called(calls):
    return [{"role": "assistant", "content": "x", "tool_calls": calls}]


@pytest.mark.parametrize(
    ("messages", "options"),
    [
        (MESSAGES, {"stream": None}),
        ([{"role": "system", "content": "x"}], {}),
        ([{"role": "function", "content": "x"}], {}),
        ([{"role": "user", "content": " \n"}], {}),
        ([{"role": "user", "content": [{"type": "text", "text": ""}]}], {}),
        ([{"role": "user", "content": [{"type": "text"}]}], {}),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": None}]}], {}),
        (called([{"function": {"name": "f", "arguments": "[]"}}]), {}),
        (called([{"function": {"name": "f", "arguments": 5}}]), {}),
        (called([{"function": {}}]), {}),
        (called("f"), {}),
        (MESSAGES, {"base_url": ""}),
    ],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(messages, options):
    with serving(ANSWER, content_type=SSE) as served:
        failing(ValueError, AnthropicMessages, messages, "m", **{**BASE, **options})
    assert served.requests == []


@pytest.mark.parametrize("model", ["", None])
def test_a_model_is_needed(model):
    with serving(ANSWER, content_type=SSE) as served:
        failing(ValueError, AnthropicMessages, MESSAGES, model, **BASE)
    assert served.requests == []


def test_the_answer_does_not_depend_on_cuts():
    told = events(START, {"type": "ping"}, text("é"), ended(usage={"output_tokens": 5}), OVER)
    for pieces in all_cuts(told):
        with serving(pieces, content_type=SSE):
            assert run(AnthropicMessages, MESSAGES, "m", **BASE) == ["é", Usage(7, 5), STOP]


def test_what_follows_the_end_is_not_read_and_the_end_alone_is_none():
    with serving(ANSWER + b"data: {garbage\n\n", content_type=SSE):
        assert run(AnthropicMessages, MESSAGES, "m", **BASE) == ["x", Usage(7, 5), STOP]
    with serving(events(text("x"), OVER), content_type=SSE):
        assert failing(RuntimeError, AnthropicMessages, MESSAGES, "m", **BASE)[0] == ["x"]


def test_thinking_is_reasoning_in_both_modes():
    told = [
        block(0, "thinking", thinking=""),
        delta(0, "thinking_delta", thinking="t"),
        delta(0, "thinking_delta", thinking=""),
        delta(0, "signature_delta", signature="s"),
        block(1, "redacted_thinking", data="d"),
        block(2, text="a"),
        text("b", 2),
    ]
    assert read(*told, ended()) == [Reasoning("t"), "a", "b", STOP]
    thinking = {"type": "thinking", "thinking": "t", "signature": "s"}
    assert read_whole(thinking, {"type": "text", "text": "ab"}) == [Reasoning("t"), "ab", STOP]


def test_calls_are_put_together_and_those_of_server_tools_are_none():
    told = [
        block(0, "server_tool_use", id="s", name="web_search", input={}),
        delta(0, "input_json_delta", partial_json="{}"),
        block(1, "tool_use", id="a", name="f", input={}),
        delta(1, "input_json_delta", partial_json=""),
        delta(1, "input_json_delta", partial_json='{"x": '),
        delta(1, "input_json_delta", partial_json="1}"),
        block(2, "tool_use", id="b", name="g", input={}),
    ]
    calls = ToolCalls(
        tuple(
            {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
            for id_, name, arguments in (("a", "f", '{"x": 1}'), ("b", "g", "{}"))
        )
    )
    finish = FinishReason("tool_calls")
    assert read(*told, ended("tool_use", {"output_tokens": 5})) == [calls, Usage(None, 5), finish]
    whole = [
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"q": 1}},
        {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
        {"type": "tool_use", "id": "b", "name": "g", "input": {}},
    ]
    usage = {"input_tokens": 1, "output_tokens": 5}
    assert read_whole(*whole, stop="tool_use", usage=usage) == [calls, Usage(1, 5), finish]


def test_usage_counts_from_the_beginning():
    told = [
        START,
        text("x"),
        ended(None, {"output_tokens": 3, "input_tokens": None}),
        ended(usage={"output_tokens": 5}),
    ]
    assert read(*told) == ["x", Usage(7, 5), STOP]
    assert read(text("x"), ended(usage={"input_tokens": True, "output_tokens": "5"})) == ["x", Usage(), STOP]


@pytest.mark.parametrize(
    ("raw", "reason"), [*CONTRACT.finish.reasons.items(), ("pause_turn", "unknown"), (7, "unknown")]
)
def test_a_stop_value_maps_by_the_table_in_both_modes(raw, reason):
    finish = FinishReason(reason, raw if reason == "unknown" else None)
    assert read(text("x"), ended(raw), ended("max_tokens")) == ["x", finish]
    assert read_whole({"type": "text", "text": "x"}, stop=raw) == ["x", finish]


def test_a_refusal_may_be_explained_and_empty():
    told = {"stop_details": {"type": "refusal", "explanation": "I must not."}}
    finish = FinishReason("content_filter", "I must not.")
    assert read(block(0, text=""), ended("refusal", **told)) == [finish]
    assert read_whole({"type": "text", "text": ""}, stop="refusal", **told) == [finish]


def test_a_stop_value_that_means_failure_raises():
    with serving(events(text("x"), ended(), ended("error")), content_type=SSE):
        failing(RuntimeError, AnthropicMessages, MESSAGES, "m", **BASE)


@pytest.mark.parametrize(
    ("error", "family"),
    [
        ({"type": "overloaded_error", "message": "why"}, RuntimeError),
        ({"type": "billing_error", "message": "why"}, RuntimeError),
        ({"type": "invalid_request_error", "message": "why"}, ValueError),
        ({"type": "permission_error", "message": "why"}, ValueError),
        ({"code": 529, "message": "why"}, RuntimeError),
    ],
    ids=str,
)
def test_an_error_after_status_200_maps_by_its_type(error, family):
    told = {"type": "error", "error": error}
    with serving(events(text("x"), told), content_type=SSE):
        items, raised = failing(family, AnthropicMessages, MESSAGES, "m", **BASE)
    assert (items, raised.message) == (["x"], "why")
    for bare in (told, {"error": error}):
        with serving(json.dumps(bare).encode(), content_type="application/json"):
            failing(family, AnthropicMessages, MESSAGES, "m", stream=False, **BASE)


def test_an_error_may_be_empty_or_told_by_the_name_of_the_event():
    for told in ("{}", '{"error": null}'):
        with serving(f"event: error\ndata: {told}\n\n".encode(), content_type=SSE):
            failing(RuntimeError, AnthropicMessages, MESSAGES, "m", **BASE)


@pytest.mark.parametrize("told", ["[]", "null", "{}", '{"content": [5], "stop_reason": "end_turn"}'])
def test_a_document_without_answer_is_a_failure(told):
    with serving(told.encode(), content_type="application/json"):
        failing(RuntimeError, AnthropicMessages, MESSAGES, "m", stream=False, **BASE)


def test_events_without_their_members_and_of_other_types_are_passed_over():
    odd = [
        {"type": "message_start"},
        {"type": "content_block_start", "content_block": None},
        {"type": "content_block_delta", "index": "x", "delta": {"type": "new_delta", "text": "no"}},
        {"type": "content_block_delta", "delta": {"text": None}},
        {"type": "new_event", "delta": {"text": "no"}},
    ]
    assert read(*odd, text("x"), ended()) == ["x", STOP]


def test_retry_after_counts_with_an_error_status():
    told = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}).encode()
    with serving(told, content_type="application/json", status=529, headers={"retry-after": "55"}):
        raised = failing(RuntimeError, AnthropicMessages, MESSAGES, "m", **BASE)[1]
    assert (raised.status, raised.code, raised.retry_after) == (529, "overloaded_error", 55.0)
