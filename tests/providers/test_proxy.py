from urllib.parse import urlsplit

import pytest

from providers.proxy import proxy_for

PROXY = "http://127.0.0.1:3128"
OTHER = "http://127.0.0.1:3129"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "variables", "proxy"),
    [
        ("http://a.test/x", {}, None),
        ("http://a.test/x", {"HTTP_PROXY": PROXY}, PROXY),
        ("http://a.test/x", {"HTTP_PROXY": OTHER, "http_proxy": PROXY}, PROXY),
        ("http://a.test/x", {"HTTPS_PROXY": PROXY}, None),
        ("https://a.test/x", {"HTTPS_PROXY": PROXY, "HTTP_PROXY": OTHER}, PROXY),
        ("https://a.test/x", {"ALL_PROXY": PROXY}, PROXY),
        ("http://a.test/x", {"ALL_PROXY": OTHER, "HTTP_PROXY": PROXY}, PROXY),
        ("http://a.test/x", {"HTTP_PROXY": "127.0.0.1:3128"}, PROXY),
        ("http://a.test/x", {"HTTP_PROXY": ""}, None),
        ("http://a.test/x", {"HTTP_PROXY": PROXY, "NO_PROXY": "*"}, None),
        ("http://a.test/x", {"HTTP_PROXY": PROXY, "NO_PROXY": "b.test, a.test"}, None),
        ("http://in.a.test:80/x", {"HTTP_PROXY": PROXY, "NO_PROXY": ".a.test"}, None),
        ("http://ba.test/x", {"HTTP_PROXY": PROXY, "NO_PROXY": "a.test"}, PROXY),
        ("http://127.0.0.1:8080/x", {"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1,localhost,::1"}, None),
        ("http://localhost:8080/x", {"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1,localhost,::1"}, None),
        ("http://[::1]:8080/x", {"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1,localhost,::1"}, None),
        ("http://[::1]/x", {"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1,localhost,::1"}, None),
        ("http://a.test/x", {"HTTP_PROXY": PROXY, "REQUEST_METHOD": "POST"}, None),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_the_environment_names_the_proxy(monkeypatch, url, variables, proxy):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(urlsplit(url), None) == proxy


def test_the_caller_is_heard_before_the_environment(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", OTHER)
    monkeypatch.setenv("NO_PROXY", "*")
    assert proxy_for(urlsplit("http://a.test"), PROXY) == PROXY


def test_a_changed_variable_counts_at_once(monkeypatch):
    url = urlsplit("http://a.test")
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    before = proxy_for(url, None)
    monkeypatch.setenv("HTTP_PROXY", OTHER)
    assert (before, proxy_for(url, None)) == (PROXY, OTHER)
