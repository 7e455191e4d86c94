import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.gemini import Gemini
from providers.gemini.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

KEY = "AIza-canary-0123456789"
BASE = {"base_url": "http://chat.test/v1beta/"}
STOP = FinishReason("stop")
PIXEL = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
WEATHER = {"name": "weather", "parameters": {"type": "object"}}


def response(*parts, finish=None, **members):
    candidate = {"content": {"parts": [*parts], "role": "model"}, "finishReason": finish}
    return {"candidates": [candidate], **members}


def events(*told):
    return b"".join(f"data: {json.dumps(each, ensure_ascii=False)}\r\n\r\n".encode() for each in told)


def array(*told):
    pieces = [json.dumps(each, ensure_ascii=False, indent=2) for each in told]
    return ("[" + "\n,\r\n".join(pieces) + "\n]").encode()


ANSWER = events(response({"text": "x"}, finish="STOP"))


def asked(messages=MESSAGES, model="gemini-x", **options):
    document = options.get("stream") is False
    reply = json.dumps(response({"text": "x"}, finish="STOP")).encode() if document else ANSWER
    with serving(reply, content_type="application/json") as served:
        run(Gemini, messages, model, **{**BASE, **options})
    return served.requests[0]


def sent(messages=MESSAGES, **options):
    return json.loads(asked(messages, **options).content)


def read(*told, write=events, **options):
    with serving(write(*told), content_type="application/json"):
        return run(Gemini, MESSAGES, "m", **BASE, **options)


def whole(*told):
    return json.dumps(*told).encode()


def test_the_request_of_a_stream():
    request = asked(
        api_key=KEY, temperature=0, stop="\n", max_tokens=5, generationConfig={"topK": 1}, cachedContent="c"
    )
    assert str(request.url) == "http://chat.test/v1beta/models/gemini-x:streamGenerateContent?alt=sse"
    assert (request.headers["accept"], request.headers["x-goog-api-key"]) == ("text/event-stream", KEY)
    assert json.loads(request.content) == {
        "contents": [{"role": "user", "parts": [{"text": "Say hi"}]}],
        "generationConfig": {"topK": 1, "temperature": 0, "stopSequences": ["\n"], "maxOutputTokens": 5},
        "cachedContent": "c",
    }


@pytest.mark.parametrize(
    ("options", "target", "accept"),
    [
        ({"alt": "json"}, "m:streamGenerateContent?alt=json", "application/json"),
        ({"stream": False}, "m:generateContent", "application/json"),
        ({"stream": False, "alt": "json"}, "m:generateContent", "application/json"),
    ],
    ids=str,
)
def test_each_mode_has_its_endpoint(options, target, accept):
    request = asked(model="m", **options)
    assert str(request.url) == f"http://chat.test/v1beta/models/{target}"
    assert (request.headers["accept"], "x-goog-api-key" in request.headers) == (accept, False)


def test_the_model_is_encoded_and_may_have_its_full_name():
    target = f"{CONTRACT.origin}{CONTRACT.root}{CONTRACT.path}"
    for model, told in {"models/gemini-x": "gemini-x", "a/b?c#d%e": "a%2Fb%3Fc%23d%25e"}.items():
        assert str(asked(model=model, base_url=None).url) == target.replace("{model}", told)


def test_system_messages_stand_apart_and_the_assistant_is_the_model():
    messages = [
        {"role": "system", "content": "a"},
        {"role": "user", "content": "b"},
        {"role": "assistant", "content": "c"},
        {"role": "developer", "content": "d"},
        {"role": "user", "content": [{"type": "text", "text": "e"}, {"type": "text", "text": "f"}]},
    ]
    assert sent(messages) == {
        "systemInstruction": {"parts": [{"text": "a"}, {"text": "d"}]},
        "contents": [
            {"role": "user", "parts": [{"text": "b"}]},
            {"role": "model", "parts": [{"text": "c"}]},
            {"role": "user", "parts": [{"text": "e"}, {"text": "f"}]},
        ],
    }


def test_images_are_inline_data_or_the_address_of_a_file():
    uri = f"data:image/gif;base64,{PIXEL}"
    parts = [{"type": "image_url", "image_url": {"url": uri}}, {"type": "image_url", "image_url": "https://x.test/a"}]
    assert sent([{"role": "user", "content": parts}], media=[(uri, None)])["contents"] == [
        {
            "role": "user",
            "parts": [
                {"inlineData": {"mimeType": "image/gif", "data": PIXEL}},
                {"fileData": {"fileUri": "https://x.test/a"}},
                {"inlineData": {"mimeType": "image/gif", "data": PIXEL}},
            ],
        }
    ]


def test_calls_and_their_results_are_parts_and_results_share_a_turn():
    def call(id_, **members):
        return {"id": id_, "function": {"name": "weather", "arguments": '{"city": "Paris"}'}, **members}

    messages = [
        *MESSAGES,
        {"role": "assistant", "content": "", "tool_calls": [call("a", thought_signature="s"), call(None)]},
        {"role": "tool", "tool_call_id": "a", "content": '{"sun": true}'},
        {"role": "tool", "name": "weather", "content": "rain"},
    ]
    args = {"name": "weather", "args": {"city": "Paris"}}
    assert sent(messages)["contents"][1:] == [
        {
            "role": "model",
            "parts": [{"functionCall": {"id": "a", **args}, "thoughtSignature": "s"}, {"functionCall": args}],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"id": "a", "name": "weather", "response": {"sun": True}}},
                {"functionResponse": {"name": "weather", "response": {"result": "rain"}}},
            ],
        },
    ]


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ({"type": "function", "function": {**WEATHER, "strict": True}}, {"functionDeclarations": [WEATHER]}),
        ({"googleSearch": {}}, {"googleSearch": {}}),
    ],
    ids=["functions", "others"],
)
def test_tools_may_be_told_in_both_shapes(tool, told):
    assert sent(tools=[tool])["tools"] == [told]


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("required", {"mode": "ANY"}),
        ({"function": {"name": "f"}}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        ({"mode": "NONE"}, {"mode": "NONE"}),
    ],
    ids=str,
)
def test_the_choice_of_a_tool_is_a_config(choice, told):
    assert sent(tool_choice=choice, tools={})["toolConfig"] == {"functionCallingConfig": told}


@pytest.mark.parametrize(
    ("messages", "options"),
    [
        (MESSAGES, {"stream": None}),
        (MESSAGES, {"alt": "xml"}),
        (MESSAGES, {"alt": set()}),
        (MESSAGES, {"alt": "sse", "stream": False}),
        ([{"role": "system", "content": "x"}], {}),
        ([{"role": "critic", "content": "x"}], {}),
        ([{"role": "user", "content": [{"type": "video"}]}], {}),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": 1}]}], {}),
        ([{"role": "tool", "content": "x"}], {}),
        ([{"role": "tool", "tool_call_id": "lost", "content": "x"}], {}),
    ],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(messages, options):
    with serving(ANSWER) as served:
        failing(ValueError, Gemini, messages, "m", **{**BASE, **options})
    assert served.requests == []


@pytest.mark.parametrize("model", ["", None, "\ud83c"], ids=ascii)
def test_a_model_is_needed(model):
    with serving(ANSWER) as served:
        failing(ValueError, Gemini, MESSAGES, model, **BASE)
    assert served.requests == []


@pytest.mark.parametrize("write", [events, array])
def test_the_answer_does_not_depend_on_cuts_nor_on_the_framing_asked_for(write):
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3}
    told = write(response({"text": "é"}), response({"text": "x"}, finish="STOP", usageMetadata=usage))
    for pieces in all_cuts(told):
        with serving(pieces, content_type="application/json"):
            assert run(Gemini, MESSAGES, "m", **BASE) == ["é", "x", Usage(1, 2, 3), STOP]


def test_thoughts_are_reasoning_and_other_parts_are_nothing():
    told = [
        response({"text": "hm", "thought": True}, {"text": "a"}, {"executableCode": {"code": "x"}}, None, {"text": 1}),
        {"candidates": [{"index": 1, "content": {"parts": [{"text": "other"}]}}]},
        {"candidates": None},
        {"candidates": [{"content": {"parts": {}}}]},
        response(finish="STOP"),
    ]
    assert read(*told) == [Reasoning("hm"), "a", STOP]


def test_calls_end_in_tool_calls_under_the_usual_stop_value():
    told = response(
        {"functionCall": {"name": "weather", "args": {"city": "Zürich"}}, "thoughtSignature": "s"},
        {"functionCall": {"id": "b", "name": "now"}},
        finish="STOP",
    )
    calls = (
        {
            "id": None,
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Zürich"}'},
            "thought_signature": "s",
        },
        {"id": "b", "type": "function", "function": {"name": "now", "arguments": "{}"}},
    )
    for write, options in ((events, {}), (whole, {"stream": False})):
        assert read(told, write=write, **options) == [ToolCalls(calls), FinishReason("tool_calls")]
    cut = response({"functionCall": {"id": "b", "name": "now"}}, finish="MAX_TOKENS")
    assert read(cut) == [ToolCalls(calls[1:]), FinishReason("length")]


@pytest.mark.parametrize(
    ("value", "finish"),
    [
        ("MAX_TOKENS", FinishReason("length")),
        ("SPII", FinishReason("content_filter")),
        ("OTHER", FinishReason("unknown", "OTHER")),
        (True, FinishReason("unknown", True)),
        (1, STOP),
        (2, FinishReason("length")),
        (77, FinishReason("unknown", 77)),
    ],
    ids=str,
)
def test_stop_values_are_read_by_name_or_number(value, finish):
    assert read(response({"text": "x"}, finish=value)) == ["x", finish]


@pytest.mark.parametrize("value", [None, "", 0, "FINISH_REASON_UNSPECIFIED"])
def test_a_value_that_says_nothing_ends_nothing(value):
    assert read(response({"text": "x"}, finish=value), response({"text": "y"}, finish="STOP")) == ["x", "y", STOP]


@pytest.mark.parametrize("value", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "LANGUAGE", "NO_IMAGE"])
def test_a_stop_value_of_a_failure_raises(value):
    with serving(events(response({"text": "x"}, finish=value))):
        items, error = failing(RuntimeError, Gemini, MESSAGES, "m", **BASE)
    assert (items, error.code) == (["x"], value)


def test_a_blocked_prompt_is_filtered():
    told = {"promptFeedback": {"blockReason": "OTHER"}, "usageMetadata": {"promptTokenCount": 3}}
    for write, options in ((events, {}), (array, {}), (whole, {"stream": False})):
        assert read(told, write=write, **options) == [Usage(3), FinishReason("content_filter", "OTHER")]


@pytest.mark.parametrize(("code", "family"), [(503, RuntimeError), (400, ValueError)])
def test_an_error_among_the_responses_is_raised(code, family):
    retry = [None, {}, {"retryDelay": "1.5s"}]
    told = response({"text": "x"}), {"error": {"code": code, "message": "no", "details": retry}}
    for write in (events, array):
        with serving(write(*told)):
            items, error = failing(family, Gemini, MESSAGES, "m", **BASE)
        assert (items, error.status, error.message, error.retry_after) == (["x"], code, "no", 1.5)


@pytest.mark.parametrize("headers", [{}, {"retry-after": "5"}], ids=str)
def test_a_refusal_tells_the_wait_of_its_header_or_else_of_its_body(headers):
    error = {"code": 429, "message": "quota", "details": [{"retryDelay": "37s"}]}
    for body in ({"error": error}, [{"error": error}]):
        with serving(json.dumps(body).encode(), status=429, content_type="application/json", headers=headers):
            _, raised = failing(RuntimeError, Gemini, MESSAGES, "m", **BASE)
        assert (raised.message, raised.retry_after) == ("quota", 5.0 if headers else 37.0)


@pytest.mark.parametrize("body", [b"[]", b"null", b'[{"candidates": []}]', b"{", array(response({"text": "x"}))[:-3]])
def test_a_document_without_an_answer_is_a_failure(body):
    for stream in (True, False):
        with serving(body, content_type="application/json"):
            failing(RuntimeError, Gemini, MESSAGES, "m", stream=stream, **BASE)
