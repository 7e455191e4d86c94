import json

from served import MESSAGES, all_cuts, failing, run, serving

from providers.acytoo import Acytoo
from providers.response import FinishReason

ADVERT = "\n\nYou can try our new always-free website: https://chat.acytoo.com"


def test_the_request_is_the_documented_one():
    messages = [{"role": "system", "content": "Be brief"}, *MESSAGES, {"role": "user", "content": "é", "name": "x"}]
    with serving(b"x") as served:
        run(Acytoo, messages, "any-model")
    (request,) = served.requests
    assert (request.method, str(request.url)) == ("POST", "https://chat.acytoo.com/api/completions")
    assert (request.headers["accept"], request.headers["content-type"]) == ("*/*", "application/json")
    body = json.loads(request.content)
    assert body == {"key": "", "model": "gpt-3.5-turbo", "messages": messages, "temperature": 0.5, "password": ""}
    assert list(body) == ["key", "model", "messages", "temperature", "password"]


def test_a_temperature_is_sent_as_given():
    for temperature in (0, 0.0, 1.5, None):
        with serving(b"x") as served:
            run(Acytoo, temperature=temperature, base_url="http://x.test/gateway/")
        (request,) = served.requests
        assert str(request.url) == "http://x.test/gateway/api/completions"
        assert json.loads(request.content)["temperature"] == temperature


def test_the_text_is_verbatim_for_every_cut():
    text = f" \n你好 🍕\r\n{ADVERT}\n"
    for pieces in all_cuts(text.encode()):
        with serving(pieces):
            *texts, finish = run(Acytoo)
        assert ("".join(texts), finish) == (text, FinishReason("stop"))


def test_an_empty_or_limited_reply_is_a_failure():
    with serving(b""):
        failing(RuntimeError, Acytoo)
    with serving(b"Too Many Requests", status=429):
        assert str(failing(RuntimeError, Acytoo)[1]) == "HTTP 429: Too Many Requests"
    with serving("é".encode()[:1]):
        failing(RuntimeError, Acytoo)


def test_nan_is_refused_before_the_request():
    with serving(b"x") as served:
        failing(ValueError, Acytoo, temperature=float("nan"))
    assert served.requests == []
