import json
from dataclasses import replace

import pytest

from harness.cassette import store
from harness.cassette.foreign.call import call_of
from harness.recording import Call
from harness.target import CASSETTES, contract_named

HI = {"role": "user", "content": "hi"}
CALL = {"model": "m", "messages": [HI]}
DOCUMENT = {"stream": False}


@pytest.fixture
def call(exchange_of):
    def read(name, request, body=b"data: {}\n\n"):
        exchange = exchange_of(request_body=json.dumps(request).encode(), body=body)
        return call_of(exchange, contract_named(name, name))

    return read


@pytest.mark.parametrize("provider", ["backend_api", "openai_chat"])
def test_the_call_of_our_cassettes_is_found_again(provider):
    for path in (CASSETTES / provider).glob("*.yaml"):
        recorded = store.load(path)
        assert call_of(recorded.interactions[0], contract_named(provider, provider)) == recorded.call


@pytest.mark.parametrize(
    ("added", "body", "options"),
    [
        ({"stream": True}, b"", {}),
        ({"stream": True, "stream_options": {"include_usage": True}}, b"{}", {}),
        ({"stream": False}, b"data: {}", DOCUMENT),
        ({}, b' {"id": 1}', DOCUMENT),
        ({}, b"data: {}", {}),
        ({"stream": True, "temperature": 0, "seed": None, "tools": []}, b"", {"temperature": 0, "tools": []}),
        ({"stream": True, "base_url": "http://evil", "proxy": "x", "api_key": "x", "cls": 1, "timeout": 1}, b"", {}),
    ],
)
def test_options_are_what_the_caller_may_give(call, added, body, options):
    assert call("openai_chat", {**CALL, **added}, body) == Call("m", (HI,), options)


@pytest.mark.parametrize(
    ("provider", "request_", "expected"),
    [
        ("acytoo", {"messages": [HI], "temperature": 0.5}, Call("", (HI,), {"temperature": 0.5})),
        ("aiask", {"list": [HI], "more": 1}, Call("", (HI,))),
        ("pizzagpt", {"question": "hi"}, Call("", (HI,))),
        ("flowgpt", {"model": "m", "system": "", "history": [], "question": "hi"}, Call("m", (HI,))),
        (
            "flowgpt",
            {
                "promptId": "model-m",
                "system": "be",
                "history": [HI, {"role": "assistant", "content": "a"}],
                "question": "q",
            },
            Call(
                "m",
                (
                    {"role": "system", "content": "be"},
                    HI,
                    {"role": "assistant", "content": "a"},
                    {"role": "user", "content": "q"},
                ),
            ),
        ),
    ],
)
def test_a_call_is_read_by_the_contract(call, provider, request_, expected):
    assert call(provider, request_) == expected


def test_a_content_elsewhere_becomes_the_content(exchange_of):
    contract = replace(contract_named("acytoo", ""), content_paths={"user": "messages[*].parts[0].text"})
    told = {"messages": [{"role": "user", "parts": [{"text": "hi"}]}]}
    assert call_of(exchange_of(request_body=json.dumps(told).encode()), contract).messages == (
        {"role": "user", "content": "hi"},
    )


def test_what_two_roles_share_is_the_users(exchange_of):
    contract = replace(contract_named("acytoo", ""), content_paths={"system": "prompt"})
    assert call_of(exchange_of(request_body=b'{"prompt": "be"}'), contract).messages == (
        {"role": "system", "content": "be"},
    )


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ([], "expected a request that is a JSON object, got b'[]'"),
        ({"model": "m"}, "expected messages at messages[*].content of the request, got none"),
        ({"model": "m", "messages": "hi"}, "expected messages at messages[*].content of the request, got none"),
        ({"model": "m", "messages": ["hi"]}, "expected objects at messages of the request, got 'hi'"),
        ({"messages": [HI]}, "expected a model at model of the request, got none"),
        ({"model": 0, "messages": [HI]}, "expected a model at model of the request, got none"),
    ],
)
def test_what_is_no_call_is_refused(call, request_, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is compared
        call("openai_chat", request_)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "body", [b"", b"a=b", b"\xff", b"[" * 100_000, b'{"a": NaN}', b'{"a":' * 49 + b"1" + b"}" * 49, b'{"a": 1, "a": 2}']
)
def test_a_request_that_is_no_json_is_refused(exchange_of, body):
    with pytest.raises(ValueError, match="expected a request of JSON, got b"):
        call_of(exchange_of(request_body=body), contract_named("openai_chat", ""))


GEMINI = contract_named("gemini", "")
MODELS = "https://x.test/v1beta/models/a%2Fb"


@pytest.mark.parametrize(
    ("uri", "options"),
    [(f"{MODELS}:generateContent", DOCUMENT), (f"{MODELS}:streamGenerateContent?alt=sse", {})],
)
def test_the_path_may_tell_model_and_mode(exchange_of, uri, options):
    contents = [
        {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
        {"role": "model", "parts": "c"},
        {"parts": [{"text": "d"}]},
    ]
    asked = {"contents": contents, "systemInstruction": {"parts": [{"text": "s"}]}}
    told = call_of(exchange_of(uri=uri, request_body=json.dumps(asked).encode()), GEMINI)
    messages = [("system", "s"), ("user", "ab"), ("assistant", "c"), ("user", "d")]
    assert told == Call("a/b", tuple({"role": role, "content": text} for role, text in messages), options)


@pytest.mark.parametrize("parts", [[], None, [{"text": "x"}, {"inlineData": {}}]])
def test_parts_that_are_not_text_alone_are_no_content(exchange_of, parts):
    asked = {"contents": [{"role": "user", "parts": parts}]}
    with pytest.raises(ValueError, match="parts with text alone"):
        call_of(exchange_of(uri=f"{MODELS}:generateContent", request_body=json.dumps(asked).encode()), GEMINI)
