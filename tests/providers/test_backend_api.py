import base64
import json

import pytest
from served import MESSAGES, all_cuts, failing, run, serving

from providers.backend_api import BackendApi
from providers.response import FinishReason, RawResponse

KEY = "sk-canary-0123456789"
BASE = {"base_url": "http://g4f.test/"}
PROVIDER = {"type": "provider", "provider": {"name": "Custom", "url": None}}
FINISH = {"type": "finish", "finish": {"reason": "stop"}}
LOG = {"type": "log", "log": "done"}


def content(text):
    return {"type": "content", "content": text}


def as_lines(*events):
    return b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)


def as_events(*events):
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


FRAMINGS = pytest.mark.parametrize("framed", [as_lines, as_events])


def replying(body, **options):
    return serving(body, **{"content_type": "text/event-stream; charset=utf-8", **options})


def asked(asked_of=BackendApi, **options):
    with replying(as_lines(content("x"), FINISH)) as served:
        run(asked_of, MESSAGES, "m/a:b@c", **options)
    return served.requests[0]


def test_the_request_is_the_documented_one():
    request = asked(**BASE)
    assert (request.method, str(request.url)) == ("POST", "http://g4f.test/backend-api/v2/conversation")
    assert (request.headers["accept"], request.headers["content-type"]) == ("text/event-stream", "application/json")
    body = json.loads(request.content)
    assert body == {"model": "m/a:b@c", "messages": MESSAGES, "media": None, "api_key": None}
    assert list(body) == ["model", "messages", "media", "api_key"]


def test_every_other_option_is_a_member_of_the_body():
    options = {"temperature": 0, "stop": [], "stream": False, "web_search": False, "provider": ""}
    request = asked(api_key=KEY, timeout=5, **BASE, **options)
    assert json.loads(request.content) == {
        "model": "m/a:b@c",
        "messages": MESSAGES,
        "media": None,
        "api_key": KEY,
        **options,
    }
    assert KEY not in f"{request.url}{request.headers}"


def test_a_proxy_is_not_sent_in_the_body():
    assert "proxy" not in json.loads(asked(proxy="http://127.0.0.1:1", **BASE).content)


def test_media_are_data_uris_and_the_callers_list_stays():
    image = b"GIF89a..."
    media = [(image, "a.gif"), ("https://x.test/b.png", None)]
    sent = json.loads(asked(media=media, **BASE).content)["media"]
    assert sent == [
        [f"data:image/gif;base64,{base64.b64encode(image).decode()}", "a.gif"],
        ["https://x.test/b.png", None],
    ]
    assert media == [(image, "a.gif"), ("https://x.test/b.png", None)]


def test_a_subclass_tells_address_headers_and_verification():
    own = type(
        "Own", (BackendApi,), {"url": "https://own.test/", "headers": {"accept": "*/*", "X-A": "b"}, "ssl": False}
    )
    request = asked(own)
    assert str(request.url) == "https://own.test/backend-api/v2/conversation"
    assert request.headers.get_list("accept") == ["*/*"]
    assert request.headers["x-a"] == "b"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"base_url": ""},
        {**BASE, "media": [(b"?", None)]},
        {**BASE, "api_key": "a\r\nb"},
        {**BASE, "thing": {1, 2}},
        {**BASE, "text": "\ud800"},
    ],
    ids=ascii,
)
def test_an_unusable_call_is_refused_before_the_request(options):
    with replying(as_lines(content("x"), FINISH)) as served:
        failing(ValueError, BackendApi, **options)
    assert served.requests == []


@FRAMINGS
def test_every_event_is_yielded_and_the_finish_last_for_every_cut(framed):
    events = [PROVIDER, content("Hé 🍕"), {"type": "new", "x": 1}, FINISH, LOG]
    for pieces in all_cuts(framed(*events)):
        with replying(pieces):
            assert run(BackendApi, **BASE) == [*(RawResponse(**event) for event in events), FinishReason("stop")]


def test_the_text_and_the_finish_are_readable_from_the_events():
    with replying(as_lines(PROVIDER, content("a"), content("b"), FINISH)):
        *raws, finish = run(BackendApi, **BASE)
    assert ("".join(map(str, raws)), raws[-1].finish, finish.reason) == ("ab", {"reason": "stop"}, "stop")


@pytest.mark.parametrize(
    ("told", "finish"),
    [
        *(({"reason": name}, FinishReason(name)) for name in ("stop", "length", "tool_calls", "content_filter")),
        ("length", FinishReason("length")),
        ({"reason": "eos"}, FinishReason("unknown", "eos")),
        ({"reason": 7}, FinishReason("unknown", 7)),
        ({"reason": {"a": 1}}, FinishReason("unknown", {"a": 1})),
        (["stop"], FinishReason("unknown", ["stop"])),
    ],
    ids=repr,
)
def test_a_stop_value_maps_by_the_table_and_an_unknown_one_is_unknown(told, finish):
    with replying(as_lines(content("x"), {"type": "finish", "finish": told})):
        assert run(BackendApi, **BASE)[-1] == finish


@pytest.mark.parametrize("reason", ["error", "ERROR", "TIMEOUT", "failed", "malformed_function_call"])
def test_a_stop_value_that_means_failure_raises(reason):
    with replying(as_lines(content("x"), {"type": "finish", "finish": {"reason": reason}})):
        assert failing(RuntimeError, BackendApi, **BASE)[1].code == reason


@pytest.mark.parametrize("told", [{"reason": None}, {"reason": ""}, {}, None, ""], ids=repr)
def test_an_absent_stop_value_is_no_finish(told):
    blank = {"type": "finish", "finish": told}
    with replying(as_lines(blank, content("x"), FINISH)):
        assert run(BackendApi, **BASE)[-1] == FinishReason("stop")
    with replying(as_lines(content("x"), blank)):
        failing(RuntimeError, BackendApi, **BASE)


@FRAMINGS
@pytest.mark.parametrize(
    ("event", "family", "code"),
    [
        (
            {"type": "auth", "auth": "MissingAuthError", "message": "MissingAuthError: why"},
            ValueError,
            "MissingAuthError",
        ),
        ({"type": "auth", "message": "Login: why"}, ValueError, "Login"),
        (
            {"type": "error", "error": "RateLimitError", "message": "RateLimitError: why"},
            RuntimeError,
            "RateLimitError",
        ),
        ({"type": "error", "error": "BadRequestError", "message": "why"}, ValueError, "BadRequestError"),
        ({"type": "error", "message": "ModelNotFoundError: why"}, ValueError, "ModelNotFoundError"),
        ({"type": "error", "error": {"message": "why", "code": "c"}}, RuntimeError, "why"),
        ({"type": "error", "error": {"message": "that is why", "code": "c"}}, RuntimeError, "c"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_an_error_event_raises_wherever_it_stands(framed, event, family, code, place):
    events = [PROVIDER, content("x"), FINISH]
    events.insert(place, event)
    with replying(framed(*events)):
        items, error = failing(family, BackendApi, **BASE)
    assert items == [RawResponse(**before) for before in events[:place]]
    assert (error.code, "why" in str(error), error.partial) == (code, True, "x" if place > 1 else "")


def test_an_error_without_type_or_words_raises_too():
    with replying(as_lines({"error": {"message": "why"}})):
        assert str(failing(RuntimeError, BackendApi, **BASE)[1]) == "why"
    with replying(as_lines({"type": "error", "error": None})):
        assert "without explanation" in str(failing(RuntimeError, BackendApi, **BASE)[1])


@pytest.mark.parametrize("kind", [None, [], {}, 7])
def test_an_odd_type_is_an_unknown_event(kind):
    with replying(as_lines({"type": kind}, content("x"), FINISH)):
        assert run(BackendApi, **BASE)[0] == RawResponse(type=kind)


@FRAMINGS
def test_a_body_without_finish_is_a_failure_wherever_it_is_cut(framed):
    body = framed(PROVIDER, content("é"), FINISH).rstrip()
    for end in range(len(body)):
        with replying(body[:end]):
            failing(RuntimeError, BackendApi, **BASE)


@FRAMINGS
def test_garbage_is_a_failure(framed):
    first, second = framed(content("a")), framed(FINISH)
    for garbage in (first.replace(b'"a"', b"oops"), first.replace(b'"a"', b'"\xff"')):
        with replying(garbage + second):
            failing(RuntimeError, BackendApi, **BASE)
        with replying(first + garbage + second):
            items, _ = failing(RuntimeError, BackendApi, **BASE)
        assert items == [RawResponse(**content("a"))]


def test_the_key_is_never_shown_though_the_upstream_echoes_it():
    words = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY}}
    with replying(json.dumps(words).encode(), status=401):
        _, error = failing(ValueError, BackendApi, api_key=KEY, **BASE)
    assert (str(error), KEY in repr(vars(error))) == ("HTTP 401: Incorrect API key provided: ***", False)
    echo = as_lines(content(f"Your key: {KEY}"), {"type": "error", "error": "X", "message": KEY})
    with replying(echo):
        _, error = failing(RuntimeError, BackendApi, api_key=KEY, **BASE)
    assert KEY not in f"{error!r}{vars(error)!r}"


def test_a_page_a_document_or_nothing_is_no_answer():
    for body, content_type in (
        (b"<html>", "text/html"),
        (as_lines(content("x"), FINISH), "application/json"),
        (b"", "text/event-stream"),
        (b"<html>mislabelled", "text/event-stream"),
        (as_lines(PROVIDER, FINISH), "text/event-stream"),
    ):
        with replying(body, content_type=content_type):
            failing(RuntimeError, BackendApi, **BASE)


def test_an_event_takes_its_type_from_the_name_of_the_event():
    with replying(b'event: content\ndata: {"content": "x"}\n\n' + as_events(FINISH)):
        assert str(run(BackendApi, **BASE)[0]) == "x"
