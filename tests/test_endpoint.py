import json
from dataclasses import replace

import pytest

from harness import endpoint
from harness.recording import Call
from harness.transcript import Request
from providers.contract import DocumentRule, ModelRule, OptionRule
from providers.gemini.contract import CONTRACT as GEMINI
from providers.openai_chat.contract import CONTRACT as OPENAI

STREAM, DOCUMENT = "/models/{}:streamGenerateContent?alt=sse", "/models/{}:generateContent"
STRICT = replace(GEMINI, model=ModelRule(source="-", encodes=":/", default="d", aliases={"old": "new"}))
WHOLE = {"stream": False}


def call(model, **options):
    return Call(model, ({"role": "user", "content": "x"},), options)


@pytest.mark.parametrize(
    ("model", "options", "target"),
    [
        ("m", {}, STREAM.format("m")),
        ("a/b:c", {}, STREAM.format("a%2Fb%3Ac")),
        ("m", WHOLE, DOCUMENT.format("m")),
        ("m", {"alt": "json"}, "/models/m:streamGenerateContent?alt=json"),
        ("m", {"alt": "json", **WHOLE}, DOCUMENT.format("m")),
        ("", {}, STREAM.format("d")),
        ("old", {"temperature": 0}, STREAM.format("new")),
    ],
    ids=str,
)
def test_the_target_is_made_of_mode_model_and_query(model, options, target):
    assert endpoint.target(STRICT, call(model, **options)) == target


def test_where_no_model_is_known_the_id_is_no_part_of_the_path():
    bare = replace(GEMINI, model=None)
    assert endpoint.target(bare, call("m", stream=False)) == DOCUMENT.format("m")
    assert [endpoint.names_model(contract) for contract in (GEMINI, bare, OPENAI)] == [True, False, False]
    assert endpoint.target(OPENAI, call("m", stream=False)) == OPENAI.path


@pytest.mark.parametrize(
    ("got", "lenient", "strict"),
    [
        ("/v1/models/a%2Fb%3Ac:generateContent?x=1&y=", True, True),
        ("/v1/models/a%2fb%3ac:generateContent?y=&x=1", True, True),
        ("/v1/models/a/b:c:generateContent?x=1&y=", True, False),
        ("/v1/models/a%2Fb:c:generateContent?x=1&y=", True, False),
        ("/v1/models/a%2Fb%3Ac:generateContent?x=1", False, False),
        ("/v1/models/a%2Fb:generateContent?x=1&y=", False, False),
    ],
)
def test_targets_are_one_however_they_are_spelled(got, lenient, strict):
    want = "/v1/models/a%2Fb%3Ac:generateContent?x=1&y="
    rule = OptionRule(name="x", path="?x", values=("1",), source="-")
    assert endpoint.same(GEMINI, want, got) is lenient
    assert endpoint.same(replace(STRICT, options=(rule,)), want, got) is strict
    assert endpoint.same(replace(GEMINI, model=None), want, want)


@pytest.mark.parametrize(
    ("contract", "uri", "told"),
    [
        (GEMINI, "https://x.test/v1beta/models/a%2Fb:streamGenerateContent", ("a/b", {})),
        (GEMINI, "https://x.test/p/models/m:generateContent?key=k", ("m", WHOLE)),
        (GEMINI, "https://x.test/v1beta/models/m:countTokens", None),
        (GEMINI, "https://[x", None),
        (OPENAI, "https://x.test/v1/chat/completions", ("", {})),
        (OPENAI, "https://x.test/v1/embeddings", None),
    ],
)
def test_a_target_tells_model_and_mode(contract, uri, told):
    assert endpoint.asked(contract, uri) == told


def test_a_parameter_of_the_query_is_found_by_its_path():
    assert [endpoint.in_query("/a?b=c&d=", path) for path in ("?b", "?d", "?e")] == ["c", None, None]


@pytest.mark.parametrize(
    ("contract", "path", "body", "asked"),
    [
        (GEMINI, DOCUMENT.format("m"), {}, True),
        (GEMINI, STREAM.format("m"), {}, False),
        (GEMINI, "/nowhere", {}, False),
        (OPENAI, OPENAI.path, {"stream": True}, False),
        (OPENAI, OPENAI.path, {"stream": False}, True),
        (OPENAI, OPENAI.path, {}, True),
        (OPENAI, OPENAI.path, [], False),
        (replace(OPENAI, document=None), OPENAI.path, {}, True),
    ],
)
def test_the_mode_is_told_by_path_or_body(contract, path, body, asked):
    request = Request("POST", path, (), json.dumps(body).encode())
    assert endpoint.asks_for(contract, WHOLE, [request]) is asked
    assert isinstance(contract.document, DocumentRule | None)


def test_without_a_request_nothing_is_asked_for():
    assert not endpoint.asks_for(OPENAI, WHOLE, [])
    assert not endpoint.asks_for(OPENAI, WHOLE, [Request("POST", OPENAI.path, (), b"{")])
