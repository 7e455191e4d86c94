import json
from types import SimpleNamespace

import pytest

from harness.live.service import Asked, Refused
from harness.live.standins.gemini import Gemini
from harness.live.voice import ModelFailed, Said

PATH = "/v1beta/models/gemini-2.5-flash:{}"
KEY = {"content-type": "application/json", "x-goog-api-key": "stand-in-key-0"}
HI = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
TOOL = {"functionDeclarations": [{"name": "f", "parameters": {"type": "object"}}]}
USAGE = {"promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3}


class Voice:
    """Says these words, fails at None, and notes what it is asked."""

    def __init__(self, *words):
        self.words = words
        self.asked = []

    def tell(self, messages, **members):
        self.asked.append((messages, members))
        for word in self.words:
            if word is None:
                raise ModelFailed("gone")
            yield Said(word)
        yield Said(finish="length")
        yield Said(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})


def answered(method="generateContent", body=HI, words=("a", "b"), headers=KEY, **state):
    voice = Voice(*words)
    asked = Asked("POST", PATH.format(method), headers, json.dumps(body).encode())
    reply = Gemini(voice, **state)(asked)
    return SimpleNamespace(voice=voice, body=b"".join(reply.pieces), type=reply.content_type, chunked=reply.chunked)


def whole(text, finish=None, **members):
    candidate = {
        "content": {"parts": [{"text": text}], "role": "model"},
        **({"finishReason": finish} if finish else {}),
    }
    said = {"candidates": [{**candidate, "index": 0}], **members}
    return {**said, "modelVersion": "gemini-2.5-flash", "responseId": "response-1"}


def refused(**options):
    with pytest.raises(Refused) as caught:
        answered(**options)
    (piece,) = caught.value.reply.pieces
    return caught.value.reply.status, json.loads(piece)["error"]


STREAM = [whole("a"), whole("b"), whole("", "MAX_TOKENS", usageMetadata=USAGE)]


def test_a_stream_of_events_ends_its_lines_in_crlf():
    told = answered("streamGenerateContent?alt=sse")
    events = told.body.decode().split("\r\n\r\n")
    assert [json.loads(event.removeprefix("data: ")) for event in events[:-1]] == STREAM
    assert (events[-1], told.type, told.chunked) == ("", "text/event-stream", True)


@pytest.mark.parametrize("query", ["", "?alt=json"])
def test_else_a_stream_is_one_array(query):
    told = answered(f"streamGenerateContent{query}")
    assert (json.loads(told.body), told.type) == (STREAM, "application/json; charset=UTF-8")


def test_a_document_joins_what_is_said():
    told = answered()
    assert json.loads(told.body) == whole("ab", "MAX_TOKENS", usageMetadata=USAGE)


def test_the_model_is_asked_in_its_own_words():
    config = {"temperature": 0, "maxOutputTokens": 8, "stopSequences": ["."]}
    contents = [*HI["contents"], {"role": "model", "parts": [{"text": "x"}]}]
    body = {"contents": contents, "systemInstruction": {"parts": [{"text": "s"}]}, "generationConfig": config}
    messages = [("system", "s"), ("user", "hi"), ("assistant", "x")]
    assert answered(body=body).voice.asked == [
        (
            [{"role": role, "content": text} for role, text in messages],
            {"temperature": 0, "max_tokens": 8, "stop": ["."]},
        )
    ]


def test_asked_with_tools_it_calls_the_first():
    told = answered(body={**HI, "tools": [TOOL]}, words=('{"a"', ": 1}"))
    parts = json.loads(told.body)["candidates"][0]["content"]["parts"]
    assert parts == [{"functionCall": {"name": "f", "args": {"a": 1}}}]
    assert told.voice.asked[0][1] == {"response_format": {"type": "json_object", "schema": {"type": "object"}}}


def test_a_model_that_fails_is_told_in_the_stream_or_refuses_the_document():
    told = json.loads(answered("streamGenerateContent", words=("a", None)).body)
    assert [told[0], told[1]["error"]["status"]] == [STREAM[0], "UNAVAILABLE"]
    assert refused(words=(None,))[0] == 503


@pytest.mark.parametrize(
    ("options", "status", "word"),
    [
        ({"method": "countTokens"}, 404, "NOT_FOUND"),
        ({"method": "generateContent?alt=xml"}, 404, "NOT_FOUND"),
        ({"headers": {"content-type": "application/json"}}, 403, "PERMISSION_DENIED"),
        ({"headers": {**KEY, "x-goog-api-key": "short"}}, 400, "INVALID_ARGUMENT"),
        ({"headers": {**KEY, "content-type": "text/plain"}}, 415, "INVALID_ARGUMENT"),
        ({"body": {**HI, "model": "x"}}, 400, "INVALID_ARGUMENT"),
        ({"body": {"contents": [{"role": "system", "parts": []}]}}, 400, "INVALID_ARGUMENT"),
        ({"body": {**HI, "generationConfig": {"temperature": "hot"}}}, 400, "INVALID_ARGUMENT"),
        ({"body": {**HI, "generationConfig": {"warmth": 1}}}, 400, "INVALID_ARGUMENT"),
    ],
    ids=str,
)
def test_what_is_not_documented_is_refused(options, status, word):
    got = refused(**options)
    assert (got[0], got[1]["status"]) == (status, word)


def test_another_model_is_not_found():
    asked = Asked("POST", "/v1beta/models/x:generateContent", KEY, json.dumps(HI).encode())
    with pytest.raises(Refused) as caught:
        Gemini(Voice("a"))(asked)
    assert caught.value.reply.status == 404


def test_too_many_calls_are_told_to_wait():
    status, error = refused(calls_left=0)
    assert (status, error["details"][0]["retryDelay"]) == (429, "37s")
