"""Recordings of the real world, read by our providers as a slow and plain reading of their bytes tells them."""

import made
import pytest
from oracle_facts import counted
from others import FOLDER
from played import calls_of, driver_of, usage_of

from harness.transcript import Course

REFUSED = {400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451}
"""Statuses that mean ValueError; under any other failure the same call could succeed later."""


def test_what_a_provider_makes_of_it_is_what_it_says(exchange, upstream):
    require_what_it_says(exchange, driver_of(exchange, upstream))


@pytest.mark.parametrize("exchange", made.exchanges(), ids=lambda one: one.name)
def test_what_the_pages_of_facts_tell_is_read_so_too(exchange, fast):
    if not FOLDER.exists():
        pytest.skip("the table of stop values is not at hand")
    require_what_it_says(exchange, driver_of(exchange, fast))


def require_what_it_says(exchange, driver):
    """Require text, finish, reasoning, calls and usage, or the failure that the oracle tells."""
    told, transcript = exchange.told(), driver(driver.subject.recordings[0])
    assert len(transcript.requests) == 1
    if told.error is not None:
        require_failure(told, transcript, exchange.interaction.status)
        return
    assert transcript.raised is None
    assert (transcript.text, transcript.finishes) == (told.text, (told.finish,))
    assert transcript.meaning["reasoning"] == told.reasoning
    ids = [id_ for id_, _, _ in told.calls]
    got = calls_of(transcript)
    assert [(name, arguments) for _, name, arguments in got] == [call[1:] for call in told.calls]
    assert [got[index][0] for index, id_ in enumerate(ids) if id_] == [id_ for id_ in ids if id_]
    assert counted(told.usage, usage_of(transcript)), (told.usage, transcript.usages)


def require_failure(told, transcript, status):
    """Require the exception that a failure becomes, after no more than the text that came before it."""
    assert (transcript.course, transcript.finishes) == (Course.RAISED, ())
    families = (
        {"ValueError", "RuntimeError"} if status == 200 else {"ValueError" if status in REFUSED else "RuntimeError"}
    )
    assert transcript.raised.family in families
    assert transcript.raised.own
    assert transcript.raised.deliberate
    assert told.text.startswith(transcript.text)
    assert " ".join(told.error.split())[:80] in " ".join(transcript.raised.text.split())
