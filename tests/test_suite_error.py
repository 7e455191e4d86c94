from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from harness.suite.test_wait import tells, told

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DATE = format_datetime(MOMENT, usegmt=True)


@pytest.mark.parametrize(
    "found",
    [
        4177,
        4176.2,
        4_177_000,
        "4177",
        "HTTP 429: slow down (retry after 4177.0 s)",
        {"status": 429, "retry_after": 4177},
        {"response": {"Date": "x", "Retry-After": "4177"}},
        {"cause": {"headers": {"retry-after": DATE}}},
        {"until": MOMENT.timestamp()},
        {"until": (MOMENT + timedelta(seconds=2)).isoformat()},
        {"until": MOMENT.replace(tzinfo=None).isoformat()},
        {"args": ["no", [4177]]},
        f"wait until {DATE}",
        "wait for 4177s",
        "wait for 4177.",
    ],
    ids=str,
)
def test_a_wait_is_found_in_every_usual_form(found):
    assert tells(found, MOMENT, DATE)


@pytest.mark.parametrize(
    "found",
    [None, True, 429, "HTTP 429", "<object at 0x7f4177>", "v1.4177.2", {}, [], {"retry_after": None}, "2026-01-02"],
    ids=str,
)
def test_what_is_no_wait_is_not_taken_for_one(found):
    assert not tells(found, MOMENT, "4177")
    assert not tells(found, MOMENT, DATE)


@pytest.mark.parametrize("found", ["wait 37s", "37.0 seconds", 37, 37.0, 37000, {"a": ["in 37 s."]}], ids=str)
def test_a_number_of_seconds_is_found(found):
    assert told(found, 37.0)


@pytest.mark.parametrize("found", ["370 s", "37.5", "1.37", 3.7, None, True, []], ids=str)
def test_another_number_is_not(found):
    assert not told(found, 37.0)
