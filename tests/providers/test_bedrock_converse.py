import json
import re
import sys

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from harness.frames import frame, sealed
from providers.bedrock_converse import BedrockConverse
from providers.bedrock_converse.contract import CONTRACT
from providers.response import FinishReason, Reasoning, ToolCalls, Usage

MODEL = "arn:aws:bedrock:eu-west-1:1:model/x"
STOP = FinishReason("stop")
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret-canary-1", "aws_session_token": "tok-2"}
FRAMED = {"content_type": "application/vnd.amazon.eventstream"}
URI = "data:image/png;base64,AAAA"


def event(kind, **payload):
    return frame({":event-type": kind, **payload, "p": "abc"})


def delta(_index=0, /, **told):
    return event("contentBlockDelta", contentBlockIndex=_index, delta=told)


def stopped(reason="end_turn"):
    return event("messageStop", stopReason=reason)


ANSWER = delta(text="x") + stopped()
FUNCTION = {"name": "f", "arguments": '{"a": 1}'}
CALL = {"id": "t1", "type": "function", "function": FUNCTION}


def read(*frames, **options):
    with serving(b"".join(frames), **FRAMED):
        return run(BedrockConverse, MESSAGES, "m", **options)


def asked(messages=MESSAGES, model=MODEL, /, **options):
    with serving(ANSWER, **FRAMED) as served:
        run(BedrockConverse, messages, model, **options)
    return served.requests[0]


def sent(messages=MESSAGES, **options):
    return json.loads(asked(messages, **options).content)


def failed(body, family=RuntimeError, **options):
    with serving(body, **FRAMED):
        return failing(family, BedrockConverse, MESSAGES, "m", **options)


def test_the_model_is_a_part_of_the_path():
    request = asked(api_key="key-canary", temperature=0, stopSequences=[], additionalModelRequestFields={})
    path = "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Amodel%2Fx/converse-stream"
    assert str(request.url) == f"{CONTRACT.origin}{path}"
    assert (request.headers["accept"], request.headers["authorization"]) == (
        "application/vnd.amazon.eventstream",
        "Bearer key-canary",
    )
    assert json.loads(request.content) == {
        "messages": [{"role": "user", "content": [{"text": "Say hi"}]}],
        "inferenceConfig": {"temperature": 0, "stopSequences": []},
        "additionalModelRequestFields": {},
    }


def test_a_request_is_signed():
    request = asked(credentials=KEYS, base_url="https://bedrock-runtime.eu-west-1.amazonaws.com/")
    assert request.headers["x-amz-security-token"] == "tok-2"
    assert re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-west-1/bedrock/aws4_request, "
        r"SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}",
        request.headers["authorization"],
    )
    assert "secret-canary-1" not in str(request.headers)


def test_behind_a_gateway_the_usual_region_signs():
    keys = {name: key for name, key in KEYS.items() if name != "aws_session_token"}
    request = asked(credentials=keys, base_url="http://gateway.test/aws")
    assert "/us-east-1/bedrock/" in request.headers["authorization"]
    assert "x-amz-security-token" not in request.headers


def test_what_the_upstream_repeats_of_credentials_is_hidden():
    body = frame({":message-type": "exception", ":exception-type": "x", "message": "bad token tok-2"})
    assert "tok-2" not in str(failed(body, credentials=KEYS)[1])


@pytest.mark.parametrize(
    "credentials",
    ["AKID", {}, {**KEYS, "x": "y"}, {**KEYS, "aws_secret_access_key": ""}, {**KEYS, "aws_session_token": "a\nb"}],
    ids=["text", "none", "unknown", "empty", "line"],
)
def test_unusable_credentials_are_refused(credentials):
    with serving(ANSWER, **FRAMED) as served:
        _, error = failing(ValueError, BedrockConverse, MESSAGES, "m", credentials=credentials)
    assert served.requests == []
    assert "canary" not in str(error)


@pytest.mark.parametrize(
    ("missing", "options"),
    [("botocore", {}), ("botocore.auth", {"stream": False, "credentials": KEYS})],
    ids=["frames", "signature"],
)
def test_without_botocore_a_call_says_what_to_install(missing, options, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with serving(ANSWER, **FRAMED) as served:
        _, error = failing(ValueError, BedrockConverse, MESSAGES, "m", **options)
    assert served.requests == []
    assert "pip install" in str(error)


def test_roles_alternate_and_instructions_stand_apart():
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "a"},
        {"role": "user", "content": [{"type": "text", "text": "b"}]},
        {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "t1", "content": "sun"},
        {"role": "developer", "content": "Now."},
        {"role": "user", "content": "c"},
    ]
    assert sent(messages, inferenceConfig={"topP": 1}, maxTokens=2) == {
        "messages": [
            {"role": "user", "content": [{"text": "a"}, {"text": "b"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}}]},
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "t1", "content": [{"text": "sun"}]}}, {"text": "c"}],
            },
        ],
        "system": [{"text": "Be brief."}, {"text": "Now."}],
        "inferenceConfig": {"topP": 1, "maxTokens": 2},
    }


def test_tools_are_told_in_the_shape_of_converse():
    tools = [
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "g"}},
    ]
    assert sent(tools=tools, toolConfig={"toolChoice": {"any": {}}})["toolConfig"] == {
        "tools": [
            {"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": {"type": "object"}}}},
            {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object"}}}},
        ],
        "toolChoice": {"any": {}},
    }


@pytest.mark.parametrize("told", [{"url": URI}, URI], ids=["object", "text"])
def test_an_image_is_sent_as_its_bytes(told):
    content = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": told}]
    (turn,) = sent([{"role": "user", "content": content}])["messages"]
    assert turn["content"] == [{"text": "see"}, {"image": {"format": "png", "source": {"bytes": "AAAA"}}}]


def test_media_are_put_beside_the_text():
    (turn,) = sent(media=[(b"GIF89a...", "a.txt")])["messages"]
    assert turn["content"][1]["image"]["format"] == "gif"


@pytest.mark.parametrize(
    ("messages", "options"),
    [
        (MESSAGES, {"stream": 1}),
        (MESSAGES, {"tools": {}}),
        (MESSAGES, {"tools": [{"name": "f"}]}),
        ([{"role": "system", "content": "x"}], {}),
        ([{"role": "critic", "content": "x"}], {}),
        ([{"role": "user", "content": " "}], {}),
        ([{"role": "user", "content": [{"type": "text"}]}], {}),
        ([{"role": "user", "content": [{"type": "input_audio"}]}], {}),
        *(
            ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}], {})
            for url in ("http://a.test/b.png", "data:image/tiff;base64,AAAA", "data:image/png;base64,", None)
        ),
    ],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(messages, options):
    with serving(ANSWER, **FRAMED) as served:
        failing(ValueError, BedrockConverse, messages, "m", **options)
    assert served.requests == []


def test_no_model_is_refused():
    failing(ValueError, BedrockConverse, MESSAGES, "")


STREAM = b"".join(
    [
        event("messageStart", role="assistant"),
        delta(0, reasoningContent={"text": "Hm."}),
        delta(0, reasoningContent={"signature": "c2ln"}),
        event("contentBlockStop", contentBlockIndex=0),
        delta(1, text=""),
        delta(1, text="Grüezi 👋🏽"),
        event("contentBlockStart", contentBlockIndex=2, start={"toolUse": {"toolUseId": "t1", "name": "f"}}),
        delta(2, toolUse={"input": '{"a"'}),
        delta(2, toolUse={"input": ": 1}"}),
        event("x_new", text="no"),
        stopped("tool_use"),
        event("metadata", usage={"inputTokens": 5, "outputTokens": 2, "totalTokens": 7}),
    ]
)
ITEMS = [
    Reasoning("Hm."),
    "Grüezi 👋🏽",
    ToolCalls((CALL,)),
    Usage(5, 2, 7),
    FinishReason("tool_calls"),
]


@pytest.mark.parametrize(
    "pieces", all_cuts(STREAM)[:2] + all_cuts(STREAM)[2::11], ids=lambda pieces: str(len(pieces[0]))
)
def test_a_stream_reads_the_same_however_it_is_cut(pieces):
    with serving(pieces, **FRAMED):
        assert run(BedrockConverse, MESSAGES, "m") == ITEMS


def test_a_document_gives_the_same_items():
    use = {"toolUseId": "t1", "name": "f", "input": {"a": 1}}
    content = [{"reasoningContent": {"reasoningText": {"text": "Hm."}}}, {"text": "x"}, {"toolUse": use}, None]
    document = {
        "output": {"message": {"content": content}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 5, "outputTokens": True},
    }
    with serving(json.dumps(document).encode(), content_type="application/json") as served:
        items = run(BedrockConverse, MESSAGES, "m", stream=False)
    assert items == [Reasoning("Hm."), "x", ToolCalls((CALL,)), Usage(5), FinishReason("tool_calls")]
    assert served.requests[0].url.path == "/model/m/converse"
    assert served.requests[0].headers["accept"] == "application/json"


@pytest.mark.parametrize("document", [None, [], {}, {"message": "no"}, {"output": {"message": {"content": None}}}])
def test_a_document_that_is_no_answer_raises(document):
    with serving(json.dumps(document).encode(), content_type="application/json"):
        failing(RuntimeError, BedrockConverse, MESSAGES, "m", stream=False)


@pytest.mark.parametrize(
    ("headers", "family", "code"),
    [
        ({":message-type": "exception", ":exception-type": "throttlingException"}, RuntimeError, "throttlingException"),
        ({":message-type": "exception", ":exception-type": "validationException"}, ValueError, "validationException"),
        ({":message-type": "exception"}, RuntimeError, None),
        ({":message-type": "error", ":error-code": "E", ":error-message": "no"}, RuntimeError, "E"),
    ],
    ids=["throttled", "invalid", "nameless", "error"],
)
@pytest.mark.parametrize("payload", [{"message": "no"}, {}], ids=["said", "silent"])
def test_an_exception_frame_raises(headers, family, code, payload):
    items, error = failed(delta(text="x") + frame({**headers, **payload}), family)
    assert (items, error.code) == (["x"], code)


def _flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    "body",
    [
        _flipped(ANSWER, 8),
        _flipped(ANSWER, len(delta(text="x")) - 1),
        _flipped(ANSWER, len(ANSWER) - 1),
        ANSWER[:-1],
        ANSWER + b"\0\0\0",
        sealed({":event-type": "a"}, b"{oops") + ANSWER,
        sealed({":event-type": "a"}, b"[]") + ANSWER,
        b"<html>no frames</html>",
        delta(text="x"),
        b"",
    ],
    ids=["prelude", "checksum", "last checksum", "cut", "cut behind", "garbage", "list", "page", "no end", "nothing"],
)
def test_what_is_no_whole_answer_raises(body):
    failed(body)


def test_a_blank_payload_is_an_empty_one():
    assert read(sealed({":event-type": "contentBlockDelta"}, b" "), ANSWER) == ["x", STOP]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
    ],
)
def test_every_stop_value_has_its_meaning(raw, reason):
    assert read(delta(text="x"), stopped(raw)) == ["x", FinishReason(reason)]


@pytest.mark.parametrize("raw", ["malformed_model_output", "malformed_tool_use"])
def test_a_stop_value_that_means_failure_raises(raw):
    failed(delta(text="x") + stopped(raw))


def test_an_error_body_is_read():
    headers = {"x-amzn-errortype": "ExpiredTokenException:http://internal.example"}
    with serving(b'{"Message":"expired"}', content_type="application/json", status=403, headers=headers):
        _, error = failing(ValueError, BedrockConverse, MESSAGES, "m")
    assert str(error) == "HTTP 403 (ExpiredTokenException): expired"
