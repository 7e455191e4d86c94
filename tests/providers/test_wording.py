from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from providers.wording import retry_after, words, words_in


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"error": {"message": "no", "code": "c", "type": "t"}}', ("no", "c")),
        (b'{"error": {"message": "no", "code": null, "type": "t"}}', ("no", "t")),
        (b'{"error": {"message": "no", "code": 7}}', ("no", 7)),
        (b'{"error": "no"}', ("no", None)),
        (b'{"error": "rate_limited", "error_description": "slow"}', ("slow", "rate_limited")),
        (b'{"message": "no", "code": false}', ("no", None)),
        (b'{"detail": "no"}', ("no", None)),
        (b'{"detail": [{"loc": ["body"], "msg": "field required"}]}', ("field required", None)),
        (b'{"statusCode": 500, "statusMessage": "Oven", "message": ""}', ("Oven", None)),
        (b'{"error": true, "statusCode": 404, "message": "gone", "data": {"code": "d"}}', ("gone", None)),
        (b'[{"error": {"message": "listed"}}]', ("listed", None)),
        (b'"bare"', ("bare", None)),
        (b"[]", ("", None)),
        (b"null", ("", None)),
        (b'{"error": {"error": {"error": {"error": {"message": "too deep"}}}}}', ("", None)),
        (b"<html><head><TITLE>\n Bad &amp;\n worse</title>", ("Bad & worse", None)),
        (b"<html><body>no title", ("an HTML page", None)),
        (b"<html><title>never closed", ("an HTML page", None)),
        (b"  two\r\nlines\n", ("two lines", None)),
        (b"[" * 50_000, ("[" * 50_000, None)),
        (b"a\xff", ("a\ufffd", None)),
        (b"", ("", None)),
    ],
)
def test_words_are_found_in_every_shape(body, found):
    assert words(body) == found


def test_a_page_is_told_by_its_media_type_too():
    assert words(b"Oops", "text/HTML") == ("an HTML page", None)


def test_words_of_an_event_that_came_as_json():
    assert words_in({"type": "error", "error": "Busy", "message": "Busy: later"}) == ("Busy: later", "Busy")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        (None, None),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("inf", None),
        ("1_0", None),
        ("9" * 30, None),
        ("Fri, 31 Feb 2023 25:61:61 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 -0000", 0.0),
    ],
)
def test_retry_after_is_seconds(value, seconds):
    assert retry_after(value) == seconds


def test_retry_after_is_a_date():
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    assert 90 < retry_after(date) <= 100
