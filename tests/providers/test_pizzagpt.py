import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.pizzagpt import Pizzagpt
from providers.response import FinishReason

DONE = FinishReason("stop")
MISUSE = "Misuse detected. Please get in touch, we can come up with a solution for your use case."


def replying(document, **options):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return serving(body, **{"content_type": "application/json", **options})


def test_the_request_is_the_documented_one():
    with replying({"content": "x"}) as served:
        run(Pizzagpt, [{"role": "system", "content": "S"}, *MESSAGES], "any")
    (request,) = served.requests
    assert (request.method, str(request.url)) == ("POST", "https://www.pizzagpt.it/api/chatx-completion")
    wanted = {
        "accept": "application/json",
        "accept-language": "en-US,en;q=0.9",
        "content-type": "application/json",
        "origin": "https://www.pizzagpt.it",
        "referer": "https://www.pizzagpt.it/en",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/127.0.0.0 Safari/537.36",
        "x-secret": "Marinara",
    }
    assert {name: request.headers[name] for name in wanted} == wanted
    assert json.loads(request.content) == {"question": "System: S\nUser: Say hi\nAssistant:"}


@pytest.mark.parametrize("document", [{"answer": {"content": " é🍕\n"}}, {"content": " é🍕\n", "x": 1}])
def test_both_shapes_are_answers_for_every_cut(document):
    for pieces in all_cuts(json.dumps(document, ensure_ascii=False).encode()):
        with serving(pieces, content_type="application/json; charset=utf-8"):
            assert run(Pizzagpt) == [" é🍕\n", DONE]


@pytest.mark.parametrize("content", [MISUSE, MISUSE.lower(), MISUSE.upper(), MISUSE[:37]])
@pytest.mark.parametrize("nested", [True, False])
def test_misuse_is_value_error_with_the_text(content, nested):
    with replying({"answer": {"content": content}} if nested else {"content": content}):
        assert str(failing(ValueError, Pizzagpt)[1]) == content


@pytest.mark.parametrize("content", ["Misuse", "Misuse detected. What now?"])
def test_a_lookalike_is_an_answer(content):
    with replying({"content": content}):
        assert run(Pizzagpt) == [content, DONE]


@pytest.mark.parametrize(
    ("document", "family", "words"),
    [
        ({"statusCode": 500, "statusMessage": "ISE", "message": "no oven"}, RuntimeError, "HTTP 500: no oven"),
        ({"statusCode": 400, "message": "no question"}, ValueError, "HTTP 400: no question"),
        ({"error": True, "statusCode": 404, "statusMessage": "gone"}, ValueError, "HTTP 404: gone"),
        ({"statusCode": "400", "message": "text"}, RuntimeError, "text"),
        ({"statusCode": True}, RuntimeError, "expected a content, got none"),
        ({"error": {"message": "why", "code": "c"}}, RuntimeError, "(c): why"),
        ({"answer": {"content": None}}, RuntimeError, "expected a content, got none"),
        ({"answer": {"content": ""}}, RuntimeError, "expected a content, got none"),
        ({"answer": None}, RuntimeError, "expected a content, got none"),
        ({"content": 42}, RuntimeError, "expected a content, got none"),
        ([], RuntimeError, "expected a content, got none"),
        (None, RuntimeError, "expected a content, got none"),
        (b"", RuntimeError, "expected JSON, got nothing"),
        (b"{oops", RuntimeError, "expected JSON, got '{oops'"),
    ],
    ids=repr,
)
def test_what_is_no_answer_raises(document, family, words):
    with replying(document):
        items, error = failing(family, Pizzagpt)
    assert (items, str(error)) == ([], words)


def test_a_page_is_no_answer():
    with replying(b'{"content": "x"}', content_type="text/html"):
        failing(RuntimeError, Pizzagpt)


def test_a_picture_cannot_be_asked():
    with replying({"content": "x"}) as served:
        failing(ValueError, Pizzagpt, [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}])
    assert served.requests == []
