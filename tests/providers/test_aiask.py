import json

import pytest
from served import MESSAGES, all_cuts, failing, in_bytes, run, serving

from providers.aiask import AiAsk
from providers.response import FinishReason

QUOTA = "您的免费额度不够使用这个模型啦，请点击右上角登录继续使用！"  # noqa: RUF001  full-width marks, verbatim
DONE = FinishReason("stop")


def test_the_request_is_the_documented_one():
    with serving(b"x") as served:
        assert run(AiAsk, MESSAGES, "any") == ["x", DONE]
    (request,) = served.requests
    assert (request.method, str(request.url)) == ("POST", "https://e.aiask.me/v1/chat/gpt/")
    names = ("accept", "origin", "referer", "content-type")
    assert [request.headers[name] for name in names] == [
        "application/json, text/plain, */*",
        "https://e.aiask.me",
        "https://e.aiask.me/chat",
        "application/json",
    ]
    body = json.loads(request.content)
    assert body == {
        "continuous": True,
        "id": "fRMSQtuHl91A4De9cCvKD",
        "list": MESSAGES,
        "models": "0",
        "prompt": "",
        "temperature": 0.5,
        "title": "",
    }
    assert list(body) == ["continuous", "id", "list", "models", "prompt", "temperature", "title"]


@pytest.mark.parametrize("text", [QUOTA, f"\n {QUOTA} \r\n"], ids=["bare", "in blanks"])
def test_the_quota_sentence_is_a_failure_and_never_shown_however_it_is_cut(text):
    for pieces in all_cuts(text.encode()):
        with serving(pieces):
            items, error = failing(RuntimeError, AiAsk)
        assert (items, error.partial) == ([], "")
        assert QUOTA in str(error)


@pytest.mark.parametrize(
    "text", [QUOTA[:1], QUOTA[:-1], f"{QUOTA}谢谢", f"{QUOTA[:-1]}。", f"答:{QUOTA}", QUOTA * 2, f"{QUOTA}\n\n1"]
)
def test_a_lookalike_arrives_complete(text):
    for pieces in ([text.encode()], in_bytes(text.encode()), [text[:9].encode(), text[9:].encode()]):
        with serving(pieces):
            *texts, finish = run(AiAsk)
        assert ("".join(texts), finish) == (text, DONE)


def test_what_cannot_be_the_sentence_streams():
    with serving([b"One ", b"two ", b"three"]):
        assert run(AiAsk) == ["One ", "two ", "three", DONE]


def test_an_empty_reply_is_a_failure():
    with serving(b""):
        failing(RuntimeError, AiAsk)


def test_it_takes_no_temperature():
    with serving(b"x") as served:
        failing(ValueError, AiAsk, temperature=0)
    assert served.requests == []
