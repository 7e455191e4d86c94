import json
from types import MappingProxyType

import pytest

from providers.errors import RequestRefused
from providers.request import Request, endpoint, split_url, to_json


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (None, "https://x.test/api"),
        ("http://y.test", "http://y.test/api"),
        ("http://y.test/", "http://y.test/api"),
        ("HTTP://[::1]:8080/v1//", "http://[::1]:8080/v1/api"),
    ],
)
def test_the_endpoint_stands_below_the_base_once(base, url):
    assert endpoint(base, "https://x.test", "/api") == url


@pytest.mark.parametrize(
    "base",
    [
        "",
        "x.test",
        "ftp://x.test",
        "http://",
        "http://x.test/?a=1",
        "http://x.test/#a",
        "http://me:pw@x.test",
        "http://x.test:0",
        "http://x.test:99999",
        "http://x.test:port",
        "http://a b.test",
        "http://x.test/\r\nX: 1",
        f"http://{'x' * 64}.test",
        "http://[::1",
        7,
        b"http://x.test",
    ],
)
def test_another_base_is_refused_without_being_shown(base):
    with pytest.raises(RequestRefused, match="base_url: expected") as caught:
        endpoint(base, "https://x.test", "/api")
    assert "pw" not in str(caught.value)


def test_without_any_base_there_is_no_endpoint():
    with pytest.raises(RequestRefused, match="got none"):
        endpoint(None, None, "/api")


def test_a_proxy_may_have_a_user():
    assert split_url("http://me:pw@x.test:1", "proxy").port == 1


def test_the_body_is_utf8_json():
    request = Request("http://x.test", {}, {"a": MappingProxyType({"b": ("é", 0, False, None)})})
    assert request.content() == '{"a": {"b": ["é", 0, false, null]}}'.encode()
    assert json.loads(request.content()) == {"a": {"b": ["é", 0, False, None]}}


def circle():
    ring = []
    ring.append(ring)
    return ring


def deep():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", {"\udfff": 1}, b"x", {1, 2}, {(1,): 2}, circle(), deep()],
    ids=["nan", "inf", "surrogate", "surrogate name", "bytes", "set", "name", "circle", "deep"],
)  # fmt: skip
def test_what_json_cannot_carry_is_refused(value):
    with pytest.raises(RequestRefused, match="the request: expected what JSON can carry") as caught:
        to_json(value, "the request")
    assert caught.value.__context__ is None


def test_headers_are_json_and_the_providers_own_the_later_of_two_counts():
    request = Request("http://x.test", {"Accept": "a", "X-É"[:1] + "-b": "é", "accept": "c"}, {})
    assert request.header_lines() == [
        (b"Content-Type", b"application/json"),
        (b"accept", b"c"),
        (b"X-b", "é".encode("latin-1")),
    ]


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0", "\x7f", "你", " a", "a ", "a\t", 7, None], ids=repr)
def test_a_header_is_one_line_of_latin_1_and_not_shown_otherwise(value):
    with pytest.raises(RequestRefused) as caught:
        Request("http://x.test", {"X-Key": value}, {}).header_lines()
    assert str(caught.value) == (
        "header X-Key: expected Latin-1 text of one line without blanks around it, got other text"
    )


@pytest.mark.parametrize("name", ["", "a b", "a:", "é", "a\r\nb", 7], ids=repr)
def test_a_header_name_is_a_token(name):
    with pytest.raises(RequestRefused, match="expected a header name"):
        Request("http://x.test", {name: "a"}, {}).header_lines()


def test_a_request_shows_neither_headers_nor_body():
    assert repr(Request("http://x.test", {"X-Key": "secret"}, {"api_key": "secret"})) == "Request(url='http://x.test')"
