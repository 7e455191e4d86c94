import copy
import pickle

import pytest

from providers.errors import RequestRefused, UpstreamFailed, failure, hidden

REFUSED = [400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451]
FAILED = [None, 201, 204, 302, 402, 408, 409, 418, 423, 424, 425, 429, 500, 502, 503, 504, 529, 599]


@pytest.mark.parametrize(
    ("status", "family"), [*((status, RequestRefused) for status in REFUSED), *((s, UpstreamFailed) for s in FAILED)]
)
def test_a_status_has_its_family(status, family):
    assert type(failure("no", status=status)) is family


def test_the_families_are_the_two_builtins():
    assert issubclass(RequestRefused, ValueError)
    assert not issubclass(RequestRefused, RuntimeError)
    assert issubclass(UpstreamFailed, RuntimeError)
    assert not issubclass(UpstreamFailed, ValueError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UpstreamFailed("slow down", status=429, code="rate_limit"), "HTTP 429 (rate_limit): slow down"),
        (UpstreamFailed("slow down", status=429), "HTTP 429: slow down"),
        (UpstreamFailed("Busy: slow down", code="Busy"), "Busy: slow down"),
        (RequestRefused("no", code=7), "(7): no"),
    ],
)
def test_the_text_shows_status_code_and_words(error, text):
    assert str(error) == text
    assert error.args == (text,)


def test_what_is_known_is_reachable():
    error = failure("no", status=503, code="x", retry_after=2.5)
    assert vars(error) == {"status": 503, "code": "x", "message": "no", "retry_after": 2.5, "partial": ""}
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301  our own bytes
        assert (type(other), vars(other), str(other)) == (type(error), vars(error), str(error))


def test_the_text_is_bounded():
    error = failure("x" * 1_000_000, status=500, code="y" * 1_000)
    assert len(str(error)) < 10_000
    error.settle("", [])
    assert len(error.message) == 500
    assert len(str(error)) < 650


def test_settling_notes_the_partial_text_and_hides_the_secret_wherever_it_stands():
    key = "sk-\"é/1'<%"
    error = failure(f"bad {key}", status=401, code=key)
    error.settle(f"Your key is {key}.", [key])
    assert (error.message, error.code, error.partial) == ("bad ***", "***", "Your key is ***.")
    assert str(error) == "HTTP 401: bad ***"
    assert error.args == (str(error),)


def test_a_secret_is_hidden_before_the_text_is_cut():
    error = failure("x" * 495 + "sk-canary-0123456789", status=401)
    error.settle("", ["sk-canary-0123456789"])
    assert "sk-c" not in str(error)


@pytest.mark.parametrize(
    "text", ["a/b c&d'é", "a/b%20c%26d%27%C3%A9", "a%2Fb%20c%26d%27%C3%A9", "a/b c&amp;d&#x27;é", "a/b c&d'\\u00e9"]
)
def test_a_secret_is_hidden_in_every_spelling(text):
    assert hidden(f"<{text}>", "a/b c&d'é") == "<***>"


def test_three_characters_are_no_secret():
    assert hidden("the end", "the") == "the end"
