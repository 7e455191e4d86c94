"""ERROR-06: the wait that an upstream asks for."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import product
from typing import Any

from ..driver import Driver
from ..evidence import draw, fail, show
from ..expectation import exercised
from ..faults import grid
from ..requirement import Claim, requirement
from ..scenario import Scenario, one_answer
from ..script import reply
from ..transcript import Course
from ..verdict import Level

WAIT = 4177
"""Seconds of a Retry-After that is like no other number."""
_TOLERANCE = 5.0
_BOUND = 10_000
"""Characters of exception text that still fit a log line."""


@requirement(
    "ERROR-06",
    Level.MUST,
    over=one_answer,
    source="RFC 9110, 10.2.3: seconds or a date; 3 public bug threads of callers that had to guess",
)
def test_retry_after_is_reachable(drive: Driver, scenario: Scenario) -> None:
    """The Retry-After of a 429 or 503 is reachable from the exception, whether it came as seconds or as a date.

    Reachable is what stands in the text or in a public attribute (``retry_after``, ``headers``,
    ``response.headers``) of the exception or of the cause that it names, as number, text or date. So SHOULD be a wait
    that the API tells in the body of an error.

    Remedy: read the header in both forms (email.utils.parsedate_to_datetime) and keep it as ``retry_after``.
    """
    raised = False
    for status, form in product((429, 503), ("seconds", "date")):
        moment = datetime.now(UTC) + timedelta(seconds=WAIT)
        value = str(WAIT) if form == "seconds" else format_datetime(moment, usegmt=True)
        headers = [("content-type", "application/json"), ("retry-after", value)]
        varied = scenario.answered(reply(grid.error_json(), status=status, headers=headers))
        transcript = drive(varied)
        exercised(transcript.course is not Course.TIMED_OUT, "the call does not end, it may wait as long: ERROR-09")
        error = transcript.raised
        if error is None:
            continue
        raised = True
        if not any(tells(found, moment, value) for found in (error.text, error.details)):
            wire, wanted = f"< {status}, Retry-After: {value}", f"{WAIT} s or {value}"
            observed, claim = f"{error.type}: {error.text}; {show(error.details)}", Claim(details=True)
            raise fail("Retry-After is lost", expected=wanted, observed=observed, wire=wire, claim=claim)
    _recommend_documented_waits(drive)
    exercised(raised, "nothing was raised")


def _recommend_documented_waits(drive: Driver) -> None:
    """Look for the wait of each documented failure that tells one in itself."""
    for case in drive.contract.errors:
        if case.retry_after is not None and case.body is not None:
            varied = grid.documented(drive.subject, case)
            error = drive(varied).raised
            if error is not None and not any(told(found, case.retry_after) for found in (error.text, error.details)):
                reason, wanted = f"the wait that {case.name} tells is lost", f"{case.retry_after:g} s"
                observed, wire = f"{error.type}: {error.text}; {show(error.details)}", draw(varied.script)
                raise fail(reason, expected=wanted, observed=observed, wire=wire, level=Level.SHOULD)


def told(found: Any, seconds: float) -> bool:
    """Tell whether a value, or one within it, is or shows this number of seconds."""
    if isinstance(found, dict | list):
        return any(told(inner, seconds) for inner in (found.values() if isinstance(found, dict) else found))
    if isinstance(found, str):
        return re.search(rf"(?<![\w.]){re.escape(f'{seconds:g}')}(?:\.0+)?(?![\d.]*\d)", found[:_BOUND]) is not None
    return isinstance(found, int | float) and not isinstance(found, bool) and found in (seconds, 1000 * seconds)


def tells(found: Any, moment: datetime, value: str) -> bool:
    """Tell whether a value, or one within it, is the wait: in seconds, or as the moment at which it ends."""
    if isinstance(found, dict | list):
        return any(tells(inner, moment, value) for inner in (found.values() if isinstance(found, dict) else found))
    if isinstance(found, str):
        if (not value.isdigit() and value in found) or _is_moment(found, moment):
            return True
        numbers = map(float, re.findall(r"(?<![\w.])\d+(?:\.\d+)?", found[:_BOUND]))
        return any(tells(number, moment, value) for number in numbers)
    near = (float(WAIT), 1000.0 * WAIT, moment.timestamp())
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return is_number and any(abs(found - wanted) <= _TOLERANCE for wanted in near)


def _is_moment(text: str, moment: datetime) -> bool:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return False
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return abs((found - moment).total_seconds()) <= _TOLERANCE
